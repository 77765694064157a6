import type { FileReader } from '../document/file-reader.ts'
import { PdfError } from '../errors.ts'
import type { Lexer } from '../syntax/lexer.ts'
import type { PdfDictionary } from '../syntax/objects.ts'
import type { ObjectLocation, XrefSection } from './section.ts'
import { takeSubsectionHeader, takeTrailer, takeXref } from './table-syntax.ts'

/**
 * A table whose entries are not 20 bytes long, as some writers make it (a bare LF at the end, numbers padded with
 * spaces): read whole, token by token. What it says is as clear as in a table that follows 7.5.4.
 */
export async function readLooseTable(reader: FileReader, offset: number, offsetBase: number): Promise<XrefSection> {
  const { entries, trailer, end } = await reader.parseAt(offset, (lexer) => parseTable(lexer, reader, offsetBase))
  let maxObjectNumber = 0
  for (const number of entries.keys()) maxObjectNumber = Math.max(maxObjectNumber, number)
  return {
    kind: 'table',
    offset,
    end,
    trailer,
    maxObjectNumber,
    lookup: async (number) => entries.get(number),
    entries: async () => entries,
  }
}

interface LooseTable {
  readonly entries: ReadonlyMap<number, ObjectLocation>
  readonly trailer: PdfDictionary
  readonly end: number
}

function parseTable(lexer: Lexer, reader: FileReader, offsetBase: number): LooseTable {
  takeXref(lexer)
  const entries = new Map<number, ObjectLocation>()
  for (let subsections = 0; ; subsections++) {
    const trailer = takeTrailer(lexer, reader)
    if (trailer) return { entries, trailer, end: lexer.offset }
    if (subsections >= reader.limits.xrefSections) throw new PdfError('xref_section_limit', lexer.offset)
    const { first, count } = takeSubsectionHeader(lexer, reader)
    for (let index = 0; index < count; index++) entries.set(first + index, takeEntry(lexer, offsetBase))
  }
}

function takeEntry(lexer: Lexer, offsetBase: number): ObjectLocation {
  lexer.skipWhitespace()
  const at = lexer.offset
  const position = lexer.unsigned()
  lexer.skipWhitespace()
  const generation = position === null ? null : lexer.unsigned()
  lexer.skipWhitespace()
  const type = lexer.keyword()
  if (position === null || generation === null || (type !== 'n' && type !== 'f'))
    throw new PdfError('xref_invalid', at, 'an entry of the cross-reference table is malformed')
  if (type === 'f' || position === 0) return { kind: 'free' }
  return { kind: 'file', offset: position + offsetBase, generation }
}
