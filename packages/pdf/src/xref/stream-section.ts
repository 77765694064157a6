import type { FileReader } from '../document/file-reader.ts'
import { readStreamData } from '../document/stream-data.ts'
import { PdfError } from '../errors.ts'
import { decodeStream } from '../filters/decode.ts'
import type { Inflate } from '../filters/inflate.ts'
import {
  integerValue,
  isArray,
  isName,
  type PdfDictionary,
  type PdfObject,
  PdfReference,
  PdfStream,
} from '../syntax/objects.ts'
import { parseIndirectObject } from '../syntax/parser.ts'
import type { ObjectLocation, XrefSection } from './section.ts'

/** With more ranges all entries are taken apart once: each look-up would have to pass them all. */
const manyRanges = 64

interface Range {
  readonly first: number
  readonly count: number
  /** Entries before it. */
  readonly before: number
}

/** Reads a cross-reference stream (7.5.8). */
export async function readStreamSection(
  reader: FileReader,
  offset: number,
  offsetBase: number,
  inflate: Inflate,
): Promise<XrefSection> {
  const object = await reader.parseAt(offset, (lexer) => parseIndirectObject(lexer, reader.limits))
  const stream = object.value
  if (!(stream instanceof PdfStream) || !isName(stream.dictionary.get('Type'), 'XRef'))
    throw new PdfError('xref_invalid', offset, 'neither a cross-reference table nor a cross-reference stream here')
  // Everything in it is direct: references cannot be followed before it is read.
  const resolve = async (value: PdfObject | undefined): Promise<PdfObject> =>
    value === undefined || value instanceof PdfReference ? null : value
  const { encoded, end } = await readStreamData(reader, stream, integerValue(stream.dictionary.get('Length')))
  const data = await decodeStream(stream.dictionary, encoded, offset, {
    limits: reader.limits,
    budget: reader.budget,
    inflate,
    resolve,
  })
  return new StreamSection(reader, offset, offsetBase, object.number, stream.dictionary, data, end)
}

class StreamSection implements XrefSection {
  readonly kind = 'stream'
  readonly offset: number
  readonly end: number
  readonly trailer: PdfDictionary
  readonly maxObjectNumber: number
  readonly #data: Uint8Array
  readonly #offsetBase: number
  readonly #widths: readonly [number, number, number]
  readonly #ranges: readonly Range[]
  #entries: Promise<ReadonlyMap<number, ObjectLocation>> | undefined

  constructor(
    reader: FileReader,
    offset: number,
    offsetBase: number,
    ownNumber: number,
    trailer: PdfDictionary,
    data: Uint8Array,
    end: number,
  ) {
    this.offset = offset
    this.#offsetBase = offsetBase
    this.trailer = trailer
    this.#data = data
    this.end = end
    this.#widths = readWidths(trailer, offset)
    this.#ranges = readIndex(reader, trailer, offset)
    // A section need not list its own stream, whose number is taken all the same.
    this.maxObjectNumber = this.#ranges.reduce((max, { first, count }) => Math.max(max, first + count - 1), ownNumber)
  }

  async lookup(number: number): Promise<ObjectLocation | undefined> {
    if (this.#ranges.length > manyRanges) {
      this.#entries ??= this.entries()
      return (await this.#entries).get(number)
    }
    for (let index = this.#ranges.length - 1; index >= 0; index--) {
      const range = this.#ranges[index]
      if (range && number >= range.first && number < range.first + range.count)
        return this.#entry(range.before + number - range.first)
    }
    return undefined
  }

  async entries(): Promise<ReadonlyMap<number, ObjectLocation>> {
    const entries = new Map<number, ObjectLocation>()
    for (const { first, count, before } of this.#ranges)
      for (let index = 0; index < count; index++) {
        const entry = this.#entry(before + index)
        if (entry) entries.set(first + index, entry)
      }
    return entries
  }

  #entry(index: number): ObjectLocation | undefined {
    const [typeWidth, secondWidth, thirdWidth] = this.#widths
    let at = index * (typeWidth + secondWidth + thirdWidth)
    if (at + typeWidth + secondWidth + thirdWidth > this.#data.length) return undefined
    const field = (width: number): number => {
      let value = 0
      for (const last = at + width; at < last; at++) value = value * 256 + (this.#data[at] ?? 0)
      return value
    }
    const type = typeWidth === 0 ? 1 : field(typeWidth)
    const second = field(secondWidth)
    const third = field(thirdWidth)
    if (type === 0) return { kind: 'free' }
    if (type === 1) return { kind: 'file', offset: second + this.#offsetBase, generation: third }
    if (type === 2) return { kind: 'objectStream', stream: second, index: third }
    return undefined // "any other value shall be interpreted as a reference to the null object"
  }
}

function readWidths(trailer: PdfDictionary, offset: number): readonly [number, number, number] {
  const widths = trailer.get('W')
  const [type, second, third] = isArray(widths) ? widths.map((width) => integerValue(width) ?? -1) : []
  if (
    type === undefined ||
    second === undefined ||
    third === undefined ||
    Math.min(type, second, third) < 0 ||
    Math.max(type, second, third) > 8
  )
    throw new PdfError('xref_invalid', offset, 'the W entry of a cross-reference stream is malformed')
  if (type + second + third === 0)
    throw new PdfError('xref_invalid', offset, 'the entries of a cross-reference stream are empty')
  return [type, second, third]
}

function readIndex(reader: FileReader, trailer: PdfDictionary, offset: number): readonly Range[] {
  const size = integerValue(trailer.get('Size')) ?? 0
  const index = trailer.get('Index')
  const numbers = isArray(index) ? index.map((item) => integerValue(item) ?? -1) : [0, size]
  if (numbers.length > reader.limits.xrefSections * 2) throw new PdfError('xref_section_limit', offset)
  if (numbers.length % 2 !== 0 || numbers.some((value) => value < 0))
    throw new PdfError('xref_invalid', offset, 'the Index entry of a cross-reference stream is malformed')
  const ranges: Range[] = []
  let before = 0
  for (let at = 0; at < numbers.length; at += 2) {
    const first = numbers[at] ?? 0
    const count = numbers[at + 1] ?? 0
    if (first + count - 1 > reader.limits.objectNumber)
      throw new PdfError('object_count_limit', offset, `a cross-reference stream names object ${first + count - 1}`)
    ranges.push({ first, count, before })
    before += count
  }
  return ranges
}
