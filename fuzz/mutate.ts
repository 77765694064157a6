/** Files broken by a seed: the same seed always breaks the same way. */

/** mulberry32: small, and good enough to choose bytes. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const tokens = [
  '<<',
  '>>',
  '[',
  ']',
  '(',
  ')',
  '<',
  '0 R',
  ' 1 0 R',
  'obj',
  'endobj',
  'stream',
  'endstream',
  'xref',
  'trailer',
  'startxref',
  '%%EOF',
  '%',
  '/Prev 9',
  '/Length 99999999',
  '/Kids',
  '/Annots',
  '/AcroForm',
  '/Fields',
  '/Encrypt',
  '/Size 1',
  '/W [1 8 8]',
  '/Index [0 9]',
  '/V',
  '/Lock',
  '/SV',
  '/Perms',
  '/ByteRange [0 1 2 3]',
  '/Contents <00>',
  '/Filter /FlateDecode',
  '/DSS',
  '-1',
  '99999999999',
  ' 9',
  '\n',
  ' ',
  '\0',
] as const

type Random = (below: number) => number

/** A seed file with one to six edits: cut, put, turn bits, repeat, or go on as another file. */
export function mutate(seeds: readonly Uint8Array[], random: Random): Uint8Array {
  let file = pick(seeds, random)
  for (let edits = 1 + random(6); edits > 0; edits--) file = edit(file, seeds, random)
  return file
}

const pick = (seeds: readonly Uint8Array[], random: Random): Uint8Array =>
  seeds[random(seeds.length)] ?? new Uint8Array()

function edit(file: Uint8Array, seeds: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random(file.length + 1)
  switch (random(8)) {
    case 0:
      return replaced(file, at, random(200), new Uint8Array())
    case 1: {
      const copy = Uint8Array.from(file)
      copy[at] = (copy[at] ?? 0) ^ (1 << random(8))
      return copy
    }
    case 2: {
      const from = random(file.length + 1)
      return replaced(file, at, 0, file.subarray(from, from + random(400)))
    }
    case 3: {
      const other = pick(seeds, random)
      return replaced(file, at, file.length, other.subarray(random(other.length + 1)))
    }
    case 4:
      return replaced(file, at, 1, Uint8Array.of(0x30 + random(10)))
    default:
      return replaced(file, at, random(12), new TextEncoder().encode(tokens[random(tokens.length)] ?? ''))
  }
}

function replaced(file: Uint8Array, at: number, cut: number, put: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([file.subarray(0, at), put, file.subarray(at + cut)]))
}
