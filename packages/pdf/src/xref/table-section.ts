import type { FileReader } from '../document/file-reader.ts'
import { PdfError } from '../errors.ts'
import { isDigit, isWhitespace } from '../syntax/characters.ts'
import type { Lexer } from '../syntax/lexer.ts'
import type { PdfDictionary } from '../syntax/objects.ts'
import { readLooseTable } from './loose-table.ts'
import type { ObjectLocation, XrefSection } from './section.ts'
import { takeSubsectionHeader, takeTrailer, takeXref } from './table-syntax.ts'

/** Entries are 20 bytes each (7.5.4), so that an object's place is computed and read, the table never. */
const entryBytes = 20
/** A table in more subsections is read whole: each look-up would have to pass them all. */
const manySubsections = 64
/** A subsection up to so many entries is read whole at the first look-up. */
const wholeSubsection = 3200

interface Subsection {
  readonly first: number
  readonly count: number
  /** Byte of its first entry. */
  readonly offset: number
}

interface Frame {
  readonly subsections: readonly Subsection[]
  readonly trailer: PdfDictionary
  /** Byte behind the trailer dictionary. */
  readonly end: number
}

/** Reads a classic table: where its entries have their 20 bytes only its frame, else all of it. */
export async function readTableSection(reader: FileReader, offset: number, offsetBase: number): Promise<XrefSection> {
  try {
    return new TableSection(reader, offset, offsetBase, await readFrame(reader, offset))
  } catch (error) {
    if (!(error instanceof PdfError) || error.code !== 'xref_invalid') throw error
    return readLooseTable(reader, offset, offsetBase)
  }
}

/** The subsections' headers and the trailer; the first and the last entry of each are checked to be in their place. */
async function readFrame(reader: FileReader, offset: number): Promise<Frame> {
  const subsections: Subsection[] = []
  let position = await reader.parseAt(offset, takeXref)
  let lastEntry = false
  let steps = 0
  for (;;) {
    const checked: boolean = lastEntry
    const step: Step = await reader.parseAt(checked ? position - entryBytes : position, (lexer) => {
      if (checked) lexer.position += checkEntry(lexer)
      return readSubsectionOrTrailer(lexer, reader)
    })
    if (step.kind === 'trailer') return { subsections, trailer: step.trailer, end: step.end }
    if (++steps > reader.limits.xrefSections) throw new PdfError('xref_section_limit', position)
    if (step.subsection.count > 0) subsections.push(step.subsection)
    position = step.subsection.offset + step.subsection.count * entryBytes
    lastEntry = step.subsection.count > 0
    if (position > reader.size)
      throw new PdfError('xref_invalid', step.subsection.offset, 'a table goes past the end of the file')
  }
}

type Step =
  | { readonly kind: 'trailer'; readonly trailer: PdfDictionary; readonly end: number }
  | { readonly kind: 'subsection'; readonly subsection: Subsection }

function readSubsectionOrTrailer(lexer: Lexer, reader: FileReader): Step {
  const trailer = takeTrailer(lexer, reader)
  if (trailer) return { kind: 'trailer', trailer, end: lexer.offset }
  const { first, count } = takeSubsectionHeader(lexer, reader)
  const offset = lexer.offset
  if (count === 0) return { kind: 'subsection', subsection: { first, count, offset } }
  checkEntry(lexer)
  // Some writers begin the table at 1 though its first entry is the head of the free list, object 0.
  const headOfFreeList = first === 1 && lexer.peek(17) === 0x66 && lexer.peek(11) === 0x36
  return { kind: 'subsection', subsection: { first: headOfFreeList ? 0 : first, count, offset } }
}

/** Throws 'xref_invalid' unless an entry of 20 bytes stands here; gives their number. */
function checkEntry(lexer: Lexer): number {
  lexer.peek(entryBytes - 1)
  parseEntry(lexer.bytes, lexer.position, lexer.offset, 0)
  return entryBytes
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
  #entries: Promise<ReadonlyMap<number, ObjectLocation>> | undefined

  constructor(reader: FileReader, offset: number, offsetBase: number, { subsections, trailer, end }: Frame) {
    this.#reader = reader
    this.offset = offset
    this.#offsetBase = offsetBase
    this.#subsections = subsections
    this.trailer = trailer
    this.end = end
    this.maxObjectNumber = subsections.reduce((max, { first, count }) => Math.max(max, first + count - 1), 0)
  }

  async lookup(number: number): Promise<ObjectLocation | undefined> {
    if (this.#subsections.length > manySubsections) {
      this.#entries ??= this.entries()
      return (await this.#entries).get(number)
    }
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
  const separated = isWhitespace(bytes[at + 10]) && isWhitespace(bytes[at + 16])
  const ended = isWhitespace(bytes[at + 18]) && isWhitespace(bytes[at + 19])
  if (position < 0 || generation < 0 || !separated || !ended || (type !== 0x6e && type !== 0x66))
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
