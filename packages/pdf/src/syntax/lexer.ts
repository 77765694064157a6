import { PdfError } from '../errors.ts'
import { hexValue, isDigit, isRegular, isWhitespace } from './characters.ts'

/** The window of the file ended before the object did: read a longer one and parse anew. */
export const endOfWindow = Symbol('end of window')

/** A window of the file: `bytes` begin at byte `base`; `final` when they reach the end of the file. */
export interface Window {
  readonly bytes: Uint8Array
  readonly base: number
  readonly final: boolean
}

/** Reads tokens from a window of the file. Throws `endOfWindow` where a token might go on behind a window that is not final. */
export class Lexer {
  readonly bytes: Uint8Array
  readonly base: number
  readonly final: boolean
  position: number

  constructor(window: Window, position = 0) {
    this.bytes = window.bytes
    this.base = window.base
    this.final = window.final
    this.position = position
  }

  /** Byte of the file at the current position. */
  get offset(): number {
    return this.base + this.position
  }

  fail(message: string, position = this.position): never {
    throw new PdfError('syntax', this.base + position, message)
  }

  /** The current byte; undefined only at the end of the file. */
  peek(ahead = 0): number | undefined {
    const byte = this.bytes[this.position + ahead]
    if (byte === undefined && !this.final) throw endOfWindow
    return byte
  }

  /** The current byte, which has to exist. */
  required(): number {
    const byte = this.peek()
    if (byte === undefined) throw new PdfError('unexpected_end', this.offset)
    return byte
  }

  /** White space and comments (7.2.3, 7.2.4). */
  skipWhitespace(): void {
    for (let byte = this.peek(); byte !== undefined; byte = this.peek()) {
      if (byte === 0x25) this.skipComment()
      else if (isWhitespace(byte)) this.position++
      else return
    }
  }

  private skipComment(): void {
    for (let byte = this.peek(); byte !== undefined && byte !== 0x0a && byte !== 0x0d; byte = this.peek())
      this.position++
  }

  /** A run of regular characters, empty where there is none. */
  keyword(): string {
    let text = ''
    for (let byte = this.peek(); byte !== undefined && isRegular(byte); byte = this.peek()) {
      // No keyword of PDF is longer; a run of regular bytes may be binary data.
      if (text.length > 32) this.fail(`${text.slice(0, 16)}… is not a keyword`)
      text += String.fromCharCode(byte)
      this.position++
    }
    return text
  }

  /** Whether this keyword stands here; it is then consumed. */
  takeKeyword(expected: string): boolean {
    for (let index = 0; index < expected.length; index++)
      if (this.peek(index) !== expected.charCodeAt(index)) return false
    if (isRegular(this.peek(expected.length))) return false
    this.position += expected.length
    return true
  }

  /** Decimal digits only, e.g. of an object number; null (and nothing consumed) where there are none. */
  unsigned(): number | null {
    const start = this.position
    let value = 0
    for (let byte = this.peek(); isDigit(byte); byte = this.peek()) {
      value = value * 10 + ((byte ?? 0) - 0x30)
      this.position++
      if (this.position - start > 15) this.fail('an integer has too many digits', start)
    }
    return this.position === start ? null : value
  }

  /** 7.3.3: an optional sign, digits, at most one full stop. */
  number(): number {
    const start = this.position
    let sign = 1
    const first = this.peek()
    if (first === 0x2b || first === 0x2d) {
      if (first === 0x2d) sign = -1
      this.position++
    }
    let digits = 0
    let value = 0
    let scale = 0
    for (let byte = this.peek(); byte !== undefined; byte = this.peek()) {
      if (isDigit(byte)) {
        digits++
        if (scale === 0) value = value * 10 + (byte - 0x30)
      } else if (byte === 0x2e && scale === 0) scale = 1
      else break
      this.position++
      if (this.position - start > 400) this.fail('a number has too many digits', start)
    }
    if (digits === 0 || isRegular(this.peek())) this.fail('malformed number', start)
    if (scale === 0 && value <= Number.MAX_SAFE_INTEGER) return sign * value || 0
    // The text itself, so that the value is the nearest one to what was written.
    return Number(String.fromCharCode(...this.bytes.subarray(start, this.position))) || 0
  }

  /** 7.3.5, behind the solidus: #xx stands for a byte; a # without two digits stands for itself, as readers take it. */
  name(): string {
    let text = ''
    for (let byte = this.peek(); byte !== undefined && isRegular(byte); byte = this.peek()) {
      this.position++
      if (byte === 0x23) {
        const high = hexValue(this.peek())
        const low = high < 0 ? -1 : hexValue(this.peek(1))
        if (low >= 0) {
          text += String.fromCharCode(high * 16 + low)
          this.position += 2
          continue
        }
      }
      text += String.fromCharCode(byte)
    }
    return text
  }

  /** 7.3.4.2, behind the opening parenthesis. */
  literalString(): Uint8Array {
    const bytes: number[] = []
    let open = 1
    for (;;) {
      const byte = this.required()
      this.position++
      if (byte === 0x5c) this.escape(bytes)
      else if (byte === 0x0d) {
        if (this.peek() === 0x0a) this.position++
        bytes.push(0x0a)
      } else {
        if (byte === 0x28) open++
        if (byte === 0x29 && --open === 0) return Uint8Array.from(bytes)
        bytes.push(byte)
      }
    }
  }

  private escape(bytes: number[]): void {
    const byte = this.required()
    this.position++
    if (byte >= 0x30 && byte <= 0x37) {
      let value = byte - 0x30
      for (let count = 0; count < 2; count++) {
        const digit = this.peek()
        if (digit === undefined || digit < 0x30 || digit > 0x37) break
        value = value * 8 + (digit - 0x30)
        this.position++
      }
      bytes.push(value & 0xff) // "high-order overflow shall be ignored"
      return
    }
    if (byte === 0x0d || byte === 0x0a) {
      if (byte === 0x0d && this.peek() === 0x0a) this.position++
      return
    }
    bytes.push(escapes[byte] ?? byte)
  }

  /** 7.3.4.3, behind the opening angle bracket. */
  hexString(): Uint8Array {
    const start = this.position
    let end = this.bytes.indexOf(0x3e, start)
    if (end < 0) {
      if (!this.final) throw endOfWindow
      throw new PdfError('unexpected_end', this.base + this.bytes.length)
    }
    const bytes = new Uint8Array((end - start + 1) >> 1)
    let length = 0
    let pending = -1
    for (let index = start; index < end; index++) {
      const byte = this.bytes[index]
      const value = hexValue(byte)
      if (value < 0) {
        if (isWhitespace(byte)) continue
        this.fail('a hexadecimal string holds another character', index)
      }
      if (pending < 0) pending = value
      else {
        bytes[length++] = pending * 16 + value
        pending = -1
      }
    }
    if (pending >= 0) bytes[length++] = pending * 16
    this.position = ++end
    return bytes.subarray(0, length)
  }
}

const escapes: Readonly<Record<number, number>> = {
  110: 0x0a, // \n
  114: 0x0d, // \r
  116: 0x09, // \t
  98: 0x08, // \b
  102: 0x0c, // \f
}
