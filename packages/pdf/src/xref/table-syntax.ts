import type { FileReader } from '../document/file-reader.ts'
import { PdfError } from '../errors.ts'
import type { Lexer } from '../syntax/lexer.ts'
import { PdfDictionary } from '../syntax/objects.ts'
import { parseValue } from '../syntax/parser.ts'

/** The keyword that begins a classic table; gives the byte behind it. */
export function takeXref(lexer: Lexer): number {
  lexer.skipWhitespace()
  if (!lexer.takeKeyword('xref')) throw new PdfError('xref_invalid', lexer.offset, 'no cross-reference table here')
  return lexer.offset
}

/** The trailer dictionary if `trailer` is next; else null. */
export function takeTrailer(lexer: Lexer, reader: FileReader): PdfDictionary | null {
  lexer.skipWhitespace()
  if (!lexer.takeKeyword('trailer')) return null
  const trailer = parseValue(lexer, reader.limits)
  if (trailer instanceof PdfDictionary) return trailer
  throw new PdfError('xref_invalid', lexer.offset, 'the trailer is no dictionary')
}

/** `first count`; the lexer then stands on the first entry. */
export function takeSubsectionHeader(lexer: Lexer, reader: FileReader): { first: number; count: number } {
  const at = lexer.offset
  const first = lexer.unsigned()
  lexer.skipWhitespace()
  const count = first === null ? null : lexer.unsigned()
  if (first === null || count === null)
    throw new PdfError('xref_invalid', at, 'neither a subsection nor a trailer here')
  if (first + count - 1 > reader.limits.objectNumber)
    throw new PdfError('object_count_limit', at, `a table names object ${first + count - 1}`)
  lexer.skipWhitespace()
  return { first, count }
}
