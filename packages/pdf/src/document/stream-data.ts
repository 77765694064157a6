import { PdfError } from '../errors.ts'
import { isWhitespace } from '../syntax/characters.ts'
import type { PdfStream } from '../syntax/objects.ts'
import { type FileReader, indexOfText } from './file-reader.ts'

export interface EncodedStream {
  readonly encoded: Uint8Array
  /** Byte of the file behind `endstream`. */
  readonly end: number
}

/** The data of a stream as it stands in the file; where Length is wrong or missing, what lies before `endstream` (7.3.8.2). */
export async function readStreamData(
  reader: FileReader,
  stream: PdfStream,
  length: number | null,
): Promise<EncodedStream> {
  if (stream.content.kind === 'bytes') return { encoded: stream.content.bytes, end: 0 }
  const { offset } = stream.content
  if (length !== null && length > reader.limits.streamBytes)
    throw new PdfError('stream_size_limit', offset, `a stream of ${length} bytes`)
  if (length !== null && length >= 0 && offset + length <= reader.size) {
    const { bytes } = await reader.window(offset, length + 16)
    const behind = endstreamAt(bytes, length)
    if (behind > 0) return { encoded: bytes.subarray(0, length), end: offset + behind }
  }
  return upToEndstream(reader, offset)
}

/** Position behind `endstream` if only white space stands between it and the data's end; else -1. */
function endstreamAt(bytes: Uint8Array, length: number): number {
  let position = length
  while (position < length + 4 && isWhitespace(bytes[position])) position++
  return indexOfText(bytes.subarray(position, position + 9), 'endstream') === 0 ? position + 9 : -1
}

async function upToEndstream(reader: FileReader, offset: number): Promise<EncodedStream> {
  const limit = Math.min(reader.size, offset + reader.limits.streamBytes)
  const at = await reader.find('endstream', offset, limit)
  reader.budget.parsed((at < 0 ? limit : at) - offset, offset)
  if (at < 0) throw new PdfError('stream_invalid', offset)
  const data = await reader.bytes(offset, at - offset)
  let end = data.length
  if (data[end - 1] === 0x0a) end--
  if (data[end - 1] === 0x0d) end--
  return { encoded: data.subarray(0, end), end: at + 9 }
}
