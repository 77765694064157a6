/** A TrueType file of some glyphs alone, renumbered. */
import { FontTable, malformed, requiredTable, writeFontFile } from './sfnt.ts'
import type { TrueTypeFont } from './truetype.ts'

/** Components of components, which real fonts nest two or three deep; and all that a subset may draw in. */
const maxSubsetGlyphs = 16_384

/** Tables of instructions, which glyphs call into: taken as they are. */
const instructionTables = ['cvt ', 'fpgm', 'prep'] as const

export interface FontSubset {
  readonly file: Uint8Array
  /** Of all glyphs, those included that others are made of. */
  readonly glyphCount: number
}

/**
 * `glyphs[n]` of the font becomes glyph n; what composite glyphs are made of follows behind them. Without cmap, name
 * and the like: in a PDF nothing reads them (ISO 32000-1, 9.9). PadesError 'appearance_font_invalid'.
 */
export function subsetFont(font: TrueTypeFont, glyphs: readonly number[]): FontSubset {
  const { order, outlines } = collect(font, glyphs)
  const tables = new Map<string, Uint8Array>()
  for (const tag of instructionTables) {
    const table = font.tables.get(tag)
    if (table) tables.set(tag, table.bytes)
  }
  const { glyf, loca } = layOut(outlines)
  tables.set('glyf', glyf)
  tables.set('loca', loca)
  tables.set('hmtx', horizontalMetrics(font, order))
  tables.set(
    'head',
    changed(font, 'head', 54, [
      [8, 0],
      [10, 0],
      [50, 1],
    ]),
  )
  tables.set('hhea', changed(font, 'hhea', 36, [[34, order.length]]))
  tables.set('maxp', changed(font, 'maxp', 6, [[4, order.length]]))
  return { file: writeFontFile(tables), glyphCount: order.length }
}

/** The glyphs in their new order, outlines with the new numbers of their components. */
function collect(font: TrueTypeFont, glyphs: readonly number[]) {
  const order = [...glyphs]
  const numbers = new Map<number, number>()
  for (const [index, glyph] of order.entries()) if (!numbers.has(glyph)) numbers.set(glyph, index)
  const numberOf = (glyph: number): number => {
    const known = numbers.get(glyph)
    if (known !== undefined) return known
    if (order.length >= maxSubsetGlyphs) throw malformed('its glyphs are made of too many others')
    numbers.set(glyph, order.length)
    return order.push(glyph) - 1
  }
  const outlines: Uint8Array[] = []
  // `order` grows while components are met.
  for (let index = 0; index < order.length; index++)
    outlines.push(renumbered(font.outlineOf(order[index] ?? 0), numberOf))
  return { order, outlines }
}

const argumentsAreWords = 0x0001
const haveScale = 0x0008
const moreComponents = 0x0020
const haveTwoScales = 0x0040
const haveTwoByTwo = 0x0080

/** 5.3.4 glyf: a composite glyph has a negative number of contours, and names its components one after another. */
function renumbered(outline: Uint8Array, numberOf: (glyph: number) => number): Uint8Array {
  if (outline.length === 0) return outline
  const table = new FontTable('glyf', outline)
  if (table.int16(0) >= 0) return outline
  const copy = Uint8Array.from(outline)
  const view = new DataView(copy.buffer)
  for (let position = 10; ; ) {
    const flags = table.uint16(position)
    view.setUint16(position + 2, numberOf(table.uint16(position + 2)))
    position += 4 + (flags & argumentsAreWords ? 4 : 2)
    position += flags & haveScale ? 2 : flags & haveTwoScales ? 4 : flags & haveTwoByTwo ? 8 : 0
    if (!(flags & moreComponents)) return copy
  }
}

/** Long offsets, each outline at a multiple of four. */
function layOut(outlines: readonly Uint8Array[]): { glyf: Uint8Array; loca: Uint8Array } {
  const padded = (length: number): number => Math.ceil(length / 4) * 4
  const loca = new Uint8Array((outlines.length + 1) * 4)
  const offsets = new DataView(loca.buffer)
  const glyf = new Uint8Array(outlines.reduce((sum, { length }) => sum + padded(length), 0))
  let offset = 0
  for (const [index, outline] of outlines.entries()) {
    offsets.setUint32(index * 4, offset)
    glyf.set(outline, offset)
    offset += padded(outline.length)
  }
  offsets.setUint32(outlines.length * 4, offset)
  return { glyf, loca }
}

function horizontalMetrics(font: TrueTypeFont, order: readonly number[]): Uint8Array {
  const table = new Uint8Array(order.length * 4)
  const view = new DataView(table.buffer)
  for (const [index, glyph] of order.entries()) {
    const { advance, leftSideBearing } = font.metricsOf(glyph)
    view.setUint16(index * 4, advance)
    view.setInt16(index * 4 + 2, leftSideBearing)
  }
  return table
}

/** A copy of a table of at least this length, with some of its 16-bit numbers set. */
function changed(
  font: TrueTypeFont,
  tag: string,
  length: number,
  values: readonly (readonly [number, number])[],
): Uint8Array {
  const table = requiredTable(font.tables, tag)
  table.slice(0, length)
  const copy = Uint8Array.from(table.bytes)
  const view = new DataView(copy.buffer)
  for (const [offset, value] of values) view.setUint16(offset, value)
  return copy
}
