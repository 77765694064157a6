import { type FinishOptions, type PdfSource, readPieces } from '@cloudsigner/pdf'
import type { CryptoProvider, HashAlgorithm, IncrementalHash } from '@cloudsigner/pki'

type Hashing = Pick<CryptoProvider, 'createHash'>

/** One pass over the file, a bounded piece at a time. */
export async function hashSource(
  source: PdfSource,
  algorithm: HashAlgorithm,
  crypto: Hashing,
): Promise<IncrementalHash> {
  const hash = crypto.createHash(algorithm)
  for await (const piece of readPieces(source, 0, source.size)) hash.update(piece)
  return hash
}

/** The second element of ID from what the file was and what is added: the same update gives the same file. */
export function identifiedBy(sourceHash: IncrementalHash, crypto: Hashing): FinishOptions {
  return {
    identify: (objects) => {
      const identifier = crypto.createHash('SHA-256')
      identifier.update(sourceHash.copy().digest())
      identifier.update(objects)
      return identifier.digest().subarray(0, 16)
    },
  }
}
