import { PdfError } from '../errors.ts'
import type { PdfLimits } from '../limits.ts'

/**
 * What reading one document has cost so far. Bounds on single objects are not enough: thousands of objects may overlap,
 * or lie in streams that inflate to much each and are dropped from the cache between two uses.
 */
export class Budget {
  readonly #limits: PdfLimits
  #parsed = 0
  #decoded = 0

  constructor(limits: PdfLimits) {
    this.#limits = limits
  }

  /** PdfError 'parse_limit'. */
  parsed(bytes: number, offset: number | null): void {
    this.#parsed += bytes
    if (this.#parsed > this.#limits.parsedBytes) throw new PdfError('parse_limit', offset)
  }

  /** PdfError 'decode_limit'. */
  decoded(bytes: number, offset: number | null): void {
    this.#decoded += bytes
    if (this.#decoded > this.#limits.decodedBytes) throw new PdfError('decode_limit', offset)
  }

  /** The most that the next filter may give. */
  get decodable(): number {
    return Math.min(this.#limits.streamBytes, Math.max(0, this.#limits.decodedBytes - this.#decoded) + 1)
  }
}
