/** What is written into a revision once its layout stands: the byte range, then the signature or time-stamp token. */
import { PdfError, type Revision } from '@cloudsigner/pdf'
import { byteRangeHole, byteRangeText, contentsHole } from './signature-dictionary.ts'

export interface FilledByteRange {
  /** Contents' hexadecimal string within the revision, angle brackets included. */
  readonly contents: { readonly offset: number; readonly length: number }
  /** As it stands in the signature dictionary: absolute in the signed file. */
  readonly byteRange: readonly [number, number, number, number]
}

/** Writes the byte range into its hole, once the length of everything is known. PdfError 'revision_invalid'. */
export function fillByteRange(sourceSize: number, { bytes, holes }: Revision): FilledByteRange {
  const contents = holes.get(contentsHole)
  const place = holes.get(byteRangeHole)
  if (!contents || !place) throw new TypeError('the signature dictionary was written without its holes')
  const before = sourceSize + contents.offset
  const behind = before + contents.length
  const byteRange = [0, before, behind, sourceSize + bytes.length - behind] as const
  const text = byteRangeText(byteRange)
  if (text.length !== place.length)
    throw new PdfError('revision_invalid', null, 'the file is too large for its byte range')
  bytes.set(new TextEncoder().encode(text), place.offset)
  return { contents, byteRange }
}

type Contents = FilledByteRange['contents']

/** Whether the octets go into the hole. */
export const fitsContents = ({ length }: Contents, der: Uint8Array): boolean => der.length * 2 <= length - 2

const hexDigits = new TextEncoder().encode('0123456789abcdef')

/** Hexadecimal digits over the zeros, in place; those that stay are what ISO 32000-2 12.8.1 has readers skip. */
export function fillContents(segment: Uint8Array, contents: Contents, der: Uint8Array): Uint8Array {
  let position = contents.offset + 1
  for (const byte of der) {
    segment[position++] = hexDigits[byte >> 4] ?? 0
    segment[position++] = hexDigits[byte & 15] ?? 0
  }
  return segment
}
