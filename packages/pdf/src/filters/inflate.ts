import { PdfError } from '../errors.ts'

/**
 * Inflates zlib data (RFC 1950). Throws PdfError 'stream_size_limit' where it would come to more than `limit` bytes,
 * 'filter_invalid' for corrupt data.
 */
export type Inflate = (data: Uint8Array, limit: number) => Promise<Uint8Array>

/** By the platform's DecompressionStream, which browsers and Node have alike. */
export const platformInflate: Inflate = async (data, limit) => {
  try {
    return await decompress(data, limit)
  } catch (error) {
    if (error instanceof PdfError) throw error
    // An end of line that a wrong Length counted in is "trailing junk" to the platform.
    const trimmed = withoutTrailingEndOfLine(data)
    if (trimmed.length === data.length) throw new PdfError('filter_invalid', null, undefined, error)
    return platformInflate(trimmed, limit)
  }
}

async function decompress(data: Uint8Array, limit: number): Promise<Uint8Array> {
  const stream = new DecompressionStream('deflate')
  const writer = stream.writable.getWriter()
  const written = Promise.all([writer.write(new Uint8Array(data)), writer.close()])
  // The reader reports the same failure; here it only must not go unhandled.
  written.catch(() => {})
  const reader = stream.readable.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.length
    if (size > limit) {
      await reader.cancel().catch(() => {})
      throw new PdfError('stream_size_limit', null, `a stream inflates to more than ${limit} bytes`)
    }
    chunks.push(value)
  }
  await written
  const whole = new Uint8Array(size)
  let position = 0
  for (const chunk of chunks) {
    whole.set(chunk, position)
    position += chunk.length
  }
  return whole
}

function withoutTrailingEndOfLine(data: Uint8Array): Uint8Array {
  let end = data.length
  while (end > 0 && (data[end - 1] === 0x0a || data[end - 1] === 0x0d)) end--
  return data.subarray(0, end)
}
