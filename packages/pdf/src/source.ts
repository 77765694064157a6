import { PdfError } from './errors.ts'

/** Random access to a file. */
export interface PdfSource {
  /** Bytes of the whole file. */
  readonly size: number
  /** Exactly `length` bytes from `offset`, or PdfError 'source_truncated'. The caller does not write into them. */
  read(offset: number, length: number): Promise<Uint8Array>
  /** The same into memory that is there already, all of `target`; for sources that would have to allocate it. */
  readInto?(offset: number, target: Uint8Array): Promise<void>
}

/** Large enough that a file's reads are few, small enough to be kept. */
const pieceBytes = 1024 * 1024

/**
 * The bytes of a range, at most 1 MiB at a time. A piece is good until the next one is asked for: a source with `readInto` fills one
 * buffer again and again, so that a large file leaves nothing behind for the garbage collector. PdfError 'source_truncated'.
 */
export async function* readPieces(
  source: PdfSource,
  offset: number,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = new Uint8Array(source.readInto ? Math.min(pieceBytes, length) : 0)
  for (let done = 0; done < length; done += pieceBytes) {
    const wanted = Math.min(pieceBytes, length - done)
    if (!source.readInto) {
      yield await source.read(offset + done, wanted)
      continue
    }
    const piece = buffer.subarray(0, wanted)
    await source.readInto(offset + done, piece)
    yield piece
  }
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

interface SegmentPart {
  readonly segment: PdfSource
  /** Of the segment. */
  readonly from: number
  /** Of what was asked for. */
  readonly at: number
  readonly length: number
}

/** Several segments one after another: a document and the revisions appended to it. */
export function segmentsSource(segments: readonly PdfSource[]): PdfSource {
  const starts: number[] = []
  let size = 0
  for (const segment of segments) {
    starts.push(size)
    size += segment.size
  }
  const partsOf = (offset: number, length: number): readonly SegmentPart[] => {
    checkRange(size, offset, length)
    return segments.flatMap((segment, index) => {
      const start = starts[index] ?? 0
      const from = Math.max(offset, start)
      const to = Math.min(offset + length, start + segment.size)
      return from < to ? [{ segment, from: from - start, at: from - offset, length: to - from }] : []
    })
  }
  const readInto = async (offset: number, target: Uint8Array): Promise<void> => {
    for (const { segment, from, at, length } of partsOf(offset, target.length)) {
      const part = target.subarray(at, at + length)
      if (segment.readInto) await segment.readInto(from, part)
      else part.set(await segment.read(from, length))
    }
  }
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const [only, ...more] = partsOf(offset, length)
    if (only && more.length === 0) return only.segment.read(only.from, only.length)
    const whole = new Uint8Array(length)
    await readInto(offset, whole)
    return whole
  }
  // Segments in memory give views, which cost less than filling a buffer.
  return segments.some((segment) => segment.readInto) ? { size, read, readInto } : { size, read }
}
