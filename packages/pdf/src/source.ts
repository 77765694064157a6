import { PdfError } from './errors.ts'

/** Random access to a file. */
export interface PdfSource {
  /** Bytes of the whole file. */
  readonly size: number
  /** Exactly `length` bytes from `offset`, or PdfError 'source_truncated'. The caller does not write into them. */
  read(offset: number, length: number): Promise<Uint8Array>
}

/** Throws PdfError 'source_truncated' unless the range lies within `size` bytes. */
export function checkRange(size: number, offset: number, length: number): void {
  if (offset < 0 || length < 0 || offset + length > size)
    throw new PdfError(
      'source_truncated',
      offset,
      `asked for ${length} bytes at ${offset} of a source of ${size} bytes`,
    )
}

/** A file in memory; reads are views, nothing is copied. */
export function bytesSource(bytes: Uint8Array): PdfSource {
  return {
    size: bytes.length,
    async read(offset, length) {
      checkRange(bytes.length, offset, length)
      return bytes.subarray(offset, offset + length)
    },
  }
}

/** A Blob or File of the browser (or of Node). */
export function blobSource(blob: Blob): PdfSource {
  return {
    size: blob.size,
    async read(offset, length) {
      checkRange(blob.size, offset, length)
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer())
    },
  }
}

/** Several segments one after another: a document and the revisions appended to it. */
export function segmentsSource(segments: readonly PdfSource[]): PdfSource {
  const starts: number[] = []
  let size = 0
  for (const segment of segments) {
    starts.push(size)
    size += segment.size
  }
  return {
    size,
    async read(offset, length) {
      checkRange(size, offset, length)
      const parts: Uint8Array[] = []
      for (const [index, segment] of segments.entries()) {
        const start = starts[index] ?? 0
        const from = Math.max(offset, start)
        const to = Math.min(offset + length, start + segment.size)
        if (from < to) parts.push(await segment.read(from - start, to - from))
      }
      const [only] = parts
      if (parts.length === 1 && only) return only
      const whole = new Uint8Array(length)
      let position = 0
      for (const part of parts) {
        whole.set(part, position)
        position += part.length
      }
      return whole
    },
  }
}
