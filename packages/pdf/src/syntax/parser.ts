import { PdfError } from '../errors.ts'
import { defaultLimits, type PdfLimits } from '../limits.ts'
import { isDigit, isWhitespace } from './characters.ts'
import { Lexer, type Window } from './lexer.ts'
import { PdfDictionary, PdfName, type PdfObject, PdfReference, PdfStream, PdfString } from './objects.ts'

/** Where a dictionary's values stand: what a validator needs of /Contents and /ByteRange. */
export interface EntryRecorder {
  /** Called for each entry of the outermost dictionary with absolute byte positions. */
  entry(key: string, start: number, end: number): void
}

/** One object at the lexer's position (7.3); references are recognised, streams are not (see parseIndirectObject). */
export function parseValue(lexer: Lexer, limits: PdfLimits, depth = 0, recorder?: EntryRecorder): PdfObject {
  lexer.skipWhitespace()
  const byte = lexer.required()
  if (isDigit(byte)) return numberOrReference(lexer)
  switch (byte) {
    case 0x2f: // /
      lexer.position++
      return new PdfName(lexer.name())
    case 0x28: // (
      lexer.position++
      return new PdfString(lexer.literalString())
    case 0x5b: // [
      return parseArray(lexer, limits, depth)
    case 0x3c: // <
      if (lexer.peek(1) === 0x3c) return parseDictionary(lexer, limits, depth, recorder)
      lexer.position++
      return new PdfString(lexer.hexString(), true)
    case 0x2b:
    case 0x2d:
    case 0x2e: // + - .
      return lexer.number()
    default:
      return keywordValue(lexer)
  }
}

function keywordValue(lexer: Lexer): boolean | null {
  const start = lexer.position
  const keyword = lexer.keyword()
  if (keyword === 'true') return true
  if (keyword === 'false') return false
  if (keyword === 'null') return null
  return lexer.fail(keyword ? `${keyword} is not an object` : 'a delimiter stands where an object should', start)
}

function numberOrReference(lexer: Lexer): number | PdfReference {
  const value = lexer.number()
  if (!Number.isSafeInteger(value) || !isWhitespace(lexer.peek())) return value
  const afterNumber = lexer.position
  lexer.skipWhitespace()
  const generation = isGeneration(lexer) ? lexer.unsigned() : null
  if (generation !== null && isWhitespace(lexer.peek())) {
    lexer.skipWhitespace()
    if (lexer.takeKeyword('R')) return new PdfReference(value, generation)
  }
  lexer.position = afterNumber
  return value
}

/** 7.3.10: at most five digits, leading zeros forgiven; a longer run is a number of its own. */
function isGeneration(lexer: Lexer): boolean {
  let digits = 0
  while (digits <= 10 && isDigit(lexer.peek(digits))) digits++
  return digits >= 1 && digits <= 10
}

function enter(lexer: Lexer, limits: PdfLimits, depth: number): void {
  if (depth >= limits.depth)
    throw new PdfError('depth_limit', lexer.offset, `objects are nested more than ${limits.depth} deep`)
}

function parseArray(lexer: Lexer, limits: PdfLimits, depth: number): readonly PdfObject[] {
  enter(lexer, limits, depth)
  lexer.position++
  const items: PdfObject[] = []
  for (;;) {
    lexer.skipWhitespace()
    if (lexer.required() === 0x5d) {
      lexer.position++
      return items
    }
    items.push(parseValue(lexer, limits, depth + 1))
  }
}

function parseDictionary(lexer: Lexer, limits: PdfLimits, depth: number, recorder?: EntryRecorder): PdfDictionary {
  enter(lexer, limits, depth)
  lexer.position += 2
  const entries = new Map<string, PdfObject>()
  for (;;) {
    lexer.skipWhitespace()
    const byte = lexer.required()
    if (byte === 0x3e) {
      if (lexer.peek(1) !== 0x3e) lexer.fail('a dictionary ends with one >')
      lexer.position += 2
      return new PdfDictionary(entries)
    }
    if (byte !== 0x2f) lexer.fail('a dictionary has a key that is no name')
    lexer.position++
    const key = lexer.name()
    lexer.skipWhitespace()
    const start = lexer.offset
    // An entry given twice: the last counts, as in the readers we know; entryRanges reports the key.
    const value = parseValue(lexer, limits, depth + 1)
    // 7.3.7: null is the same as no entry.
    if (value === null) entries.delete(key)
    else entries.set(key, value)
    recorder?.entry(key, start, lexer.offset)
  }
}

export interface IndirectObject {
  readonly number: number
  readonly generation: number
  readonly value: PdfObject
  /** Byte of the file behind the object: behind `endobj` where it is in its place, else behind the value or `stream`. */
  readonly end: number
}

/** `N G obj … endobj` at the lexer's position (7.3.10). A stream's data is not read, only its place noted. */
export function parseIndirectObject(lexer: Lexer, limits: PdfLimits, recorder?: EntryRecorder): IndirectObject {
  const header = parseObjectHeader(lexer)
  lexer.skipWhitespace()
  // An object without a value: other readers take it for null, and so does the test of compacted syntax by SafeDocs.
  if (lexer.takeKeyword('endobj')) return { ...header, value: null, end: lexer.offset }
  const value = parseValue(lexer, limits, 0, recorder)
  lexer.skipWhitespace()
  if (value instanceof PdfDictionary && lexer.takeKeyword('stream')) {
    const offset = streamDataOffset(lexer)
    const object = new PdfReference(header.number, header.generation)
    return { ...header, value: new PdfStream(value, { kind: 'file', offset, object }), end: offset }
  }
  lexer.takeKeyword('endobj')
  return { ...header, value, end: lexer.offset }
}

function parseObjectHeader(lexer: Lexer): { number: number; generation: number } {
  lexer.skipWhitespace()
  const start = lexer.position
  const number = lexer.unsigned()
  lexer.skipWhitespace()
  const generation = number === null ? null : lexer.unsigned()
  lexer.skipWhitespace()
  if (number === null || generation === null || !takeObj(lexer)) return lexer.fail('no "N G obj" here', start)
  return { number, generation }
}

/** `obj`, behind which a value may stand without white space only if it begins with a delimiter; old writers omit it before numbers too. */
function takeObj(lexer: Lexer): boolean {
  if (lexer.peek() !== 0x6f || lexer.peek(1) !== 0x62 || lexer.peek(2) !== 0x6a) return false
  lexer.position += 3
  return true
}

/** 7.3.8.1: `stream` is followed by CRLF or LF; a lone CR is not allowed, but it is found. */
function streamDataOffset(lexer: Lexer): number {
  if (lexer.peek() === 0x20) while (lexer.peek() === 0x20) lexer.position++
  if (lexer.peek() === 0x0d) {
    lexer.position++
    if (lexer.peek() === 0x0a) lexer.position++
  } else if (lexer.peek() === 0x0a) lexer.position++
  return lexer.offset
}

/**
 * One object from bytes, all of which it has to use (white space and comments apart).
 * Throws PdfError 'syntax', 'unexpected_end' or 'depth_limit' with the offset within `bytes`.
 */
export function parseObject(bytes: Uint8Array, limits: PdfLimits = defaultLimits): PdfObject {
  const window: Window = { bytes, base: 0, final: true }
  const lexer = new Lexer(window)
  const value = parseValue(lexer, limits)
  lexer.skipWhitespace()
  if (lexer.peek() !== undefined) lexer.fail('something follows the object')
  return value
}
