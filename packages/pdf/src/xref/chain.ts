import type { FileReader } from '../document/file-reader.ts'
import { PdfError } from '../errors.ts'
import type { Inflate } from '../filters/inflate.ts'
import { integerValue } from '../syntax/objects.ts'
import type { ObjectLocation, XrefSection } from './section.ts'
import { readStreamSection } from './stream-section.ts'
import { readTableSection } from './table-section.ts'

/** Follows Prev from the newest section; newest first. PdfError 'xref_loop' where it returns to a section already read. */
export async function readChain(
  reader: FileReader,
  startxref: number,
  offsetBase: number,
  inflate: Inflate,
): Promise<readonly XrefSection[]> {
  const sections: XrefSection[] = []
  const seen = new Set<number>()
  let next: number | null = startxref
  while (next !== null) {
    const offset: number = next + offsetBase
    if (seen.has(offset)) throw new PdfError('xref_loop', offset)
    seen.add(offset)
    if (sections.length >= reader.limits.xrefSections) throw new PdfError('xref_section_limit', offset)
    const section = await readSection(reader, offset, offsetBase, inflate)
    sections.push(section)
    next = await previous(section)
  }
  return sections
}

async function previous(section: XrefSection): Promise<number | null> {
  const prev = section.trailer.get('Prev')
  if (prev === undefined || prev === null) return null
  const offset = integerValue(prev)
  if (offset === null || offset < 0) throw new PdfError('xref_invalid', section.offset, 'Prev is no byte offset')
  // 7.5.5: Prev is there only if there is an earlier section, and none begins at byte 0. Writers put 0 for "none" though.
  if (offset > 0) return offset
  if (await namesEveryObject(section)) return null
  throw new PdfError('xref_invalid', section.offset, 'Prev is 0, and the section does not name every object')
}

/** 7.5.4: the table of a file that was never updated has one subsection, from object 0 on, to Size. */
async function namesEveryObject(section: XrefSection): Promise<boolean> {
  const size = integerValue(section.trailer.get('Size'))
  return size !== null && (await section.entries()).size >= size
}

async function readSection(
  reader: FileReader,
  offset: number,
  offsetBase: number,
  inflate: Inflate,
): Promise<XrefSection> {
  if (offset < 0 || offset >= reader.size)
    throw new PdfError('xref_invalid', offset, 'a cross-reference section lies outside of the file')
  const isTable = await reader.parseAt(offset, (lexer) => {
    lexer.skipWhitespace()
    return lexer.peek() === 0x78 // x
  })
  if (!isTable) return readStreamSection(reader, offset, offsetBase, inflate)
  const table = await readTableSection(reader, offset, offsetBase)
  const xrefStm = integerValue(table.trailer.get('XRefStm'))
  if (xrefStm === null) return table
  return hybrid(table, await readStreamSection(reader, xrefStm + offsetBase, offsetBase, inflate))
}

/** 7.5.8.4: objects that the table calls free or does not name are looked for in the stream that XRefStm names. */
function hybrid(table: XrefSection, stream: XrefSection): XrefSection {
  const visible = (location: ObjectLocation | undefined): location is ObjectLocation =>
    location !== undefined && location.kind !== 'free'
  return {
    kind: 'hybrid',
    offset: table.offset,
    end: Math.max(table.end, stream.end),
    trailer: table.trailer,
    maxObjectNumber: Math.max(table.maxObjectNumber, stream.maxObjectNumber),
    async lookup(number) {
      const inTable = await table.lookup(number)
      return visible(inTable) ? inTable : ((await stream.lookup(number)) ?? inTable)
    },
    async entries() {
      const entries = new Map(await stream.entries())
      for (const [number, location] of await table.entries())
        if (visible(location) || !entries.has(number)) entries.set(number, location)
      return entries
    },
  }
}
