import { PdfError } from '../errors.ts'
import { GrowingBytes } from './growing-bytes.ts'

const clearTable = 256
const endOfData = 257

/** LZWDecode (7.4.4): codes of 9 to 12 bits, high bit first; `earlyChange` as in its parameters (default 1). */
export function lzwDecode(data: Uint8Array, earlyChange: number, limit: number): Uint8Array {
  const output = new GrowingBytes(limit)
  let table: Uint8Array[] = []
  let width = 9
  let previous: Uint8Array | null = null
  let bits = 0
  let bitCount = 0
  for (const byte of data) {
    bits = ((bits << 8) | byte) & 0xffffff
    bitCount += 8
    if (bitCount < width) continue
    bitCount -= width
    const code = (bits >> bitCount) & ((1 << width) - 1)
    if (code === endOfData) break
    if (code === clearTable) {
      table = []
      width = 9
      previous = null
      continue
    }
    const entry = sequence(code, table, previous)
    output.append(entry)
    if (previous && table.length < 4096 - 258) table.push(extended(previous, entry[0] ?? 0))
    previous = entry
    width = codeWidth(258 + table.length + earlyChange)
  }
  return output.bytes()
}

function sequence(code: number, table: readonly Uint8Array[], previous: Uint8Array | null): Uint8Array {
  if (code < 256) return Uint8Array.of(code)
  const known = table[code - 258]
  if (known) return known
  // The code that is about to be defined: the previous sequence and its own first byte.
  if (previous && code === 258 + table.length) return extended(previous, previous[0] ?? 0)
  throw new PdfError('filter_invalid', null, 'LZW data uses a code that it has not defined')
}

function extended(bytes: Uint8Array, byte: number): Uint8Array {
  const longer = new Uint8Array(bytes.length + 1)
  longer.set(bytes)
  longer[bytes.length] = byte
  return longer
}

const codeWidth = (next: number): number => (next >= 2048 ? 12 : next >= 1024 ? 11 : next >= 512 ? 10 : 9)
