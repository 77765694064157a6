/** The container of TrueType fonts (ISO/IEC 14496-22, clause 4): tables by tag, every read within its table. */
import { PadesError } from '../../sign/errors.ts'

export const malformed = (what: string): PadesError =>
  new PadesError('appearance_font_invalid', `the font is malformed: ${what}`)

/** Big-endian numbers of one table; reading past its end is PadesError 'appearance_font_invalid'. */
export class FontTable {
  readonly tag: string
  readonly bytes: Uint8Array
  readonly #view: DataView

  constructor(tag: string, bytes: Uint8Array) {
    this.tag = tag
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get length(): number {
    return this.bytes.length
  }

  uint16(offset: number): number {
    this.#within(offset, 2)
    return this.#view.getUint16(offset)
  }

  int16(offset: number): number {
    this.#within(offset, 2)
    return this.#view.getInt16(offset)
  }

  uint32(offset: number): number {
    this.#within(offset, 4)
    return this.#view.getUint32(offset)
  }

  int32(offset: number): number {
    this.#within(offset, 4)
    return this.#view.getInt32(offset)
  }

  slice(start: number, end: number): Uint8Array {
    if (!(start >= 0 && start <= end && end <= this.length)) throw malformed(`${this.tag} is cut short`)
    return this.bytes.subarray(start, end)
  }

  #within(offset: number, size: number): void {
    if (!(offset >= 0 && offset + size <= this.length)) throw malformed(`${this.tag} is cut short`)
  }
}

export type FontTables = ReadonlyMap<string, FontTable>

const trueType = 0x00010000
const appleTrueType = 0x74727565
const unsupported: ReadonlyMap<number, string> = new Map([
  [0x4f54544f, 'an OpenType font with CFF outlines'],
  [0x74746366, 'a collection of fonts'],
  [0x774f4646, 'a WOFF file'],
  [0x774f4632, 'a WOFF2 file'],
])

/** The tables of a file with TrueType outlines. PadesError 'appearance_font_invalid' | 'appearance_font_unsupported'. */
export function readFontTables(file: Uint8Array): FontTables {
  const header = new FontTable('the header', file)
  const version = header.uint32(0)
  const other = unsupported.get(version)
  if (other) throw new PadesError('appearance_font_unsupported', `the font is ${other}, not a TrueType font`)
  if (version !== trueType && version !== appleTrueType) throw malformed('it is no TrueType file')
  const tables = new Map<string, FontTable>()
  for (let index = 0; index < header.uint16(4); index++) {
    const entry = 12 + index * 16
    const tag = String.fromCharCode(...header.slice(entry, entry + 4))
    const offset = header.uint32(entry + 8)
    tables.set(tag, new FontTable(tag, header.slice(offset, offset + header.uint32(entry + 12))))
  }
  return tables
}

export function requiredTable(tables: FontTables, tag: string): FontTable {
  const table = tables.get(tag)
  if (!table) throw malformed(`it has no table ${tag}`)
  return table
}

/** A file of these tables, in the order of their tags, with the checksums that it must have (clause 4.3). */
export function writeFontFile(tables: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const entries = [...tables].sort(([a], [b]) => (a < b ? -1 : 1))
  const start = 12 + entries.length * 16
  const size = entries.reduce((sum, [, bytes]) => sum + padded(bytes.length), start)
  const file = new Uint8Array(size)
  const view = new DataView(file.buffer)
  const power = Math.floor(Math.log2(entries.length))
  view.setUint32(0, trueType)
  view.setUint16(4, entries.length)
  view.setUint16(6, 16 * 2 ** power)
  view.setUint16(8, power)
  view.setUint16(10, 16 * (entries.length - 2 ** power))
  let offset = start
  for (const [index, [tag, bytes]] of entries.entries()) {
    file.set(bytes, offset)
    const entry = 12 + index * 16
    file.set(new TextEncoder().encode(tag), entry)
    view.setUint32(entry + 4, checksum(view, offset, padded(bytes.length)))
    view.setUint32(entry + 8, offset)
    view.setUint32(entry + 12, bytes.length)
    offset += padded(bytes.length)
  }
  return withChecksumAdjustment(file, view, entries, start)
}

/** head.checkSumAdjustment, which is zero while everything is summed up. */
function withChecksumAdjustment(
  file: Uint8Array,
  view: DataView,
  entries: readonly (readonly [string, Uint8Array])[],
  start: number,
): Uint8Array {
  let offset = start
  for (const [tag, bytes] of entries) {
    if (tag === 'head') view.setUint32(offset + 8, (0xb1b0afba - checksum(view, 0, file.length)) >>> 0)
    offset += padded(bytes.length)
  }
  return file
}

const padded = (length: number): number => Math.ceil(length / 4) * 4

function checksum(view: DataView, offset: number, length: number): number {
  let sum = 0
  for (let position = offset; position < offset + length; position += 4) sum = (sum + view.getUint32(position)) >>> 0
  return sum
}
