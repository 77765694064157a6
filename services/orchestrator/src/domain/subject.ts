import type { User } from '@cloudsigner/contracts/orchestrator'
import { Problem } from './problem.ts'

/**
 * The subject of a natural person's certificate, ETSI EN 319 412-2 §4.2.4: countryName, givenName, surname, commonName
 * and serialNumber, the latter per EN 319 412-1 §5.1.3 (type, country, hyphen, number). One encoding alone: the phone
 * puts these bytes into its CSR as they are, so that they can be compared as bytes.
 */
export function subjectOf(user: User): { readonly der: Uint8Array; readonly text: string } {
  const commonName = `${user.givenName} ${user.surname}`
  const serialNumber = `${user.identity.type}${user.country}-${user.identity.value}`
  const attributes: readonly SubjectAttribute[] = [
    { label: 'C', oid: [2, 5, 4, 6], tag: tags.PrintableString, value: user.country },
    { label: 'givenName', oid: [2, 5, 4, 42], tag: tags.UTF8String, value: user.givenName },
    { label: 'SN', oid: [2, 5, 4, 4], tag: tags.UTF8String, value: user.surname },
    { label: 'CN', oid: [2, 5, 4, 3], tag: tags.UTF8String, value: commonName },
    { label: 'serialNumber', oid: [2, 5, 4, 5], tag: tags.PrintableString, value: serialNumber },
  ]
  return { der: element(tags.Sequence, ...attributes.map(relativeDistinguishedName)), text: rfc4514(attributes) }
}

/**
 * The CSR's subject is this one, to the byte. CSR_REFUSED for what is no CSR, SUBJECT_MISMATCH for another subject.
 * Reads CertificationRequest ::= SEQUENCE { SEQUENCE { version 0, subject Name, … (RFC 2986 §4.1), and no further: the
 * rest is for the signer to judge.
 */
export function requireSubject(csr: string, subject: Uint8Array): void {
  const der = decode(csr)
  const request = header(der, 0)
  const info = header(der, request.contentAt)
  const name = info.contentAt + version0.length
  const isVersion0 = version0.every((byte, index) => der[info.contentAt + index] === byte)
  if (request.tag !== tags.Sequence || info.tag !== tags.Sequence || !isVersion0) throw noRequest()
  if (!subject.every((byte, index) => der[name + index] === byte)) {
    throw new Problem('SUBJECT_MISMATCH', "The CSR's subject is not the one that the bank gave")
  }
}

interface SubjectAttribute {
  readonly label: string
  readonly oid: readonly [2, 5, 4, number]
  readonly tag: number
  readonly value: string
}

/** X.690 §8: universal tags used here. */
const tags = { ObjectIdentifier: 0x06, UTF8String: 0x0c, PrintableString: 0x13, Sequence: 0x30, Set: 0x31 } as const

const version0 = [0x02, 0x01, 0x00]

function relativeDistinguishedName({ oid, tag, value }: SubjectAttribute): Uint8Array {
  // X.690 §8.19.4: the first two arcs are one octet, 40 × 2 + 5; the others are below 128.
  const type = element(tags.ObjectIdentifier, Uint8Array.of(40 * oid[0] + oid[1], oid[2], oid[3]))
  const text = element(tag, new TextEncoder().encode(value))
  return element(tags.Set, element(tags.Sequence, type, text))
}

/** X.690 §10.1: definite length in its shortest form. */
function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents)
  const { length } = content
  const octets = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return new Uint8Array(Buffer.concat([Uint8Array.of(tag, ...octets), content]))
}

/** RFC 4514 §2.1: the last attribute first; §2.4: what is escaped. */
function rfc4514(attributes: readonly SubjectAttribute[]): string {
  const escaped = (value: string) => value.replace(/[",+;<>\\]/g, '\\$&').replace(/^[# ]| $/g, '\\$&')
  return attributes
    .map(({ label, value }) => `${label}=${escaped(value)}`)
    .reverse()
    .join(',')
}

/** Tag and place of the content of the element at `offset`. */
function header(der: Uint8Array, offset: number): { readonly tag: number; readonly contentAt: number } {
  const tag = der[offset]
  const length = der[offset + 1]
  if (tag === undefined || length === undefined) throw noRequest()
  return { tag, contentAt: offset + 2 + (length < 0x80 ? 0 : length & 0x7f) }
}

function decode(csr: string): Uint8Array {
  const body = csr.replace(/-----(BEGIN|END) (NEW )?CERTIFICATE REQUEST-----/g, '').replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) throw noRequest()
  return Buffer.from(body, 'base64')
}

function noRequest(): Problem {
  return new Problem('CSR_REFUSED', 'This is no PKCS#10 request')
}
