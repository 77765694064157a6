import { compareBytes } from '../bytes.ts'
import { PkiError } from '../errors.ts'
import { contextConstructed, contextPrimitive, Tag } from './tags.ts'

/** One element: its identifier octet, its minimal length, and the contents one after another. */
export function encodeDer(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const content of contents) length += content.length
  const lengthOctets = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4
  const element = new Uint8Array(2 + lengthOctets + length)
  element[0] = tag
  element[1] = lengthOctets === 0 ? length : 0x80 | lengthOctets
  for (let i = 0; i < lengthOctets; i++) element[2 + i] = (length >>> (8 * (lengthOctets - 1 - i))) & 0xff
  let at = 2 + lengthOctets
  for (const content of contents) {
    element.set(content, at)
    at += content.length
  }
  return element
}

export const sequence = (...elements: readonly Uint8Array[]): Uint8Array => encodeDer(Tag.Sequence, ...elements)

/** X.690 §11.6: the elements of a SET OF stand in ascending order. */
export const setOf = (...elements: readonly Uint8Array[]): Uint8Array =>
  encodeDer(Tag.Set, ...[...elements].sort(compareBytes))

export const explicit = (tagNumber: number, ...elements: readonly Uint8Array[]): Uint8Array =>
  encodeDer(contextConstructed(tagNumber), ...elements)

/** IMPLICIT [n] of a primitive type: `content` is what that type's content would be. */
export const implicitPrimitive = (tagNumber: number, content: Uint8Array): Uint8Array =>
  encodeDer(contextPrimitive(tagNumber), content)

/** The same element under another identifier octet (IMPLICIT tagging). */
export function retag(element: Uint8Array, tag: number): Uint8Array {
  // Not slice(): that of a Buffer shares its memory.
  const copy = new Uint8Array(element)
  copy[0] = tag
  return copy
}

export const boolean = (value: boolean): Uint8Array => encodeDer(Tag.Boolean, Uint8Array.of(value ? 0xff : 0x00))
export const nullValue = (): Uint8Array => encodeDer(Tag.Null)
export const octetString = (content: Uint8Array): Uint8Array => encodeDer(Tag.OctetString, content)
export const bitString = (content: Uint8Array, unusedBits = 0): Uint8Array =>
  encodeDer(Tag.BitString, Uint8Array.of(unusedBits), content)

/** BIT STRING of named bits (X.690 §11.2.2): trailing zero bits are left out. Positions count from 0, the leftmost. */
export function namedBits(positions: readonly number[]): Uint8Array {
  if (positions.length === 0) return bitString(new Uint8Array())
  const highest = Math.max(...positions)
  const content = new Uint8Array((highest >> 3) + 1)
  for (const position of positions) content[position >> 3] = (content[position >> 3] ?? 0) | (0x80 >> (position & 7))
  return bitString(content, 7 - (highest & 7))
}

/** INTEGER from a big-endian magnitude; never negative. */
export function unsignedInteger(magnitude: Uint8Array): Uint8Array {
  let start = 0
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++
  const significant = magnitude.subarray(start)
  const needsSign = significant.length === 0 || (significant[0] ?? 0) >= 0x80
  return needsSign ? encodeDer(Tag.Integer, Uint8Array.of(0), significant) : encodeDer(Tag.Integer, significant)
}

/** INTEGER of a value that is not negative. */
export function integer(value: number | bigint): Uint8Array {
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  return unsignedInteger(
    Uint8Array.from({ length: even.length / 2 }, (_, i) => Number.parseInt(even.slice(2 * i, 2 * i + 2), 16)),
  )
}

export const enumerated = (value: number): Uint8Array => retag(integer(value), Tag.Enumerated)

/** X.660 §7.6: below the roots 0 and 1 there are forty arcs. */
const oidForm = /^(?:[01]\.(?:\d|[123]\d)|2\.(?:0|[1-9]\d*))(?:\.(?:0|[1-9]\d*))*$/

/** PkiError 'der_malformed' for what is not an object identifier. */
export function encodeOid(oid: string): Uint8Array {
  if (!oidForm.test(oid)) throw new PkiError('der_malformed', `not an object identifier: ${oid.slice(0, 80)}`)
  const [first = '', second = '', ...rest] = oid.split('.')
  // X.690 §8.19.4: the first two arcs are one subidentifier.
  const octets = base128(second, 40 * Number(first))
  for (const arc of rest) octets.push(...base128(arc))
  return encodeDer(Tag.ObjectIdentifier, Uint8Array.from(octets))
}

/** Digits of which every number is exact; arcs beyond (X.667) are rare. */
const exactDigits = 15

/** X.690 §8.19.2: seven bits an octet, of which all but the last have the eighth set. */
function base128(arc: string, added = 0): number[] {
  if (arc.length > exactDigits) return longBase128(BigInt(arc) + BigInt(added))
  const value = Number(arc) + added
  const octets = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift((rest % 128) | 0x80)
  return octets
}

function longBase128(value: bigint): number[] {
  const octets = [Number(value & 0x7fn)]
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80)
  return octets
}

const utf8 = new TextEncoder()

export const utf8String = (text: string): Uint8Array => encodeDer(Tag.Utf8String, utf8.encode(text))
export const printableString = (text: string): Uint8Array => encodeDer(Tag.PrintableString, utf8.encode(text))
export const ia5String = (text: string): Uint8Array => encodeDer(Tag.Ia5String, utf8.encode(text))

/** GeneralizedTime in whole seconds (RFC 5280 §4.1.2.5.2). */
export const generalizedTime = (date: Date): Uint8Array =>
  encodeDer(Tag.GeneralizedTime, utf8.encode(`${compactTime(date)}Z`))

/** RFC 5280 §4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050 on. */
export function time(date: Date): Uint8Array {
  const year = date.getUTCFullYear()
  if (year < 1950 || year >= 2050) return generalizedTime(date)
  return encodeDer(Tag.UtcTime, utf8.encode(`${compactTime(date).slice(2)}Z`))
}

/** YYYYMMDDhhmmss */
function compactTime(date: Date): string {
  return date.toISOString().slice(0, 19).replace(/[-:T]/g, '')
}
