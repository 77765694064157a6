/**
 * Comparison of distinguished names (RFC 5280 §7.1): attribute values that are directory strings match without regard
 * to case, to the string type they are encoded in, and to insignificant white space; all others match byte by byte.
 */
import { childrenOf, type DerElement, DerTag, decodeOid, readDer, toHex } from './der.ts'

/** One comparable text per relative distinguished name, in the order of the name. */
export type CanonicalName = readonly string[]

const decoders: Readonly<Record<number, (content: Uint8Array) => string>> = {
  [DerTag.utf8String]: (content) => new TextDecoder('utf-8', { fatal: true }).decode(content),
  [DerTag.printableString]: latin1,
  [DerTag.teletexString]: latin1,
  [DerTag.ia5String]: latin1,
  [DerTag.bmpString]: (content) => new TextDecoder('utf-16be', { fatal: true }).decode(content),
  [DerTag.universalString]: utf32,
}

/** Throws DerError where the bytes are not an X.501 Name. */
export function canonicalName(nameDer: Uint8Array): CanonicalName {
  return childrenOf(readDer(nameDer), DerTag.sequence).map((rdn) =>
    // A SET OF has no order of its own, whatever order the bytes were written in.
    childrenOf(rdn, DerTag.set).map(canonicalAttribute).sort().join('+'),
  )
}

/** True where both are the same name. */
export function sameName(a: CanonicalName, b: CanonicalName): boolean {
  return a.length === b.length && a.every((rdn, index) => rdn === b[index])
}

/** True where `name` lies in the subtree that `base` roots (RFC 5280 §4.2.1.10): base is an initial part of name. */
export function isWithinSubtree(name: CanonicalName, base: CanonicalName): boolean {
  return base.length <= name.length && base.every((rdn, index) => rdn === name[index])
}

function canonicalAttribute(attribute: DerElement): string {
  const [type, value] = childrenOf(attribute, DerTag.sequence)
  if (type === undefined || value === undefined) throw new TypeError('AttributeTypeAndValue has two members')
  // JSON quotes the parts, so that no value can be written to look like two.
  return JSON.stringify([decodeOid(type), canonicalValue(value)])
}

function canonicalValue(value: DerElement): string {
  const decode = decoders[value.tag]
  if (decode === undefined) return `#${toHex(value.der)}`
  return decode(value.content).normalize('NFKC').toLowerCase().trim().replace(/\s+/gu, ' ')
}

function latin1(content: Uint8Array): string {
  return Array.from(content, (byte) => String.fromCharCode(byte)).join('')
}

function utf32(content: Uint8Array): string {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  const points: number[] = []
  for (let offset = 0; offset + 4 <= content.length; offset += 4) points.push(view.getUint32(offset))
  return String.fromCodePoint(...points)
}
