/** A small TrueType font: A is a square, Á the square under a bar (a composite), B another square; the space is empty. */
const u16 = (...values: readonly number[]): number[] => values.flatMap((value) => [(value >> 8) & 255, value & 255])
const u32 = (...values: readonly number[]): number[] => values.flatMap((value) => u16(value >>> 16, value & 0xffff))

/** A rectangle as a glyph of one contour with four points on the curve. */
function rectangle(left: number, bottom: number, right: number, top: number): number[] {
  const flags = [1, 1, 1, 1]
  const x = u16(left, right - left, 0, left - right)
  const y = u16(bottom, 0, top - bottom, 0)
  return padded([...u16(1, left, bottom, right, top, 3, 0), ...flags, ...x, ...y])
}

const padded = (bytes: number[]): number[] => [...bytes, ...Array<number>((4 - (bytes.length % 4)) % 4).fill(0)]

export interface FontOptions {
  readonly version?: number
  readonly fsType?: number
  /** What Á is made of. */
  readonly components?: readonly number[]
  readonly without?: string
  readonly unitsPerEm?: number
}

export const glyphIds = { notdef: 0, space: 1, A: 2, bar: 3, Aacute: 4, B: 5 } as const

export function makeFont(options: FontOptions = {}): Uint8Array {
  const { version = 0x00010000, fsType = 0, components = [glyphIds.A, glyphIds.bar], unitsPerEm = 1000 } = options
  const composite = components.flatMap((glyph, index) => u16(index < components.length - 1 ? 0x23 : 3, glyph, 0, 0))
  const glyphs = [
    rectangle(0, 0, 400, 700),
    [],
    rectangle(50, 0, 550, 700),
    rectangle(200, 750, 400, 800),
    padded([...u16(0xffff, 50, 0, 550, 800), ...composite]),
    rectangle(60, 0, 500, 700),
  ]
  const offsets = [0]
  for (const glyph of glyphs) offsets.push((offsets.at(-1) ?? 0) + glyph.length)
  const advances = [500, 250, 600, 600, 600, 650]
  // Format 4: space, A, B, Á, and the segment that ends it.
  const ends = u16(0x20, 0x41, 0x42, 0xc1, 0xffff)
  const starts = u16(0x20, 0x41, 0x42, 0xc1, 0xffff)
  const deltas = u16(1 - 0x20, 2 - 0x41, 5 - 0x42, 4 - 0xc1, 1)
  const format4 = [...u16(4, 16 + 8 * 5, 0, 10, 8, 2, 2), ...ends, 0, 0, ...starts, ...deltas, ...u16(0, 0, 0, 0, 0)]
  const name = u16(...[...'Test-Square'].map((character) => character.charCodeAt(0)))
  const tables: Record<string, number[]> = {
    'OS/2': [...u16(2, 500, 400, 5, fsType), ...Array<number>(78).fill(0), ...u16(700), ...Array<number>(6).fill(0)],
    cmap: [...u16(0, 1, 3, 1), ...u32(12), ...format4],
    glyf: glyphs.flat(),
    head: [
      ...u32(0x00010000, 0x00010000, 0, 0x5f0f3cf5),
      ...u16(0, unitsPerEm),
      ...Array<number>(16).fill(0),
      ...u16(0, 0, 550, 800, 0, 8, 2, 1, 0),
    ],
    hhea: [...u32(0x00010000), ...u16(900, 0xff38, 0, 650), ...Array<number>(22).fill(0), ...u16(advances.length)],
    hmtx: advances.flatMap((advance) => u16(advance, 0)),
    loca: u32(...offsets),
    maxp: [...u32(0x00010000), ...u16(glyphs.length), ...Array<number>(26).fill(0)],
    name: [...u16(0, 1, 18, 3, 1, 0x409, 6, name.length, 0), ...name],
    post: [...u32(0x00030000, 0, 0, 0), ...Array<number>(16).fill(0)],
  }
  if (options.without) delete tables[options.without]
  const entries = Object.entries(tables)
  let offset = 12 + entries.length * 16
  const directory = entries.flatMap(([tag, bytes]) => {
    const entry = [...Buffer.from(tag.padEnd(4)), ...u32(0, offset, bytes.length)]
    offset += padded(bytes).length
    return entry
  })
  return Uint8Array.of(
    ...u32(version),
    ...u16(entries.length, 0, 0, 0),
    ...directory,
    ...entries.flatMap(([, bytes]) => padded(bytes)),
  )
}
