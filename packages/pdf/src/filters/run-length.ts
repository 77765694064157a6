import { PdfError } from '../errors.ts'
import { GrowingBytes } from './growing-bytes.ts'

/** RunLengthDecode (7.4.5). */
export function runLengthDecode(data: Uint8Array, limit: number): Uint8Array {
  const output = new GrowingBytes(limit)
  let position = 0
  while (position < data.length) {
    const length = data[position++] ?? 128
    if (length === 128) break
    const count = length < 128 ? length + 1 : 257 - length
    const available = length < 128 ? count : 1
    if (position + available > data.length)
      throw new PdfError('filter_invalid', null, 'RunLength data ends within a run')
    if (length < 128) output.append(data.subarray(position, position + count))
    else output.fill(data[position] ?? 0, count)
    position += available
  }
  return output.bytes()
}
