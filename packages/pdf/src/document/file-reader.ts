import { PdfError } from '../errors.ts'
import type { PdfLimits } from '../limits.ts'
import type { PdfSource } from '../source.ts'
import { endOfWindow, Lexer, type Window } from '../syntax/lexer.ts'
import { Budget } from './budget.ts'

/** A file up to this size is read once and whole: one read costs less than the several that its parts would take. */
const wholeFileBytes = 64 * 1024
const firstWindowBytes = 4 * 1024

/** Reads the file by windows, and parses from them. */
export class FileReader {
  readonly source: PdfSource
  readonly size: number
  readonly limits: PdfLimits
  readonly budget: Budget
  #whole: Promise<Uint8Array> | undefined

  constructor(source: PdfSource, limits: PdfLimits) {
    this.source = source
    this.size = source.size
    this.limits = limits
    this.budget = new Budget(limits)
  }

  /** Exactly these bytes; PdfError 'source_truncated' where the file has fewer. */
  async bytes(offset: number, length: number): Promise<Uint8Array> {
    if (this.size > wholeFileBytes || offset < 0 || offset + length > this.size) return this.source.read(offset, length)
    this.#whole ??= this.source.read(0, this.size)
    return (await this.#whole).subarray(offset, offset + length)
  }

  /** Up to `length` bytes: fewer where the file ends. */
  async window(offset: number, length: number): Promise<Window> {
    const available = Math.max(0, Math.min(length, this.size - offset))
    const bytes = available === 0 ? new Uint8Array() : await this.bytes(offset, available)
    return { bytes, base: offset, final: offset + available >= this.size }
  }

  /** Parses at `offset` from a window that grows as far as the object does; PdfError 'object_size_limit' beyond the bound. */
  async parseAt<T>(offset: number, parse: (lexer: Lexer) => T): Promise<T> {
    if (offset < 0 || offset >= this.size) throw new PdfError('unexpected_end', offset, `no byte ${offset} in the file`)
    for (let length = firstWindowBytes; ; length *= 4) {
      const bounded = Math.min(length, this.limits.objectBytes)
      const window = await this.window(offset, bounded)
      const lexer = new Lexer(window)
      try {
        return parse(lexer)
      } catch (error) {
        if (error !== endOfWindow) throw error
        if (bounded === this.limits.objectBytes)
          throw new PdfError('object_size_limit', offset, `an object is longer than ${bounded} bytes`)
      } finally {
        this.budget.parsed(lexer.position, offset)
      }
    }
  }

  /** Position of `text` (ASCII) at or behind `from` and before `to`; -1 where there is none. */
  async find(text: string, from: number, to: number = this.size): Promise<number> {
    const step = 64 * 1024
    for (let start = from; start < to; start += step) {
      const window = await this.window(start, Math.min(step + text.length - 1, to - start))
      const index = indexOfText(window.bytes, text)
      if (index >= 0) return start + index
    }
    return -1
  }
}

export function indexOfText(bytes: Uint8Array, text: string, from = 0): number {
  const first = text.charCodeAt(0)
  for (let index = bytes.indexOf(first, from); index >= 0; index = bytes.indexOf(first, index + 1))
    if (matches(bytes, index, text)) return index
  return -1
}

export function lastIndexOfText(bytes: Uint8Array, text: string, from = bytes.length): number {
  const first = text.charCodeAt(0)
  for (
    let index = bytes.lastIndexOf(first, from);
    index >= 0;
    index = index > 0 ? bytes.lastIndexOf(first, index - 1) : -1
  )
    if (matches(bytes, index, text)) return index
  return -1
}

function matches(bytes: Uint8Array, index: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[index + at] !== text.charCodeAt(at)) return false
  return true
}
