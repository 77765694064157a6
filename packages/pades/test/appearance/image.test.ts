import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inflateSync } from 'node:zlib'
import type { SignatureAppearance } from '@cloudsigner/pades'
import { integerValue, PdfStream, serialiseObject } from '@cloudsigner/pdf'
import { text } from '@cloudsigner/testing'
import fc from 'fast-check'
import { type Drawn, draw, pdfA } from './drawn.ts'
import { exif, jfif, jpeg, opaquePng, png, pngChunk, pngSignature, transparentPng } from './pictures.ts'

const placed = (image: Uint8Array, more: SignatureAppearance = {}): SignatureAppearance => ({
  image,
  field: { width: 100, height: 50 },
  ...more,
})

async function imageOf(drawn: Drawn) {
  const dictionary = await drawn.resource('XObject', 'Im0')
  const resources = await drawn.document.resolveDictionary(drawn.form.dictionary.get('Resources'))
  const objects = await drawn.document.resolveDictionary(resources?.get('XObject'))
  const stream = await drawn.stream(objects?.get('Im0'))
  const entry = (key: string): string => text(serialiseObject(dictionary.get(key) ?? null))
  return { dictionary, stream, entry, bytes: await drawn.document.readStream(stream, { raw: true }) }
}

const rectangleOf = ({ operators }: Drawn): string | undefined => operators.find((line) => line.includes(' cm /Im0 Do'))

test('a PNG without transparency is passed on with its own compression', async () => {
  const drawn = await draw(placed(opaquePng))
  const image = await imageOf(drawn)
  assert.deepEqual(['Width', 'Height', 'ColorSpace', 'BitsPerComponent', 'Filter', 'SMask'].map(image.entry), [
    '2',
    '2',
    '/DeviceRGB',
    '8',
    '/FlateDecode',
    'null',
  ])
  assert.equal(image.entry('DecodeParms'), '<</Predictor 15/Colors 3/BitsPerComponent 8/Columns 2>>')
  assert.deepEqual(
    [...(await drawn.document.readStream(image.stream))],
    [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255],
  )
  assert.equal(rectangleOf(drawn), 'q 100 0 0 50 0 0 cm /Im0 Do Q')
})

test('transparency becomes a soft mask', async () => {
  const { dictionary, bytes } = await imageOf(await draw(placed(transparentPng)))
  assert.deepEqual([...inflateSync(bytes)], [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])
  assert.ok(dictionary.has('SMask'))
  const drawn = await draw(placed(transparentPng))
  const mask = await drawn.stream((await drawn.resource('XObject', 'Im0')).get('SMask'))
  assert.deepEqual([...(await drawn.document.readStream(mask))], [128, 255, 255, 0])
  assert.equal(integerValue(mask.dictionary.get('BitsPerComponent')), 8)
})

test('an alpha channel that hides nothing is left out', async () => {
  const image = png({ colorType: 4, width: 1, height: 1, rows: [0, 77, 255] })
  const { entry, bytes } = await imageOf(await draw(placed(image)))
  assert.deepEqual([entry('ColorSpace'), entry('SMask'), [...inflateSync(bytes)]], ['/DeviceGray', 'null', [77]])
})

const kinds: readonly (readonly [
  string,
  Parameters<typeof png>[0],
  string,
  readonly number[],
  readonly number[] | null,
])[] = [
  [
    'grey with a transparent colour',
    { colorType: 0, rows: [0, 10, 20, 0, 30, 10], chunks: [['tRNS', [0, 10]]] },
    'DeviceGray',
    [10, 20, 30, 10],
    [0, 255, 255, 0],
  ],
  [
    'two bits a sample',
    { colorType: 0, bitDepth: 2, rows: [0, 0b0001_0000, 0, 0b1011_0000], chunks: [['tRNS', [0, 1]]] },
    'DeviceGray',
    [0, 85, 170, 255],
    [255, 0, 255, 255],
  ],
  [
    '16 bits a sample',
    { colorType: 0, bitDepth: 16, rows: [0, 1, 2, 3, 4, 0, 255, 255, 0, 0] },
    'DeviceGray',
    [1, 3, 255, 0],
    null,
  ],
  [
    'a palette with opacities',
    {
      colorType: 3,
      rows: [0, 0, 1, 0, 1, 0],
      chunks: [
        ['PLTE', [1, 2, 3, 4, 5, 6]],
        ['tRNS', [9]],
      ],
    },
    'DeviceRGB',
    [1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3],
    [9, 255, 255, 9],
  ],
  [
    'every row filter',
    {
      width: 2,
      height: 5,
      colorType: 4,
      rows: [0, 9, 9, 8, 8, 1, 1, 0, 1, 0, 2, 1, 1, 1, 1, 3, 1, 1, 1, 1, 4, 1, 1, 1, 1],
    },
    'DeviceGray',
    [9, 8, 1, 2, 2, 3, 2, 3, 3, 4],
    [9, 8, 0, 0, 1, 1, 1, 2, 2, 3],
  ],
]
for (const [what, options, space, colors, alpha] of kinds)
  test(`a PNG of ${what} is read as it says`, async () => {
    const drawn = await draw(placed(png(options)))
    const image = await imageOf(drawn)
    assert.equal(image.entry('ColorSpace'), `/${space}`)
    assert.deepEqual([...inflateSync(image.bytes)], colors)
    const mask = await drawn.document.resolve(image.dictionary.get('SMask'))
    assert.deepEqual(mask instanceof PdfStream ? [...(await drawn.document.readStream(mask))] : null, alpha)
  })

test('an opaque palette is passed on as Indexed', async () => {
  const image = png({
    colorType: 3,
    bitDepth: 1,
    rows: [0, 0b0100_0000, 0, 0b1000_0000],
    chunks: [['PLTE', [1, 2, 3, 4, 5, 6]]],
  })
  const { entry } = await imageOf(await draw(placed(image)))
  assert.equal(entry('ColorSpace'), '[/Indexed /DeviceRGB 1 <010203040506>]')
})

test('a JPEG is embedded as it is', async () => {
  const file = jpeg({ segments: jfif })
  const drawn = await draw({ image: file })
  const { entry, bytes } = await imageOf(drawn)
  assert.deepEqual(['Width', 'Height', 'ColorSpace', 'Filter'].map(entry), ['30', '20', '/DeviceRGB', '/DCTDecode'])
  assert.deepEqual(bytes, file)
  // 144 dots to the inch: half a point each.
  assert.deepEqual(drawn.rect, [0, 290, 15, 300])
  assert.equal((await imageOf(await draw({ image: jpeg({ components: 1 }) }))).entry('ColorSpace'), '/DeviceGray')
})

test('without a size the box follows the image, its resolution and the zoom', async () => {
  const dense = png({
    rows: [0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6],
    chunks: [['pHYs', [0, 0, 5, 137, 0, 0, 5, 137, 1]]],
  })
  const widths = await Promise.all([
    draw({ image: jpeg() }),
    draw({ image: jpeg(), dpi: 72 }),
    draw({ image: jpeg(), dpi: 72, zoom: 200 }),
    draw({ image: dense }),
  ])
  assert.deepEqual(
    widths.map(({ rect }) => Math.round((rect[2] ?? 0) * 100) / 100),
    [22.5, 30, 60, 4],
  )
})

const scalings = {
  STRETCH: 'q 100 0 0 50 0 0 cm /Im0 Do Q',
  ZOOM_AND_CENTER: 'q 75 0 0 50 12.5 0 cm /Im0 Do Q',
  CENTER: 'q 30 0 0 20 35 15 cm /Im0 Do Q',
} as const
for (const imageScaling of ['STRETCH', 'ZOOM_AND_CENTER', 'CENTER'] as const)
  test(`scales by ${imageScaling}`, async () => {
    assert.equal(rectangleOf(await draw(placed(jpeg(), { imageScaling, dpi: 72 }))), scalings[imageScaling])
  })

test('in PDF/A transparency is flattened on the background, and colours need no output intent', async () => {
  const drawn = await draw(placed(transparentPng, { backgroundColor: '#ff0000' }), pdfA(2))
  const { dictionary, entry, bytes } = await imageOf(drawn)
  assert.equal(dictionary.has('SMask'), false)
  assert.match(entry('ColorSpace'), /^\[\/CalRGB /)
  assert.deepEqual([...inflateSync(bytes)], [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 0, 0])
  assert.equal(drawn.operators[0], 'q /CS0 cs 1 0 0 scn 0 0 100 50 re f Q')
  const grey = png({ colorType: 4, width: 1, height: 1, rows: [0, 100, 0] })
  const onWhite = await imageOf(await draw(placed(grey), pdfA(1)))
  assert.match(onWhite.entry('ColorSpace'), /^\[\/CalGray /)
  assert.deepEqual([...inflateSync(onWhite.bytes)], [255])
})

const broken = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, (bytes[at] ?? 0) ^ 1)
const header = (...body: number[]): Uint8Array =>
  new Uint8Array(Buffer.concat([pngSignature, pngChunk('IHDR', body), pngChunk('IDAT', []), pngChunk('IEND', [])]))
const rgb = [0, 1, 2, 3, 4, 5, 6]

const refusals: readonly (readonly [string, Uint8Array, string])[] = [
  ['what is no image', Uint8Array.of(1, 2, 3), 'appearance_image_unsupported'],
  ['a GIF', new Uint8Array(Buffer.from('GIF89a')), 'appearance_image_unsupported'],
  ['nothing', new Uint8Array(), 'appearance_image_unsupported'],
  ['a file that is too large', new Uint8Array(8 * 1024 * 1024 + 1), 'appearance_image_too_large'],
  ['an interlaced PNG', png({ interlace: 1, rows: [...rgb, ...rgb] }), 'appearance_image_unsupported'],
  ['a PNG with a wrong signature', broken(opaquePng, 5), 'appearance_image_invalid'],
  ['a PNG with a wrong CRC', broken(opaquePng, 20), 'appearance_image_invalid'],
  ['a PNG that is cut short', opaquePng.subarray(0, opaquePng.length - 20), 'appearance_image_invalid'],
  ['a PNG without an end', opaquePng.subarray(0, opaquePng.length - 12), 'appearance_image_invalid'],
  ['a PNG without a header', Uint8Array.of(...pngSignature, ...pngChunk('IEND', [])), 'appearance_image_invalid'],
  ['a PNG of a colour type that is none', header(0, 0, 0, 1, 0, 0, 0, 1, 8, 5, 0, 0, 0), 'appearance_image_invalid'],
  ['a PNG of three bits', header(0, 0, 0, 1, 0, 0, 0, 1, 3, 0, 0, 0, 0), 'appearance_image_invalid'],
  ['a PNG without pixels', header(0, 0, 0, 0, 0, 0, 0, 1, 8, 0, 0, 0, 0), 'appearance_image_invalid'],
  ['a PNG of another compression', header(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 1, 0, 0), 'appearance_image_invalid'],
  [
    'a PNG of more pixels than are taken',
    header(0, 0, 39, 16, 0, 0, 39, 16, 8, 0, 0, 0, 0),
    'appearance_image_too_large',
  ],
  ['a PNG whose data do not inflate', header(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0), 'appearance_image_invalid'],
  ['a PNG with too few rows', png({ rows: rgb }), 'appearance_image_invalid'],
  ['a PNG with too many rows', png({ rows: [...rgb, ...rgb, ...rgb] }), 'appearance_image_invalid'],
  ['a PNG with a row filter that is none', png({ rows: [5, ...rgb.slice(1), ...rgb] }), 'appearance_image_invalid'],
  ['a PNG without its palette', png({ colorType: 3, rows: [0, 0, 0, 0, 0, 0] }), 'appearance_image_invalid'],
  [
    'a PNG with a colour outside of its palette',
    png({
      colorType: 3,
      rows: [0, 0, 9, 0, 0, 0],
      chunks: [
        ['PLTE', [1, 2, 3]],
        ['tRNS', [0]],
      ],
    }),
    'appearance_image_invalid',
  ],
  [
    'a PNG with a transparent colour of a wrong length',
    png({ rows: [...rgb, ...rgb], chunks: [['tRNS', [1]]] }),
    'appearance_image_invalid',
  ],
  ['a CMYK JPEG', jpeg({ components: 4 }), 'appearance_image_unsupported'],
  ['a JPEG of two components', jpeg({ components: 2 }), 'appearance_image_unsupported'],
  ['a JPEG of twelve bits', jpeg({ precision: 12 }), 'appearance_image_unsupported'],
  ['a lossless JPEG', jpeg({ frame: 0xc3 }), 'appearance_image_unsupported'],
  ['an arithmetically coded JPEG', jpeg({ frame: 0xc9 }), 'appearance_image_unsupported'],
  ['a JPEG that is turned', jpeg({ segments: exif(6) }), 'appearance_image_unsupported'],
  ['a JPEG without a frame', Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 0xff, 0xd9), 'appearance_image_invalid'],
  ['a JPEG without a scan', Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), 'appearance_image_invalid'],
  ['a JPEG that is cut short', jpeg({ end: [] }), 'appearance_image_invalid'],
  ['a JPEG with a segment that is cut short', jpeg({ segments: [0xff, 0xe0, 255, 255] }), 'appearance_image_invalid'],
  ['a JPEG with something between its segments', jpeg({ segments: [1, 2, 3] }), 'appearance_image_invalid'],
]
for (const [what, image, code] of refusals)
  test(`refuses ${what}: ${code}`, () => assert.rejects(draw(placed(image)), { code }))

test('takes progressive JPEGs, and upright ones that say so', async () => {
  await draw(placed(jpeg({ frame: 0xc2 })))
  await draw(placed(jpeg({ segments: exif(1) })))
  await draw(placed(jpeg({ end: [0xff, 0xd9, 0, 0, 0] })))
})

test('any bytes are an image or are refused, and nothing else happens', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom(opaquePng, transparentPng, jpeg({ segments: [...jfif, ...exif(1)] })),
      fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 }),
      async (image, changes) => {
        const changed = Uint8Array.from(image)
        for (const [at, value] of changes) changed[at % changed.length] = value
        await draw(placed(changed)).catch((error) => assert.match(error.code, /^appearance_image_/))
      },
    ),
    { numRuns: 60 },
  ))
