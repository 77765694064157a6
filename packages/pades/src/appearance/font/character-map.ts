/** From characters to glyphs (ISO/IEC 14496-22, 5.2.1 cmap): formats 4 and 12 of Unicode, and of symbol fonts. */
import { FontTable, malformed } from './sfnt.ts'

/** 0, the glyph of what is missing, where the font lacks the character. */
export type CharacterMap = (codePoint: number) => number

/** Encodings by platform and encoding id, the fullest first. */
const wanted = ['3.10', '0.6', '0.4', '3.1', '0.3', '0.2', '0.1', '0.0', '3.0'] as const

export function readCharacterMap(cmap: FontTable): CharacterMap {
  const found = new Map<string, number>()
  for (let index = 0; index < cmap.uint16(2); index++) {
    const record = 4 + index * 8
    found.set(`${cmap.uint16(record)}.${cmap.uint16(record + 2)}`, cmap.uint32(record + 4))
  }
  for (const encoding of wanted) {
    const offset = found.get(encoding)
    if (offset === undefined) continue
    const subtable = new FontTable('cmap', cmap.slice(offset, cmap.length))
    const format = subtable.uint16(0)
    const map = format === 4 ? format4(subtable) : format === 12 ? format12(subtable) : null
    if (map) return encoding === '3.0' ? symbolMap(map) : map
  }
  throw malformed('it has no character map that is supported')
}

/** Symbol fonts have their characters at U+F000 to U+F0FF. */
function symbolMap(map: CharacterMap): CharacterMap {
  return (codePoint) => map(codePoint) || (codePoint <= 0xff ? map(0xf000 + codePoint) : 0)
}

function format4(table: FontTable): CharacterMap {
  const segments = table.uint16(6) / 2
  const ends = 14
  const starts = ends + 2 + segments * 2
  const deltas = starts + segments * 2
  const ranges = deltas + segments * 2
  return (codePoint) => {
    if (codePoint > 0xffff) return 0
    const segment = firstWhere(segments, (index) => table.uint16(ends + index * 2) >= codePoint)
    if (segment === segments) return 0
    const start = table.uint16(starts + segment * 2)
    if (start > codePoint) return 0
    const delta = table.uint16(deltas + segment * 2)
    const range = table.uint16(ranges + segment * 2)
    if (range === 0) return (codePoint + delta) & 0xffff
    const glyph = table.uint16(ranges + segment * 2 + range + (codePoint - start) * 2)
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff
  }
}

function format12(table: FontTable): CharacterMap {
  const groups = table.uint32(12)
  if (16 + groups * 12 > table.length) throw malformed('cmap is cut short')
  return (codePoint) => {
    const group = firstWhere(groups, (index) => table.uint32(16 + index * 12 + 4) >= codePoint)
    if (group === groups) return 0
    const start = table.uint32(16 + group * 12)
    return start > codePoint ? 0 : table.uint32(16 + group * 12 + 8) + codePoint - start
  }
}

/** The first index for which an increasing condition holds; `count` where it never does. */
function firstWhere(count: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
