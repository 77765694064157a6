import { PdfError } from '../errors.ts'

/** Decoded bytes that grow up to a bound: PdfError 'stream_size_limit'. */
export class GrowingBytes {
  readonly #limit: number
  #buffer = new Uint8Array(4096)
  #length = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  fill(byte: number, count: number): void {
    this.#reserve(count)
    this.#buffer.fill(byte, this.#length, this.#length + count)
    this.#length += count
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed > this.#limit)
      throw new PdfError('stream_size_limit', null, `a stream decodes to more than ${this.#limit} bytes`)
    if (needed <= this.#buffer.length) return
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}
