import type { FileReader } from '../document/file-reader.ts'
import { PdfError } from '../errors.ts'
import { isDigit, isWhitespace } from '../syntax/characters.ts'
import type { Lexer } from '../syntax/lexer.ts'
import { PdfDictionary } from '../syntax/objects.ts'
import { parseValue } from '../syntax/parser.ts'
import type { ObjectLocation, XrefSection } from './section.ts'

/** Entries are 20 bytes each (7.5.4), so that an object's place is computed and read, the table never. */
const entryBytes = 20
/** A subsection up to so many entries is read whole at the first look-up. */
const wholeSubsection = 3200

interface Subsection {
  readonly first: number
  readonly count: number
  /** Byte of its first entry. */
  readonly offset: number
}

/** Reads the frame of a classic table: its subsections' headers and the trailer dictionary. */
export async function readTableSection(reader: FileReader, offset: number, offsetBase: number): Promise<XrefSection> {
  const subsections: Subsection[] = []
  let position = await reader.parseAt(offset, takeXref)
  for (;;) {
    const step = await reader.parseAt(position, (lexer) => readSubsectionOrTrailer(lexer, reader))
    if (step.kind === 'trailer')
      return new TableSection(reader, offset, offsetBase, subsections, step.trailer, step.end)
    if (subsections.length >= reader.limits.xrefSections) throw new PdfError('xref_section_limit', position)
    checkCount(reader, step.subsection)
    subsections.push(await startingAtZero(reader, step.subsection))
    position = step.subsection.offset + step.subsection.count * entryBytes
    if (position > reader.size)
      throw new PdfError('xref_invalid', step.subsection.offset, 'a table goes past the end of the file')
  }
}

function takeXref(lexer: Lexer): number {
  lexer.skipWhitespace()
  if (!lexer.takeKeyword('xref')) throw new PdfError('xref_invalid', lexer.offset, 'no cross-reference table here')
  return lexer.offset
}

type Step =
  | { readonly kind: 'trailer'; readonly trailer: PdfDictionary; readonly end: number }
  | { readonly kind: 'subsection'; readonly subsection: Subsection }

function readSubsectionOrTrailer(lexer: Lexer, reader: FileReader): Step {
  lexer.skipWhitespace()
  if (lexer.takeKeyword('trailer')) {
    const trailer = parseValue(lexer, reader.limits)
    if (!(trailer instanceof PdfDictionary))
      throw new PdfError('xref_invalid', lexer.offset, 'the trailer is no dictionary')
    return { kind: 'trailer', trailer, end: lexer.offset }
  }
  const at = lexer.offset
  const first = lexer.unsigned()
  lexer.skipWhitespace()
  const count = first === null ? null : lexer.unsigned()
  if (first === null || count === null)
    throw new PdfError('xref_invalid', at, 'neither a subsection nor a trailer here')
  lexer.skipWhitespace()
  return { kind: 'subsection', subsection: { first, count, offset: lexer.offset } }
}

function checkCount(reader: FileReader, { first, count, offset }: Subsection): void {
  if (first + count - 1 > reader.limits.objectNumber)
    throw new PdfError('object_count_limit', offset, `a table names object ${first + count - 1}`)
}

/** Some writers begin the table at 1 though its first entry is the head of the free list, object 0. */
async function startingAtZero(reader: FileReader, subsection: Subsection): Promise<Subsection> {
  if (subsection.first !== 1 || subsection.count === 0) return subsection
  const { bytes } = await reader.window(subsection.offset, entryBytes)
  const head = parseEntry(bytes, 0, subsection.offset, 0)
  return head.kind === 'free' && bytes[11] === 0x36 ? { ...subsection, first: 0 } : subsection
}

class TableSection implements XrefSection {
  readonly kind = 'table'
  readonly offset: number
  readonly end: number
  readonly trailer: PdfDictionary
  readonly maxObjectNumber: number
  readonly #reader: FileReader
  readonly #offsetBase: number
  readonly #subsections: readonly Subsection[]
  readonly #whole = new Map<Subsection, Promise<Uint8Array>>()

  constructor(
    reader: FileReader,
    offset: number,
    offsetBase: number,
    subsections: readonly Subsection[],
    trailer: PdfDictionary,
    end: number,
  ) {
    this.#reader = reader
    this.offset = offset
    this.#offsetBase = offsetBase
    this.#subsections = subsections
    this.trailer = trailer
    this.end = end
    this.maxObjectNumber = subsections.reduce((max, { first, count }) => Math.max(max, first + count - 1), 0)
  }

  async lookup(number: number): Promise<ObjectLocation | undefined> {
    // Of two entries for one object the later subsection's counts.
    for (let index = this.#subsections.length - 1; index >= 0; index--) {
      const subsection = this.#subsections[index]
      if (!subsection || number < subsection.first || number >= subsection.first + subsection.count) continue
      const at = (number - subsection.first) * entryBytes
      const offset = subsection.offset + at
      if (subsection.count > wholeSubsection)
        return parseEntry(await this.#reader.bytes(offset, entryBytes), 0, offset, this.#offsetBase)
      return parseEntry(await this.#read(subsection), at, offset, this.#offsetBase)
    }
    return undefined
  }

  async entries(): Promise<ReadonlyMap<number, ObjectLocation>> {
    const entries = new Map<number, ObjectLocation>()
    for (const subsection of this.#subsections) {
      const bytes = await this.#reader.bytes(subsection.offset, subsection.count * entryBytes)
      for (let index = 0; index < subsection.count; index++) {
        const at = index * entryBytes
        entries.set(subsection.first + index, parseEntry(bytes, at, subsection.offset + at, this.#offsetBase))
      }
    }
    return entries
  }

  #read(subsection: Subsection): Promise<Uint8Array> {
    let bytes = this.#whole.get(subsection)
    if (!bytes) {
      bytes = this.#reader.bytes(subsection.offset, subsection.count * entryBytes)
      this.#whole.set(subsection, bytes)
    }
    return bytes
  }
}

/** `nnnnnnnnnn ggggg n` or `… f`; anything else means that entries are not where arithmetic says. */
function parseEntry(bytes: Uint8Array, at: number, offset: number, offsetBase: number): ObjectLocation {
  const position = digits(bytes, at, 10)
  const generation = digits(bytes, at + 11, 5)
  const type = bytes[at + 17]
  const separated = isWhitespace(bytes[at + 10]) && isWhitespace(bytes[at + 16]) && isWhitespace(bytes[at + 18])
  if (position < 0 || generation < 0 || !separated || (type !== 0x6e && type !== 0x66))
    throw new PdfError('xref_invalid', offset, 'an entry of the cross-reference table is malformed')
  // An entry in use at byte 0 can be no object: writers mark so what they left out.
  if (type === 0x66 || position === 0) return { kind: 'free' }
  return { kind: 'file', offset: position + offsetBase, generation }
}

function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let index = at; index < at + count; index++) {
    const byte = bytes[index]
    if (!isDigit(byte)) return -1
    value = value * 10 + ((byte ?? 0) - 0x30)
  }
  return value
}
