import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AppearanceField, bytesSource, type SignatureAppearance, validateSignatures } from '@cloudsigner/pades'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { makePdf } from '@cloudsigner/testing'
import { pki, signFile } from '../sign/signing.ts'
import { draw, pageOf } from './drawn.ts'

const box = { originX: 10, originY: 20, width: 100, height: 50 }
const at = (field: AppearanceField = {}, more: SignatureAppearance = {}): SignatureAppearance => ({
  backgroundColor: '#ff8000',
  field: { ...box, ...field },
  ...more,
})

// A page of 400 × 300; the box is 10 from the left and 20 from the top of the page as it is turned.
const places: readonly (readonly [string, Uint8Array, SignatureAppearance, readonly number[]])[] = [
  ['upright', pageOf(), at(), [10, 230, 110, 280]],
  ['turned by 90', pageOf(), at({ rotation: 'ROTATE_90' }), [330, 190, 380, 290]],
  ['turned by 180', pageOf(), at({ rotation: 'ROTATE_180' }), [290, 20, 390, 70]],
  ['turned by 270', pageOf(), at({ rotation: 'ROTATE_270' }), [20, 10, 70, 110]],
  ['a page that is shown turned', pageOf('/Rotate 90'), at({ rotation: 'AUTOMATIC' }), [20, 10, 70, 110]],
  ['the same, upside down', pageOf('/Rotate 180'), at({ rotation: 'AUTOMATIC' }), [290, 20, 390, 70]],
  ['the same, to the left', pageOf('/Rotate -90'), at({ rotation: 'AUTOMATIC' }), [330, 190, 380, 290]],
  ['a page that is shown turned, and nobody asks', pageOf('/Rotate 90'), at(), [10, 230, 110, 280]],
  ['a crop box', pageOf('/CropBox [50 40 350 260]'), at(), [60, 190, 160, 240]],
  ['a crop box that is larger than the page', pageOf('/CropBox [-50 -40 950 960]'), at(), [10, 230, 110, 280]],
  ['boxes by other corners', pageOf('/CropBox [350 260 50 40]'), at(), [60, 190, 160, 240]],
  ['a user unit of two points', pageOf('/UserUnit 2'), at(), [5, 265, 55, 290]],
  ['twice as large', pageOf(), at({}, { zoom: 200 }), [10, 180, 210, 280]],
  [
    'in the middle',
    pageOf(),
    at({}, { alignmentHorizontal: 'CENTER', alignmentVertical: 'MIDDLE' }),
    [150, 125, 250, 175],
  ],
  [
    'from the right and from below',
    pageOf(),
    at({}, { alignmentHorizontal: 'RIGHT', alignmentVertical: 'BOTTOM' }),
    [290, 20, 390, 70],
  ],
]

for (const [what, source, appearance, rect] of places)
  test(`stands where it was asked to: ${what}`, async () => {
    const drawn = await draw(appearance, source)
    assert.deepEqual(drawn.rect, rect)
    assert.equal(drawn.widget.get('F'), 132)
    assert.deepEqual(drawn.operators, [`q 1 0.502 0 rg 0 0 ${appearance.zoom ? '200 100' : '100 50'} re f Q`])
  })

test('a turned form has the matrix that turns it into its rectangle', async () => {
  const matrices = {
    NONE: undefined,
    ROTATE_90: [0, -1, 1, 0, 0, 100],
    ROTATE_180: [-1, 0, 0, -1, 100, 50],
    ROTATE_270: [0, 1, -1, 0, 50, 0],
  } as const
  for (const rotation of ['NONE', 'ROTATE_90', 'ROTATE_180', 'ROTATE_270'] as const) {
    const { form } = await draw(at({ rotation }))
    assert.deepEqual(form.dictionary.get('BBox'), [0, 0, 100, 50])
    assert.deepEqual(form.dictionary.get('Matrix'), matrices[rotation])
  }
})

/** Two pages below one node, a third below another; MediaBox, CropBox and Rotate are inherited. */
const tree = makePdf([
  '<</Type /Catalog /Pages 2 0 R>>',
  '<</Type /Pages /Kids [3 0 R 6 0 R] /Count 3 /MediaBox [0 0 400 300]>>',
  '<</Type /Pages /Parent 2 0 R /Kids [4 0 R 5 0 R] /Count 2>>',
  '<</Type /Page /Parent 3 0 R>>',
  '<</Type /Page /Parent 3 0 R>>',
  '<</Type /Pages /Parent 2 0 R /Kids [7 0 R] /Count 1 /Rotate 90 /CropBox [0 0 200 300]>>',
  '<</Type /Page /Parent 6 0 R>>',
])

test('finds the page by its number, with what it inherits', async () => {
  for (const [page, object] of [
    [1, 4],
    [2, 5],
    [3, 7],
  ] as const) {
    const { widget } = await draw(at({ page }), tree)
    assert.deepEqual({ ...(widget.get('P') as object) }, { number: object, generation: 0 })
  }
  const { rect } = await draw(at({ page: 3, rotation: 'AUTOMATIC' }), tree)
  assert.deepEqual(rect, [20, 10, 70, 110])
  await assert.rejects(draw(at({ page: 4 }), tree), { code: 'appearance_page_missing' })
})

const annotation = (entries: string): Uint8Array =>
  pageOf('/Annots [4 0 R]', `<</Type /Annot /Subtype /Square /Rect [100 200 200 240] ${entries}>>`)

test('keeps off annotations that are seen', async () => {
  await assert.rejects(draw(at(), annotation('')), { code: 'appearance_overlaps' })
  for (const unseen of [
    '/F 2',
    '/F 32',
    '/F 1',
    '/Subtype /Popup',
    '/Rect [110 200 200 240]',
    '/Rect [100 200 100 200]',
  ])
    await draw(at(), annotation(unseen))
  const { file } = await draw(at())
  await assert.rejects(draw(at(), file), { code: 'appearance_overlaps' })
  await draw(at({ originX: 110 }), file)
})

const outside: readonly AppearanceField[] = [
  { originX: 301 },
  { originY: 251 },
  { width: 391 },
  { height: 281 },
  { rotation: 'ROTATE_90', originX: 201 },
]
for (const field of outside)
  test(`refuses a box that leaves the page: ${JSON.stringify(field)}`, () =>
    assert.rejects(draw(at(field)), { code: 'appearance_outside_page' }))

test('a box may touch the edges of the page', async () => {
  const { rect } = await draw(at({ originX: 0, originY: 0, width: 400, height: 300 }))
  assert.deepEqual(rect, [0, 0, 400, 300])
})

const invalid: readonly (readonly [string, SignatureAppearance])[] = [
  ['page 0', at({ page: 0 })],
  ['half a page', at({ page: 1.5 })],
  ['a negative origin', at({ originX: -1 })],
  ['no number', at({ originY: Number.NaN })],
  ['an endless width', at({ width: Number.POSITIVE_INFINITY })],
  ['no zoom', at({}, { zoom: 0 })],
  ['no resolution', at({}, { dpi: 0 })],
  ['a colour by name', at({}, { backgroundColor: 'red' })],
  ['a negative padding', at({}, { text: { text: 'a', padding: -1 } })],
  ['a colour of text', at({}, { text: { text: 'a', textColor: '#12345' } })],
  ['a book', at({}, { text: { text: 'a'.repeat(4001) } })],
]
for (const [what, appearance] of invalid)
  test(`refuses ${what}`, () => assert.rejects(draw(appearance), { code: 'appearance_invalid' }))

test('refuses a box without a size and anything to give it one', () =>
  assert.rejects(draw({ field: { originX: 1 } }), { code: 'appearance_empty' }))

const emptyField = (widget: string, page = ''): Uint8Array =>
  makePdf([
    '<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [4 0 R]>>>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    `<</Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Annots [5 0 R] ${page}>>`,
    '<</FT /Sig /T (here) /Kids [5 0 R]>>',
    `<</Type /Annot /Subtype /Widget /Parent 4 0 R ${widget}>>`,
  ])

test('fills an empty field where it stands, its own widget or a kid', async () => {
  const merged = makePdf([
    '<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [4 0 R]>>>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Annots [4 0 R]>>',
    '<</Type /Annot /Subtype /Widget /FT /Sig /T (here) /Rect [50 60 150 90] /F 2>>',
  ])
  const { rect, widget, operators } = await draw(at(), merged, { fieldName: 'here' })
  assert.deepEqual([rect, widget.get('F')], [[50, 60, 150, 90], 4])
  assert.deepEqual(operators, ['q 1 0.502 0 rg 0 0 100 30 re f Q'])
  const { file } = await signFile(emptyField('/Rect [50 60 150 90]'), { fieldName: 'here', appearance: at() })
  assert.match(
    Buffer.from(file).toString('latin1').split('%%EOF')[1] ?? '',
    /\/Parent 4 0 R\/Rect \[50 60 150 90\]\/AP/,
  )
})

test('a field on a page that is shown turned is filled upright', async () => {
  const source = emptyField('/Rect [50 60 150 90]', '/Rotate 90')
  const appearance = at({ rotation: 'AUTOMATIC' })
  const { file } = await signFile(source, { fieldName: 'here', appearance })
  assert.match(Buffer.from(file).toString('latin1'), /\/BBox \[0 0 30 100\]\/Matrix \[0 1 -1 0 100 0\]/)
})

test('refuses to draw in a field that has no place', async () => {
  for (const widget of ['', '/Rect [0 0 0 0]'])
    await assert.rejects(draw(at(), emptyField(widget), { fieldName: 'here' }), { code: 'appearance_field_unplaced' })
})

test('the same request gives the same plan', async () => {
  const appearance = at({}, { text: { text: 'Jan Novák' } })
  assert.deepEqual((await signFile(pageOf(), { appearance })).plan, (await signFile(pageOf(), { appearance })).plan)
})

test('two visible signatures both hold', async () => {
  const { file: once } = await draw(at({}, { text: { text: 'one' } }))
  const { file } = await draw(at({ originX: 200 }, { text: { text: 'two' } }), once)
  const { signatures } = await validateSignatures(bytesSource(file), {
    trustAnchors: [pki.root],
    at: new Date('2026-11-26T00:00:00Z'),
    revocation: 'off',
    crypto: nodeCrypto,
  })
  assert.deepEqual(
    signatures.map(({ indication, modifications }) => [indication, modifications]),
    [
      ['TOTAL_PASSED', signatures[0]?.modifications],
      ['TOTAL_PASSED', 'NONE'],
    ],
  )
  assert.notEqual(signatures[0]?.modifications, 'OTHER')
})
