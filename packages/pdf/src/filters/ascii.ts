import { PdfError } from '../errors.ts'
import { hexValue, isWhitespace } from '../syntax/characters.ts'

/** ASCIIHexDecode (7.4.2). */
export function asciiHexDecode(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array((data.length + 1) >> 1)
  let length = 0
  let pending = -1
  for (const byte of data) {
    if (byte === 0x3e) break
    if (isWhitespace(byte)) continue
    const value = hexValue(byte)
    if (value < 0) throw new PdfError('filter_invalid', null, 'ASCIIHex data holds another character')
    if (pending < 0) pending = value
    else {
      bytes[length++] = pending * 16 + value
      pending = -1
    }
  }
  if (pending >= 0) bytes[length++] = pending * 16
  return bytes.subarray(0, length)
}

/** ASCII85Decode (7.4.3): groups of five digits, `z` for four zeros, ended by `~>`. */
export function ascii85Decode(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length * 4)
  let length = 0
  let group = 0
  let count = 0
  for (const byte of data) {
    if (byte === 0x7e) break
    if (isWhitespace(byte)) continue
    if (byte === 0x7a && count === 0) {
      length += 4
      continue
    }
    if (byte < 0x21 || byte > 0x75) throw new PdfError('filter_invalid', null, 'ASCII85 data holds another character')
    group = group * 85 + (byte - 0x21)
    if (++count < 5) continue
    length = putGroup(bytes, length, group, 4)
    group = 0
    count = 0
  }
  if (count === 1) throw new PdfError('filter_invalid', null, 'ASCII85 data ends with a single digit')
  if (count > 1) {
    for (let padding = count; padding < 5; padding++) group = group * 85 + 84
    length = putGroup(bytes, length, group, count - 1)
  }
  return bytes.slice(0, length)
}

function putGroup(bytes: Uint8Array, at: number, group: number, count: number): number {
  if (group > 0xffffffff) throw new PdfError('filter_invalid', null, 'an ASCII85 group exceeds 2^32 - 1')
  for (let index = 0; index < count; index++) bytes[at + index] = Math.floor(group / 256 ** (3 - index)) & 0xff
  return at + count
}
