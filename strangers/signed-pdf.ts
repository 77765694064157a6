/** What a signed PDF's bytes say, read without the product: the last signature's byte range and its CMS. */
import assert from 'node:assert/strict'

export interface SignedPdf {
  readonly bytes: Uint8Array
  readonly byteRange: readonly [number, number, number, number]
  /** The bytes that the signature covers. */
  readonly covered: Uint8Array
  /** DER ContentInfo, without the padding. */
  readonly cms: Uint8Array
}

export function readSignedPdf(bytes: Uint8Array): SignedPdf {
  const text = Buffer.from(bytes).toString('latin1')
  const numbers = [...text.matchAll(/\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)].at(-1)
  assert.ok(numbers, 'a ByteRange')
  const [start = 0, before = 0, after = 0, rest = 0] = numbers.slice(1).map(Number)
  const contents = text.slice(before + 1, after - 1)
  assert.match(contents, /^[0-9a-fA-F]+$/, 'the gap of the ByteRange is one hexadecimal string')
  const padded = Buffer.from(contents, 'hex')
  return {
    bytes,
    byteRange: [start, before, after, rest],
    covered: Buffer.concat([bytes.subarray(start, before), bytes.subarray(after, after + rest)]),
    cms: padded.subarray(0, lengthOfDer(padded)),
  }
}

/** Length of the DER element at the start, header included (X.690 §8.1.3). */
function lengthOfDer(der: Uint8Array): number {
  const first = der[1] ?? 0
  if (first < 0x80) return 2 + first
  const octets = first & 0x7f
  return der.subarray(2, 2 + octets).reduce((length, octet) => length * 256 + octet, 0) + 2 + octets
}

/** Where a byte may change so that the file still parses but says something else. */
export type Place = 'document' | 'signature dictionary' | 'signature value'

/** A copy with one byte changed. */
export function withChangedByte(pdf: SignedPdf, place: Place): Uint8Array {
  const changed = Uint8Array.from(pdf.bytes)
  const at = offsetOf(pdf, place)
  // A digit stays a digit, so that the syntax holds.
  if (place === 'document') changed[at] = (changed[at] ?? 0) ^ 1
  else changed[at] = changed[at] === 0x31 ? 0x32 : 0x31
  return changed
}

function offsetOf({ bytes, byteRange, cms }: SignedPdf, place: Place): number {
  const text = Buffer.from(bytes).toString('latin1')
  if (place === 'document') return middleOfLongestStream(text)
  // The last byte of an ECDSA signature value ends the CMS: no unsigned attributes follow at level B-B.
  if (place === 'signature value') return byteRange[1] + 1 + 2 * cms.length - 1
  const date = text.indexOf('/M', text.lastIndexOf('/ByteRange') - 2000)
  const digit = /\/M\s*\(D:\d{12}(?=\d)/.exec(text.slice(date))
  assert.ok(digit, 'a signing time')
  return date + digit.index + digit[0].length
}

function middleOfLongestStream(text: string): number {
  let best = { start: 0, length: 0 }
  for (const match of text.matchAll(/stream\r?\n([\s\S]*?)endstream/g)) {
    const body = match[1] ?? ''
    if (body.length > best.length) best = { start: match.index + match[0].indexOf(body), length: body.length }
  }
  assert.ok(best.length > 0, 'a stream')
  return best.start + Math.floor(best.length / 2)
}
