import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AppearanceText, type SignatureAppearance, standard14Fonts } from '@cloudsigner/pades'
import { isArray, nameValue, serialiseObject } from '@cloudsigner/pdf'
import { text as latin } from '@cloudsigner/testing'
import fc from 'fast-check'
import { type Drawn, draw, pdfA } from './drawn.ts'
import { glyphIds, makeFont } from './font.ts'
import { jpeg } from './pictures.ts'

const written = (
  text: string,
  more: Partial<AppearanceText> = {},
  box: SignatureAppearance = {},
): SignatureAppearance => ({
  text: { text, ...more },
  field: { width: 200, height: 100 },
  ...box,
})

const shown = ({ operators }: Drawn): readonly string[] => operators.filter((line) => line.endsWith(' Tj'))
const sizeOf = ({ operators }: Drawn): number => Number(operators.find((line) => line.endsWith(' Tf'))?.split(' ')[1])

test('text in Helvetica of 12 points, a line each', async () => {
  const drawn = await draw(written('Jan (Novák)\r\n\n€ 10', { textColor: '#0000ff' }))
  assert.equal(sizeOf(drawn), 12)
  assert.ok(drawn.operators.includes('0 0 1 rg'))
  const font = await drawn.resource('Font', 'F0')
  assert.equal(
    latin(serialiseObject(font)),
    '<</Type /Font/Subtype /Type1/BaseFont /Helvetica/Encoding /WinAnsiEncoding>>',
  )
  const [first = '', second = ''] = shown(drawn)
  assert.match(first, /^1 0 0 1 5 [\d.]+ Tm \(Jan \\\(Nov\u00e1k\\\)\) Tj$/)
  assert.match(second, /\(\u0080 10\) Tj$/)
  const baselines = [first, second].map((line) => Number(line.split(' ')[5]))
  // Two lines lower, for the empty one between.
  assert.ok(Math.abs((baselines[0] ?? 0) - (baselines[1] ?? 0) - 2 * 12 * 1.156) < 0.002)
})

test('each of the standard fonts, by its name', async () => {
  for (const [standard14Font, baseFont] of Object.entries(standard14Fonts)) {
    const text = baseFont === 'ZapfDingbats' ? '✓ ✔' : baseFont === 'Symbol' ? 'Ω α' : 'Aá'
    const drawn = await draw(written(text, { standard14Font: standard14Font as keyof typeof standard14Fonts }))
    const font = await drawn.resource('Font', 'F0')
    assert.equal(nameValue(font.get('BaseFont')), baseFont)
    assert.equal(font.has('Encoding'), !['Symbol', 'ZapfDingbats'].includes(baseFont))
  }
})

test('a box without a size is as large as its text: widths are those of the font', async () => {
  const width = async (text: string, standard14Font: keyof typeof standard14Fonts) =>
    (await draw({ text: { text, standard14Font, padding: 0 }, zoom: 1000 / 12 })).rect[2]
  assert.equal(await width('Wi', 'HELVETICA'), 11.66)
  assert.equal(await width('Wi', 'COURIER_BOLD'), 12)
  assert.equal(await width('Ž€ß', 'TIMES_ROMAN'), 16.11)
})

test('a line is aligned within its box, and the box between image and text', async () => {
  const place = async (more: Partial<AppearanceText>, image?: Uint8Array) => {
    const drawn = await draw(
      written('AB', { padding: 0, standard14Font: 'COURIER', ...more }, { ...(image && { image }) }),
    )
    const [x, y] = (shown(drawn)[0] ?? '').split(' ').slice(4, 6).map(Number)
    const picture = drawn.operators
      .find((line) => line.includes('/Im0'))
      ?.split(' ')
      .slice(1, 7)
      .map(Number)
    return { x, y: Math.round(y ?? 0), picture }
  }
  // The text is 14.4 wide and 12.66 high, its base line 3 above its foot.
  assert.deepEqual(await place({}), { x: 0, y: 47, picture: undefined })
  assert.deepEqual(await place({ signerTextHorizontalAlignment: 'RIGHT', signerTextVerticalAlignment: 'TOP' }), {
    x: 185.6,
    y: 90,
    picture: undefined,
  })
  assert.deepEqual(await place({ signerTextPosition: 'RIGHT' }), { x: 185.6, y: 47, picture: undefined })
  assert.deepEqual(await place({ signerTextPosition: 'BOTTOM' }), { x: 0, y: 3, picture: undefined })
  assert.deepEqual(await place({ signerTextHorizontalAlignment: 'CENTER', signerTextVerticalAlignment: 'BOTTOM' }), {
    x: 92.8,
    y: 3,
    picture: undefined,
  })
  assert.deepEqual(await place({}, jpeg()), { x: 0, y: 47, picture: [185.6, 0, 0, 100, 14.4, 0] })
  assert.deepEqual(await place({ signerTextPosition: 'RIGHT' }, jpeg()), {
    x: 185.6,
    y: 47,
    picture: [185.6, 0, 0, 100, 0, 0],
  })
  assert.deepEqual(await place({ signerTextPosition: 'TOP' }, jpeg()), {
    x: 0,
    y: 90,
    picture: [200, 0, 0, 87.34, 0, 0],
  })
  assert.deepEqual(await place({ signerTextPosition: 'BOTTOM' }, jpeg()), {
    x: 0,
    y: 3,
    picture: [200, 0, 0, 87.34, 0, 12.66],
  })
})

test('text fills its box, and beside an image what that leaves', async () => {
  const fill = { textWrapping: 'FILL_BOX', standard14Font: 'COURIER', padding: 0 } as const
  // 0.6 em a letter: 200 / (10 × 0.6), and 1.055 em a line.
  assert.equal(sizeOf(await draw(written('0123456789', fill))), 33.33)
  assert.equal(sizeOf(await draw(written('0', fill))), 94.78)
  assert.equal(sizeOf(await draw(written('0\n0', fill))), 47.39)
  assert.equal(sizeOf(await draw(written('0123456789', { ...fill, padding: 10 }))), 30)
  assert.equal(sizeOf(await draw(written('0123456789', fill, { image: jpeg(), dpi: 72 }))), 28.33)
  // An image that would want more gets half.
  assert.equal(sizeOf(await draw(written('0123456789', fill, { image: jpeg(), dpi: 1 }))), 16.66)
})

test('lines are broken where that makes letters larger', async () => {
  const fill = { textWrapping: 'FILL_BOX_AND_LINEBREAK', standard14Font: 'COURIER', padding: 0 } as const
  const text = 'the quick brown fox jumps over the lazy dog'
  const whole = await draw(written(text, { ...fill, textWrapping: 'FILL_BOX' }))
  const broken = await draw(written(text, fill))
  assert.ok(sizeOf(broken) > 2 * sizeOf(whole))
  const words = shown(broken).map((line) => /\((.*)\)/.exec(line)?.[1])
  assert.ok(words.length > 2)
  assert.equal(words.join(' '), text)
  assert.deepEqual(shown(await draw(written('one', fill))).length, 1)
})

const refusals: readonly (readonly [string, SignatureAppearance, string])[] = [
  ['letters that the font lacks', written('Jiří 漢'), 'appearance_text_unsupported'],
  ['letters that Symbol lacks', written('A', { standard14Font: 'SYMBOL' }), 'appearance_text_unsupported'],
  ['control characters', written('a\u0007b'), 'appearance_text_unsupported'],
  ['half a character', written('a\ud800'), 'appearance_text_unsupported'],
  ['letters that join', written('سلام', { customFont: makeFont() }), 'appearance_text_unsupported'],
  ['letters that the custom font lacks', written('AC', { customFont: makeFont() }), 'appearance_text_unsupported'],
  ['text that is too wide', written('a'.repeat(60)), 'appearance_text_too_large'],
  ['text that is too high', written('a\n'.repeat(12)), 'appearance_text_too_large'],
  [
    'text that leaves the image nothing',
    written('m'.repeat(21), { padding: 1 }, { image: jpeg() }),
    'appearance_text_too_large',
  ],
  ['padding that leaves nothing', written('a', { padding: 60, textWrapping: 'FILL_BOX' }), 'appearance_text_too_large'],
  ['letters nobody reads', written('a'.repeat(999), { textWrapping: 'FILL_BOX' }), 'appearance_text_too_large'],
  ['text that fills no box', { text: { text: 'a', textWrapping: 'FILL_BOX' } }, 'appearance_invalid'],
]
for (const [what, appearance, code] of refusals)
  test(`refuses ${what}: ${code}`, () => assert.rejects(draw(appearance), { code }))

test('says which letters the font lacks, and what to do', () =>
  assert.rejects(draw(written('Jiří Ř')), {
    message: 'Helvetica has no ř (U+0159), Ř (U+0158): send a font that has them as customFont',
  }))

test('decomposed letters are composed before they are looked for', async () => {
  const drawn = await draw(written('a\u0301'))
  assert.match(shown(drawn)[0] ?? '', /\(\u00e1\) Tj$/)
})

async function embedded(drawn: Drawn) {
  const font = await drawn.resource('Font', 'F0')
  const descendants = font.get('DescendantFonts')
  const descendant = await drawn.document.resolveDictionary(isArray(descendants) ? descendants[0] : null)
  const descriptor = await drawn.document.resolveDictionary(descendant?.get('FontDescriptor'))
  assert.ok(descendant && descriptor)
  const file = await drawn.document.readStream(await drawn.stream(descriptor.get('FontFile2')))
  const toUnicode = latin(await drawn.document.readStream(await drawn.stream(font.get('ToUnicode'))))
  return { font, descendant, descriptor, file, toUnicode }
}

function tablesOf(file: Uint8Array): ReadonlyMap<string, DataView> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  return new Map(
    Array.from({ length: view.getUint16(4) }, (_, index) => {
      const entry = 12 + index * 16
      const offset = file.byteOffset + view.getUint32(entry + 8)
      return [latin(file.subarray(entry, entry + 4)), new DataView(file.buffer, offset, view.getUint32(entry + 12))]
    }),
  )
}

test('a custom font is embedded as the glyphs that are shown, and what they are made of', async () => {
  const drawn = await draw(written('ÁB', { customFont: makeFont() }))
  assert.match(shown(drawn)[0] ?? '', /<00010002> Tj$/)
  const { font, descendant, descriptor, file, toUnicode } = await embedded(drawn)
  assert.match(nameValue(font.get('BaseFont')) ?? '', /^[A-Z]{6}\+Test-Square$/)
  assert.deepEqual(font.get('BaseFont'), descendant.get('BaseFont'))
  assert.deepEqual(font.get('BaseFont'), descriptor.get('FontName'))
  assert.deepEqual(descendant.get('W'), [0, [500, 600, 650]])
  assert.equal(descriptor.has('CIDSet'), false)
  assert.match(toUnicode, /2 beginbfchar\n<0001> <00c1>\n<0002> <0042>\nendbfchar/i)
  const tables = tablesOf(file)
  // .notdef, Á, B, and the two that Á is made of.
  assert.equal(tables.get('maxp')?.getUint16(4), 5)
  const loca = tables.get('loca')
  const glyf = tables.get('glyf')
  const composite = loca?.getUint32(4) ?? 0
  assert.deepEqual(
    [glyf?.getInt16(composite), glyf?.getUint16(composite + 12), glyf?.getUint16(composite + 20)],
    [-1, 3, 4],
  )
  assert.equal(tables.has('cmap'), false)
  let sum = 0
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  for (let at = 0; at < file.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0
  assert.equal(sum, 0xb1b0afba)
})

test('PDF/A gets an embedded font, or a refusal that asks for one', async () => {
  await assert.rejects(draw(written('a'), pdfA(2)), { code: 'appearance_font_not_embedded' })
  for (const part of [1, 2]) {
    const { descriptor } = await embedded(
      await draw(written('A', { customFont: makeFont(), standard14Font: 'HELVETICA' }), pdfA(part)),
    )
    // ISO 19005-1, 6.3.5.
    assert.equal(descriptor.has('CIDSet'), part === 1)
  }
})

test('elsewhere the standard font that is asked for goes first, as in the reference', async () => {
  const drawn = await draw(written('A', { customFont: makeFont(), standard14Font: 'COURIER' }))
  assert.equal(nameValue((await drawn.resource('Font', 'F0')).get('BaseFont')), 'Courier')
})

const fonts: readonly (readonly [string, Uint8Array, string])[] = [
  ['what is no font', Uint8Array.of(1, 2, 3, 4, 5, 6), 'appearance_font_invalid'],
  ['nothing', new Uint8Array(), 'appearance_font_invalid'],
  ['CFF outlines', makeFont({ version: 0x4f54544f }), 'appearance_font_unsupported'],
  ['a collection', makeFont({ version: 0x74746366 }), 'appearance_font_unsupported'],
  ['WOFF2', makeFont({ version: 0x774f4632 }), 'appearance_font_unsupported'],
  ['a font that must not be embedded', makeFont({ fsType: 2 }), 'appearance_font_unsupported'],
  ['a font that must not be subset', makeFont({ fsType: 0x104 }), 'appearance_font_unsupported'],
  ['a font of bitmaps alone', makeFont({ fsType: 0x204 }), 'appearance_font_unsupported'],
  ['a font too large', new Uint8Array(24 * 1024 * 1024 + 1), 'appearance_font_too_large'],
  ['units that are none', makeFont({ unitsPerEm: 0 }), 'appearance_font_invalid'],
  ['a glyph made of one that is missing', makeFont({ components: [99] }), 'appearance_font_invalid'],
  ['a font cut short', makeFont().subarray(0, 600), 'appearance_font_invalid'],
  ...['cmap', 'glyf', 'head', 'hhea', 'hmtx', 'loca', 'maxp'].map(
    (without) => [`a font without ${without}`, makeFont({ without }), 'appearance_font_invalid'] as const,
  ),
]
for (const [what, customFont, code] of fonts)
  test(`refuses ${what}: ${code}`, () => assert.rejects(draw(written('Á', { customFont })), { code }))

test('a glyph made of itself ends, and a font needs no names', async () => {
  await draw(written('Á', { customFont: makeFont({ components: [glyphIds.Aacute, glyphIds.A] }) }))
  for (const without of ['OS/2', 'name', 'post']) await draw(written('A', { customFont: makeFont({ without }) }))
})

test('any bytes are a font or are refused, and nothing else happens', () => {
  const font = makeFont()
  return fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(font.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      async (changes) => {
        const customFont = Uint8Array.from(font)
        for (const [at, value] of changes) customFont[at] = value
        await draw(written('A ÁB', { customFont })).catch((error) => assert.match(error.code, /^appearance_/))
      },
    ),
    { numRuns: 150 },
  )
})
