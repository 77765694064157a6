import { toHex } from '../bytes.ts'
import { type DerElement, malformed } from './element.ts'
import { Tag } from './tags.ts'

function expectTag(element: DerElement, tag: number, type: string): void {
  if (element.tag !== tag) throw malformed(`${type} expected, tag 0x${element.tag.toString(16)} found`, element.offset)
}

function expectLength(element: DerElement, maximum: number, type: string): void {
  if (element.content.length > maximum) throw malformed(`${type} of ${element.content.length} octets`, element.offset)
}

/** Octets of an object identifier; the longest in use have some 20 (X.667 arcs). */
export const maxOidLength = 256

/** Characters of a time; a GeneralizedTime has 15, and a fraction. */
export const maxTimeLength = 40

/** Octets of an INTEGER that becomes a number; serial and CRL numbers have 20 (RFC 5280 §4.1.2.2), and old CAs a few more. */
const maxIntegerLength = 128

/** Dotted form. PkiError 'der_malformed'. */
export function decodeOid(element: DerElement): string {
  expectTag(element, Tag.ObjectIdentifier, 'OBJECT IDENTIFIER')
  expectLength(element, maxOidLength, 'OBJECT IDENTIFIER')
  return decodeOidContent(element.content)
}

/** From content octets alone, for IMPLICIT tags. */
export function decodeOidContent(content: Uint8Array): string {
  let text = ''
  let value: number | bigint = 0
  for (const octet of content) {
    value = typeof value === 'number' && value < exactBelow ? value * 128 + (octet & 0x7f) : appendBits(value, octet)
    if (octet >= 0x80) continue
    text = text === '' ? firstArcs(value) : `${text}.${value}`
    value = 0
  }
  return text
}

/** Seven more bits still make an exact number. */
const exactBelow = 2 ** 46

const appendBits = (value: number | bigint, octet: number): bigint => (BigInt(value) << 7n) | BigInt(octet & 0x7f)

/** X.690 §8.19.4. */
function firstArcs(value: number | bigint): string {
  if (value < 40) return `0.${value}`
  return value < 80 ? `1.${Number(value) - 40}` : `2.${BigInt(value) - 80n}`
}

export function decodeBoolean(element: DerElement): boolean {
  expectTag(element, Tag.Boolean, 'BOOLEAN')
  return element.content[0] !== 0
}

/** INTEGER or ENUMERATED of any size, two's complement. */
export function decodeInteger(element: DerElement): bigint {
  if (element.tag !== Tag.Enumerated) expectTag(element, Tag.Integer, 'INTEGER')
  expectLength(element, maxIntegerLength, 'INTEGER')
  return decodeIntegerContent(element.content)
}

export function decodeIntegerContent(content: Uint8Array): bigint {
  if (content.length === 0) return 0n
  return BigInt.asIntN(8 * content.length, BigInt(`0x${toHex(content)}`))
}

/** A small INTEGER or ENUMERATED, 0 … 2³¹−1. */
export function decodeSmallInteger(element: DerElement): number {
  const value = decodeInteger(element)
  if (value < 0n || value > 0x7fffffffn) throw malformed('INTEGER out of range', element.offset)
  return Number(value)
}

/**
 * A serial number's octets in hex, without the sign octet 00. Negative numbers, which RFC 5280 §4.1.2.2 forbids but old CAs issued,
 * keep a minus sign, so that they never look like a positive one.
 */
export function decodeSerialNumber(element: DerElement): string {
  expectTag(element, Tag.Integer, 'INTEGER')
  expectLength(element, maxIntegerLength, 'serial number')
  const { content } = element
  if ((content[0] ?? 0) >= 0x80) return `-${toHex(content)}`
  return toHex(content.length > 1 && content[0] === 0 ? content.subarray(1) : content)
}

/** Octets of a BIT STRING that must be whole octets (signatures, keys). */
export function decodeBitStringOctets(element: DerElement): Uint8Array {
  expectTag(element, Tag.BitString, 'BIT STRING')
  if (element.content[0] !== 0) throw malformed('BIT STRING is not whole octets', element.offset)
  return element.content.subarray(1)
}

/** Positions of the bits that are set, from the content octets of a named-bit BIT STRING. */
export function decodeNamedBits(content: Uint8Array): readonly number[] {
  const positions: number[] = []
  for (let position = 0; position < 8 * (content.length - 1); position++) {
    if (((content[1 + (position >> 3)] ?? 0) & (0x80 >> (position & 7))) !== 0) positions.push(position)
  }
  return positions
}

export function decodeOctetString(element: DerElement): Uint8Array {
  expectTag(element, Tag.OctetString, 'OCTET STRING')
  return element.content
}

/** UTCTime or GeneralizedTime; fractions of a second kept to milliseconds. */
export function decodeTime(element: DerElement): Date {
  expectLength(element, maxTimeLength, 'time')
  const text = latin1(element.content)
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\.\d+)?Z$/.exec(text)
  const isUtc = element.tag === Tag.UtcTime
  if (!match || (!isUtc && element.tag !== Tag.GeneralizedTime) || (match[1]?.length === 2) !== isUtc) {
    throw malformed('time', element.offset)
  }
  const [, yearDigits = '', month, day, hour, minute, second, fraction = ''] = match
  const year = isUtc ? (yearDigits < '50' ? `20${yearDigits}` : `19${yearDigits}`) : yearDigits
  const milliseconds = `${fraction.slice(1, 4)}000`.slice(0, 3)
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`
  const date = new Date(iso)
  // Date rolls 30 February over; the round trip catches it.
  if (Number.isNaN(date.getTime()) || date.toISOString() !== iso) throw malformed('no such time', element.offset)
  return date
}

const utf8 = new TextDecoder()

const decoders: Readonly<Record<number, (content: Uint8Array) => string>> = {
  [Tag.Utf8String]: (content) => utf8.decode(content),
  [Tag.NumericString]: latin1,
  [Tag.PrintableString]: latin1,
  [Tag.TeletexString]: latin1,
  [Tag.Ia5String]: latin1,
  [Tag.VisibleString]: latin1,
  [Tag.BmpString]: (content) => codeUnits(content, 2),
  [Tag.UniversalString]: (content) => codeUnits(content, 4),
}

/** Null where the element is not of a character string type. */
export function decodeCharacterString(element: DerElement): string | null {
  return decoders[element.tag]?.(element.content) ?? null
}

/** ISO 8859-1: what everyone reads TeletexString as, and a superset of the ASCII types. */
export function latin1(content: Uint8Array): string {
  let text = ''
  for (const octet of content) text += String.fromCharCode(octet)
  return text
}

function codeUnits(content: Uint8Array, width: 2 | 4): string {
  let text = ''
  for (let at = 0; at + width <= content.length; at += width) {
    let point = 0
    for (let i = 0; i < width; i++) point = point * 256 + (content[at + i] ?? 0)
    text += point <= 0x10ffff ? String.fromCodePoint(point) : '\uFFFD'
  }
  return text
}
