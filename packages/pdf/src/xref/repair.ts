import { type FileReader, indexOfText } from '../document/file-reader.ts'
import { objectStreamNumbers } from '../document/object-stream.ts'
import { readStreamData } from '../document/stream-data.ts'
import { PdfError } from '../errors.ts'
import type { Inflate } from '../filters/inflate.ts'
import { isDigit, isRegular, isWhitespace } from '../syntax/characters.ts'
import { integerValue, isName, PdfDictionary, PdfReference, PdfStream } from '../syntax/objects.ts'
import { type IndirectObject, parseIndirectObject, parseValue } from '../syntax/parser.ts'
import type { ObjectLocation, XrefSection } from './section.ts'

/**
 * Rebuilds cross-references by scanning the file for `N G obj` from its beginning. Of two objects with one number the
 * later counts, as if each were an update; what lies inside a stream's data is not looked at. The trailer is the last
 * one, or the last cross-reference stream, that names a Root; without any, the last catalog found.
 */
export async function scanForObjects(reader: FileReader, offsetBase: number, inflate: Inflate): Promise<XrefSection> {
  if (reader.size > reader.limits.repairBytes)
    throw new PdfError('repair_size_limit', null, `a file of ${reader.size} bytes is not scanned`)
  const scan = new Scan(reader, inflate)
  await scan.run()
  return scan.section(offsetBase)
}

class Scan {
  readonly #reader: FileReader
  readonly #inflate: Inflate
  readonly #entries = new Map<number, ObjectLocation>()
  readonly #objectStreams: { readonly number: number; readonly stream: PdfStream; readonly offset: number }[] = []
  #trailer: PdfDictionary | null = null
  #encrypt: PdfDictionary | null = null
  #catalog: PdfReference | null = null
  /** Bytes that were read in vain; without a bound, a file of unclosed strings would be read once for each of them. */
  #wasted = 0

  constructor(reader: FileReader, inflate: Inflate) {
    this.#reader = reader
    this.#inflate = inflate
  }

  async run(): Promise<void> {
    const step = 64 * 1024
    let position = 0
    while (position < this.#reader.size) {
      const window = await this.#reader.window(position, step)
      const found = nextLandmark(window.bytes)
      if (found === null) {
        if (window.final) break
        position += window.bytes.length - 64 // a header may stand across the windows' border
        continue
      }
      const at = position + found.at
      position = found.kind === 'trailer' ? await this.#takeTrailer(at) : await this.#takeObject(at, at + found.length)
    }
    for (const found of this.#objectStreams) await this.#expand(found.number, found.stream, found.offset)
  }

  /** Byte at which the scan goes on. */
  async #takeTrailer(at: number): Promise<number> {
    try {
      const { value, end } = await this.#reader.parseAt(at + 7, (lexer) => ({
        value: parseValue(lexer, this.#reader.limits),
        end: lexer.offset,
      }))
      if (value instanceof PdfDictionary) this.#candidate(value)
      return end
    } catch (error) {
      return this.#passOver(error, at, at + 7)
    }
  }

  async #takeObject(at: number, behindHeader: number): Promise<number> {
    let object: IndirectObject
    try {
      object = await this.#reader.parseAt(at, (lexer) => parseIndirectObject(lexer, this.#reader.limits))
    } catch (error) {
      return this.#passOver(error, at, behindHeader)
    }
    const { number, generation, value } = object
    if (number > this.#reader.limits.objectNumber) throw new PdfError('object_count_limit', at)
    this.#entries.set(number, { kind: 'file', offset: at, generation })
    if (value instanceof PdfDictionary && isName(value.get('Type'), 'Catalog'))
      this.#catalog = new PdfReference(number, generation)
    if (!(value instanceof PdfStream)) return object.end
    if (isName(value.dictionary.get('Type'), 'XRef')) this.#candidate(value.dictionary)
    if (isName(value.dictionary.get('Type'), 'ObjStm')) this.#objectStreams.push({ number, stream: value, offset: at })
    try {
      const { end } = await readStreamData(this.#reader, value, integerValue(value.dictionary.get('Length')))
      return end
    } catch (error) {
      return this.#passOver(error, at, object.end)
    }
  }

  #candidate(trailer: PdfDictionary): void {
    if (trailer.has('Encrypt')) this.#encrypt = trailer
    if (trailer.get('Root') instanceof PdfReference) this.#trailer = trailer
  }

  /** Objects inside a stream are as new as the stream: they give way to whatever stands later in the file. */
  async #expand(number: number, stream: PdfStream, offset: number): Promise<void> {
    const current = this.#entries.get(number)
    if (current?.kind !== 'file' || current.offset !== offset) return
    try {
      const numbers = await objectStreamNumbers(this.#reader, stream, this.#inflate)
      for (const [index, inner] of numbers.entries()) {
        const known = this.#entries.get(inner)
        if (known?.kind === 'file' && known.offset > offset) continue
        this.#entries.set(inner, { kind: 'objectStream', stream: number, index })
      }
    } catch (error) {
      this.#passOver(error, offset, offset)
    }
  }

  /** What cannot be parsed is passed over; bounds are not. Gives the byte at which the scan goes on. */
  #passOver(error: unknown, at: number, goOn: number): number {
    if (!(error instanceof PdfError) || error.code.endsWith('_limit')) throw error
    const reached = error.code === 'syntax' && error.offset !== null ? error.offset : this.#reader.size
    this.#wasted += Math.max(0, reached - at)
    if (this.#wasted > 8 * this.#reader.size + 1024 * 1024)
      throw new PdfError('repair_size_limit', at, 'the file has too many broken objects to be scanned')
    return goOn
  }

  section(offsetBase: number): XrefSection {
    const entries = this.#entries
    const size = this.#reader.size
    return {
      kind: 'repaired',
      offset: offsetBase,
      end: size,
      trailer: this.#rebuiltTrailer(),
      maxObjectNumber: maxKey(entries),
      lookup: async (number) => entries.get(number),
      entries: async () => entries,
    }
  }

  #rebuiltTrailer(): PdfDictionary {
    let trailer = this.#trailer ?? new PdfDictionary()
    const root = trailer.get('Root')
    if (!(root instanceof PdfReference && this.#entries.has(root.number))) {
      if (!this.#catalog) throw new PdfError('unrepairable', null)
      trailer = trailer.with('Root', this.#catalog)
    }
    const encrypt = this.#encrypt?.get('Encrypt')
    // An encrypted file stays one, whichever trailer was found last.
    return encrypt !== undefined && !trailer.has('Encrypt') ? trailer.with('Encrypt', encrypt) : trailer
  }
}

function maxKey(entries: ReadonlyMap<number, unknown>): number {
  let max = 0
  for (const key of entries.keys()) max = Math.max(max, key)
  return max
}

type Landmark =
  | { readonly kind: 'object'; readonly at: number; readonly length: number }
  | { readonly kind: 'trailer'; readonly at: number }

/** The first `N G obj` or `trailer` in these bytes. */
function nextLandmark(bytes: Uint8Array): Landmark | null {
  const object = nextObjectHeader(bytes)
  const trailer = indexOfText(object ? bytes.subarray(0, object.at) : bytes, 'trailer')
  if (trailer >= 0 && trailer + 7 < bytes.length) return { kind: 'trailer', at: trailer }
  return object
}

function nextObjectHeader(bytes: Uint8Array): Landmark | null {
  for (let index = indexOfText(bytes, 'obj', 0); index >= 0; index = indexOfText(bytes, 'obj', index + 1)) {
    const generation = digitsBefore(bytes, index)
    const number = generation < 0 ? -1 : digitsBefore(bytes, generation)
    if (number < 0 || index + 3 >= bytes.length) continue
    if (number > 0 && isRegular(bytes[number - 1])) continue
    return { kind: 'object', at: number, length: index + 3 - number }
  }
  return null
}

/** Where the digits begin that stand before `end` with white space between; -1 where there are none. */
function digitsBefore(bytes: Uint8Array, end: number): number {
  let position = end - 1
  while (position >= 0 && end - position < 8 && isWhitespace(bytes[position])) position--
  if (position === end - 1) return -1
  const last = position
  while (position >= 0 && last - position < 10 && isDigit(bytes[position])) position--
  return position === last ? -1 : position + 1
}
