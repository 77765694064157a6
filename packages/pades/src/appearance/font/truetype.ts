/** A TrueType font as far as laying out and embedding text needs it. Every number comes from a stranger's file and is checked. */
import { PadesError } from '../../sign/errors.ts'
import { type CharacterMap, readCharacterMap } from './character-map.ts'
import { type FontTable, type FontTables, malformed, readFontTables, requiredTable } from './sfnt.ts'

export interface TrueTypeFont {
  readonly tables: FontTables
  readonly postScriptName: string
  readonly unitsPerEm: number
  /** In font units, as are all the others. */
  readonly boundingBox: readonly [number, number, number, number]
  readonly ascent: number
  readonly descent: number
  readonly capHeight: number
  /** Degrees, counter-clockwise. */
  readonly italicAngle: number
  readonly fixedPitch: boolean
  readonly glyphCount: number
  readonly glyphOf: CharacterMap
  metricsOf(glyph: number): { readonly advance: number; readonly leftSideBearing: number }
  /** Bytes of the glyph's description; empty for one without an outline. */
  outlineOf(glyph: number): Uint8Array
}

/** Fonts of all of Chinese have some 20 MB. */
const maxFontBytes = 24 * 1024 * 1024

/** PadesError 'appearance_font_…'. */
export function readTrueTypeFont(file: Uint8Array): TrueTypeFont {
  if (file.length > maxFontBytes)
    throw new PadesError('appearance_font_too_large', `the font has ${file.length} bytes, more than ${maxFontBytes}`)
  const tables = readFontTables(file)
  refuseRestricted(tables.get('OS/2'))
  const head = requiredTable(tables, 'head')
  const hhea = requiredTable(tables, 'hhea')
  const unitsPerEm = head.uint16(18)
  if (unitsPerEm < 16 || unitsPerEm > 16_384) throw malformed(`unitsPerEm is ${unitsPerEm}`)
  const glyphCount = requiredTable(tables, 'maxp').uint16(4)
  const [ascent, descent] = [hhea.int16(4), hhea.int16(6)]
  if (ascent <= descent) throw malformed('its ascent is not above its descent')
  const post = tables.get('post')
  return {
    tables,
    postScriptName: readPostScriptName(tables.get('name')),
    unitsPerEm,
    boundingBox: [head.int16(36), head.int16(38), head.int16(40), head.int16(42)],
    ascent,
    descent,
    capHeight: readCapHeight(tables.get('OS/2')) ?? ascent,
    italicAngle: post ? post.int32(4) / 65_536 : 0,
    fixedPitch: post ? post.uint32(12) !== 0 : false,
    glyphCount,
    glyphOf: readCharacterMap(requiredTable(tables, 'cmap')),
    metricsOf: metricsReader(requiredTable(tables, 'hmtx'), hhea.uint16(34)),
    outlineOf: outlineReader(tables, head.int16(50), glyphCount),
  }
}

/** 5.1.6, fsType: bits 1 to 3 are the least of what is permitted (0: anything), bits 8 and 9 forbid what is done here. */
function refuseRestricted(os2: FontTable | undefined): void {
  const fsType = os2 ? os2.uint16(8) : 0
  const refused = (what: string) => new PadesError('appearance_font_unsupported', `the font's licence ${what} (fsType)`)
  if ((fsType & 0xf) === 2) throw refused('forbids embedding')
  if (fsType & 0x100) throw refused('forbids subsets')
  if (fsType & 0x200) throw refused('permits bitmaps alone to be embedded')
}

function readCapHeight(os2: FontTable | undefined): number | null {
  return os2 && os2.uint16(0) >= 2 && os2.length >= 90 ? os2.int16(88) : null
}

/** 5.2.5 hmtx: the last advance goes for all glyphs behind it. */
function metricsReader(hmtx: FontTable, longMetrics: number): TrueTypeFont['metricsOf'] {
  if (longMetrics === 0) throw malformed('it has no widths')
  return (glyph) => ({
    advance: hmtx.uint16(Math.min(glyph, longMetrics - 1) * 4),
    leftSideBearing: hmtx.int16(glyph < longMetrics ? glyph * 4 + 2 : longMetrics * 4 + (glyph - longMetrics) * 2),
  })
}

function outlineReader(tables: FontTables, locationFormat: number, glyphCount: number): TrueTypeFont['outlineOf'] {
  const loca = requiredTable(tables, 'loca')
  const glyf = requiredTable(tables, 'glyf')
  const at = (index: number): number => (locationFormat === 0 ? loca.uint16(index * 2) * 2 : loca.uint32(index * 4))
  return (glyph) => {
    if (glyph >= glyphCount) throw malformed(`there is no glyph ${glyph}`)
    return glyf.slice(at(glyph), at(glyph + 1))
  }
}

const postScriptNameId = 6

/** PostScript names are ASCII, whatever their encoding (5.2.8); an unnamed font gets one, since a PDF must name it. */
function readPostScriptName(table: FontTable | undefined): string {
  for (let index = 0; table && index < table.uint16(2); index++) {
    const record = 6 + index * 12
    if (table.uint16(record + 6) !== postScriptNameId) continue
    const start = table.uint16(4) + table.uint16(record + 10)
    const bytes = table.slice(start, start + table.uint16(record + 8))
    const text = String.fromCharCode(...bytes.subarray(0, 256)).replaceAll(/[^A-Za-z0-9_.-]/g, '')
    if (text !== '') return text.slice(0, 63)
  }
  return 'Unnamed'
}
