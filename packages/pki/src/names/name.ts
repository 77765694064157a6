import type { Oid } from '../algorithms.ts'
import { toHex } from '../bytes.ts'
import { readCanonical } from '../der/canonical.ts'
import { decodeCharacterString, decodeOid } from '../der/decode.ts'
import { type DerElement, derChildren } from '../der/element.ts'
import { encodeOid, sequence, setOf, utf8String } from '../der/encode.ts'
import { parsing, Structure } from '../der/structure.ts'
import { Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import { findAttributeType } from './attribute-types.ts'

export interface NameAttribute {
  readonly type: Oid
  /** Decoded; `#` and the hex of the DER for a value that is no character string (RFC 4514 §2.4). */
  readonly value: string
}

export type RelativeDistinguishedName = readonly NameAttribute[]

/** A distinguished name (RFC 5280 §4.1.2.4). */
export interface Name {
  readonly der: Uint8Array
  /** In DER order, usually from country to common name. */
  readonly rdns: readonly RelativeDistinguishedName[]
  /** RFC 4514: the last RDN first. */
  readonly rfc4514: string
}

/** Names with more RDNs than this are refused. */
const maxRdns = 64

/** PkiError 'name_malformed'. */
export function parseName(der: Uint8Array): Name {
  return parsing('name_malformed', 'Name', () => readName(readCanonical(der)))
}

/** From an element already held to DER. */
export function readName(element: DerElement): Name {
  if (element.tag !== Tag.Sequence)
    throw new PkiError('name_malformed', 'Name is not a SEQUENCE', { offset: element.offset })
  const members = derChildren(element)
  if (members.length > maxRdns) throw new PkiError('name_malformed', `Name with ${members.length} RDNs`)
  return freeze(element.bytes, members.map(readRdn))
}

function readRdn(element: DerElement): RelativeDistinguishedName {
  const attributes = element.tag === Tag.Set ? derChildren(element) : []
  if (attributes.length === 0)
    throw new PkiError('name_malformed', 'RDN without attributes', { offset: element.offset })
  return attributes.map((attribute) => {
    const structure = Structure.open(attribute, 'AttributeTypeAndValue', 'name_malformed')
    const type = decodeOid(structure.required(Tag.ObjectIdentifier, 'type'))
    const value = structure.any('value')
    structure.end()
    return { type, value: decodeCharacterString(value) ?? `#${toHex(value.bytes)}` }
  })
}

/** RDNs in DER order; each value takes its attribute type's string type, UTF8String for unknown ones. */
export function buildName(rdns: readonly RelativeDistinguishedName[]): Name {
  const encoded = rdns.map((rdn) => setOf(...rdn.map(encodeAttribute)))
  return freeze(sequence(...encoded), rdns)
}

function encodeAttribute({ type, value }: NameAttribute): Uint8Array {
  const encode = findAttributeType(type)?.encode ?? utf8String
  return sequence(encodeOid(type), encode(value))
}

function freeze(der: Uint8Array, rdns: readonly RelativeDistinguishedName[]): Name {
  const frozen = Object.freeze(rdns.map((rdn) => Object.freeze(rdn.map((attribute) => Object.freeze(attribute)))))
  return Object.freeze({
    der,
    rdns: frozen,
    /** Written when it is asked for: most names are compared and hashed, and few are shown. */
    get rfc4514() {
      return toRfc4514(frozen)
    },
  })
}

/** Values of one attribute type, in DER order. */
export function attributeValues(name: Name, type: Oid): readonly string[] {
  return name.rdns.flatMap((rdn) => rdn.filter((attribute) => attribute.type === type).map(({ value }) => value))
}

/** RFC 4514 §2: from the last RDN to the first. Types beyond its table carry our short names, which openssl shares. */
export function toRfc4514(rdns: readonly RelativeDistinguishedName[]): string {
  return [...rdns]
    .reverse()
    .map((rdn) =>
      rdn.map(({ type, value }) => `${findAttributeType(type)?.shortName ?? type}=${escapeValue(value)}`).join('+'),
    )
    .join(',')
}

/** RFC 4514 §2.4. */
function escapeValue(value: string): string {
  if (/^#([0-9A-F]{2})+$/.test(value)) return value
  return value
    .replace(/[\\",+;<>]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ')
    .replaceAll('\0', '\\00')
}

/** RFC 5280 §7.1: attributes compare without regard to case and runs of white space; RDN order counts, order inside an RDN does not. */
export function namesEqual(a: Name, b: Name): boolean {
  return a.rdns.length === b.rdns.length && comparable(a) === comparable(b)
}

function comparable({ rdns }: Name): string {
  return JSON.stringify(rdns.map((rdn) => rdn.map(({ type, value }) => `${type}=${foldValue(value)}`).sort()))
}

/** RFC 4518, as far as it bears on real names: NFKC, case folded, white space runs to one space. */
export function foldValue(value: string): string {
  return value.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
}
