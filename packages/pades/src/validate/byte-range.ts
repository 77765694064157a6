/** ByteRange (ISO 32000-2, 12.8.1, table 255): what a signature covers, judged against the bytes of the file. */
import { type PdfRevision, type PdfSource, readPieces } from '@cloudsigner/pdf'
import type { CryptoProvider, HashAlgorithm } from '@cloudsigner/pki'
import type { Coverage } from './report.ts'

/** Two pairs of offset and length. */
export interface ByteRange {
  readonly start: number
  readonly firstLength: number
  readonly second: number
  readonly secondLength: number
}

export interface CoverageVerdict {
  readonly coverage: Coverage
  /** Index of the revision at whose end the signed bytes end; null where they end with none. */
  readonly revision: number | null
}

const UNCLEAR: CoverageVerdict = { coverage: 'UNCLEAR', revision: null }

/** True where both ranges lie in the file, one after the other: what can be digested at all. */
export function liesWithin({ start, firstLength, second, secondLength }: ByteRange, size: number): boolean {
  return (
    [start, firstLength, second, secondLength].every((value) => Number.isSafeInteger(value) && value >= 0) &&
    start + firstLength <= second &&
    second + secondLength <= size
  )
}

/**
 * `contentsRange` is where the dictionary's own Contents stands: the gap has to be that and nothing else, or bytes that
 * a reader takes for content would be unsigned.
 */
export function judgeCoverage(
  range: ByteRange,
  contentsRange: readonly [number, number] | null,
  size: number,
  revisions: readonly PdfRevision[],
): CoverageVerdict {
  if (!liesWithin(range, size) || range.start !== 0) return UNCLEAR
  const gapEnd = range.second
  if (contentsRange === null || contentsRange[0] !== range.firstLength || contentsRange[1] !== gapEnd) return UNCLEAR
  const end = range.second + range.secondLength
  const index = revisions.findIndex((revision) => revision.end !== null && endsRevision(end, revision.end))
  if (end === size) return { coverage: 'ENTIRE_FILE', revision: index >= 0 ? index : revisions.length - 1 }
  if (index >= 0) return { coverage: 'ENTIRE_REVISION', revision: index }
  return { coverage: 'CONTIGUOUS_BLOCK_FROM_START', revision: null }
}

// A revision ends with %%EOF; the end of line behind it, one or two bytes, belongs to whoever wrote it.
function endsRevision(end: number, revisionEnd: number): boolean {
  return end <= revisionEnd && end >= revisionEnd - 2
}

/** Digest of the two ranges, read in pieces. PdfError 'source_truncated' where they do not lie within the file. */
export async function digestByteRange(
  source: PdfSource,
  range: ByteRange,
  algorithm: HashAlgorithm,
  crypto: Pick<CryptoProvider, 'createHash'>,
): Promise<Uint8Array> {
  const hash = crypto.createHash(algorithm)
  for await (const piece of signedPieces(source, range)) hash.update(piece)
  return hash.digest()
}

/** The signed bytes as one. PdfError 'source_truncated'. */
export async function readSignedBytes(source: PdfSource, range: ByteRange): Promise<Uint8Array> {
  const whole = new Uint8Array(range.firstLength + range.secondLength)
  let position = 0
  for await (const piece of signedPieces(source, range)) {
    whole.set(piece, position)
    position += piece.length
  }
  return whole
}

async function* signedPieces(source: PdfSource, range: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
  yield* readPieces(source, range.start, range.firstLength)
  yield* readPieces(source, range.second, range.secondLength)
}
