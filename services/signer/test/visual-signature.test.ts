import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { VisualSignature } from '@cloudsigner/contracts/signer'
import { makePdf } from '@cloudsigner/testing'
import { type Fixture, openFixture, type Phone } from './fixture.ts'
import { refused } from './refused.ts'

let fixture: Fixture
let phone: Phone
before(async () => {
  fixture = await openFixture()
  phone = await fixture.newSigner()
})
after(() => fixture.close())

const plain = new Uint8Array(makePdf())
const pdfA = new Uint8Array(await readFile(new URL('../../../examples/consumer-loan.pdf', import.meta.url)))

/** One blue pixel. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYPgPAAEDAQAIicLsAAAAAElFTkSuQmCC'

function upload(visualSignature: unknown, file = plain) {
  const form = { signerId: phone.activationId, externalId: 'v-1', name: 'Contract', fileName: 'contract.pdf', file }
  return fixture.client.uploadDocument({ ...form, visualSignature })
}

/** The file as signed, one character a byte. */
async function signed(visualSignature: unknown, file = plain): Promise<string> {
  const { documentId, hash } = await upload(visualSignature, file)
  const signature = Buffer.from(await phone.key.sign(Buffer.from(hash, 'base64'))).toString('base64')
  await fixture.client.signDocument(documentId, { signature })
  const { body } = await fixture.client.downloadDocument(documentId)
  return Buffer.from(await new Response(body).arrayBuffer()).toString('latin1')
}

const field = { originX: 10, originY: 20, width: 100, height: 50 }

test('text and image stand where they were asked to', async () => {
  const request: VisualSignature = {
    image: png,
    backgroundColor: '#eeeeee',
    imageScaling: 'ZOOM_AND_CENTER',
    fieldParameters: { ...field, fieldId: 'Signature of Alice', page: 1, rotation: 'AUTOMATIC' },
    textParameters: { text: 'Alice', standard14Font: 'TIMES_BOLD', textWrapping: 'FILL_BOX', textColor: '#102030' },
  }
  const file = await signed(request)
  assert.match(file, /\/T \(Signature of Alice\)/)
  assert.match(file, /\/Rect \[10 130 110 180\]/)
  assert.match(file, /\/BaseFont \/Times-Bold\//)
  assert.match(file, /\/Subtype \/Image\//)
})

test('without a font text is written in an embedded one, in a PDF/A too', async () => {
  for (const file of [plain, pdfA]) {
    const text = { text: 'Žluťoučký kůň', signerTextPosition: 'TOP' }
    const done = await signed({ fieldParameters: { ...field, width: 150 }, textParameters: text }, file)
    assert.match(done, /\/BaseFont \/[A-Z]{6}\+PTSerif-Regular\//)
  }
})

test('null is absence, unknown members are ignored, and an empty text is none', async () => {
  const request = {
    image: png,
    dpi: null,
    fieldParameters: { ...field, fieldId: null, rotation: null },
    textParameters: { text: '', customFont: null },
    more: [],
  }
  assert.match(await signed(request), /\/Rect \[10 130 110 180\]/)
  assert.match(await signed({ image: png, fieldParameters: field, textParameters: null }), /\/Rect \[10 130 110 180\]/)
})

const text = { text: 'Alice' }
const refusals: readonly (readonly [string, unknown, RegExp, Uint8Array<ArrayBuffer>?])[] = [
  ['outside of the page', { image: png, fieldParameters: { ...field, originX: 150 } }, /within the page/],
  ['on a page that there is not', { image: png, fieldParameters: { ...field, page: 2 } }, /no page 2/],
  ['of nothing', {}, /neither a size/],
  ['with an image that is no Base64', { image: '***' }, /image is not Base64/],
  ['with a font that is no Base64', { textParameters: { ...text, customFont: 'a' } }, /customFont is not Base64/],
  ['with an image that is none', { image: 'AAAA' }, /neither a PNG nor a JPEG/],
  ['with a font that is none', { textParameters: { ...text, customFont: 'AAAAAAAA' } }, /font is malformed/],
  ['with letters that the font lacks', { textParameters: { text: 'č', standard14Font: 'COURIER' } }, /customFont/],
  [
    'with a font that PDF/A would need embedded',
    { fieldParameters: field, textParameters: { ...text, standard14Font: 'COURIER' } },
    /PDF\/A asks for embedded fonts/,
    pdfA,
  ],
  ['with text too large', { fieldParameters: { width: 20, height: 20 }, textParameters: text }, /does not fit/],
  ['in a field whose name has a full stop', { image: png, fieldParameters: { fieldId: 'a.b' } }, /name/],
]
for (const [what, request, says, file] of refusals)
  test(`a visual signature ${what} → DOCUMENT_VISUAL_SIGNATURE_ERROR, and nothing is stored`, async () => {
    const blobs = async () => (await Array.fromAsync(fixture.environment.blobs.list(''))).sort()
    const before = await blobs()
    await refused(upload(request, file), 'DOCUMENT_VISUAL_SIGNATURE_ERROR', 400, says)
    assert.deepEqual(await blobs(), before)
  })

test('over an annotation that is there → DOCUMENT_VISUAL_SIGNATURE_ERROR', async () => {
  const once = Buffer.from(await signed({ image: png, fieldParameters: field }), 'latin1')
  const file = new Uint8Array(once)
  const over = upload({ image: png, fieldParameters: { ...field, originX: 50 } }, file)
  await refused(over, 'DOCUMENT_VISUAL_SIGNATURE_ERROR', 400, /overlaps/)
  await upload({ image: png, fieldParameters: { ...field, originY: 100 } }, file)
})

const invalid: readonly (readonly [string, unknown, RegExp])[] = [
  ['a list', [], /visualSignature/],
  ['a page that is none', { fieldParameters: { page: 0 } }, /fieldParameters\/page/],
  ['a word for a number', { fieldParameters: { width: 'wide' } }, /fieldParameters\/width/],
  ['a rotation that is none', { fieldParameters: { rotation: 'ROTATE_45' } }, /fieldParameters\/rotation/],
  ['a colour by name', { textParameters: { textColor: 'red' } }, /textParameters\/textColor/],
  ['a font that is none of 14', { textParameters: { standard14Font: 'ARIAL' } }, /standard14Font/],
]
for (const [what, request, says] of invalid)
  test(`a visual signature that is ${what} → REQUEST_VALIDATION_ERROR`, () =>
    refused(upload(request), 'REQUEST_VALIDATION_ERROR', 400, says))

async function send(parts: readonly (readonly [string, string | Blob, string?])[]) {
  const form = new FormData()
  for (const [name, value, fileName] of parts)
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, value, fileName)
  const headers = { authorization: fixture.authorization }
  const answer = await fetch(`${fixture.url}/documents`, { method: 'POST', headers, body: form })
  const { responseObject } = (await answer.json()) as { responseObject?: { code: string } }
  return [answer.status, responseObject?.code]
}

test('the part comes with a file name or without, before the file or after', async () => {
  const rest = [
    ['signerId', phone.activationId],
    ['externalId', 'v-2'],
    ['name', 'Contract'],
  ] as const
  const file = ['file', new Blob([plain], { type: 'application/pdf' }), 'contract.pdf'] as const
  const json = JSON.stringify({ image: png, fieldParameters: field })
  const asFile = ['visualSignature', new Blob([json], { type: 'application/json' }), 'visual.json'] as const
  assert.deepEqual(await send([...rest, asFile, file]), [200, undefined])
  assert.deepEqual(await send([file, asFile, ...rest]), [200, undefined])
  assert.deepEqual(await send([...rest, ['visualSignature', json], file]), [200, undefined])
  assert.deepEqual(await send([...rest, asFile, asFile, file]), [400, 'REQUEST_VALIDATION_ERROR'])
  assert.deepEqual(await send([...rest, ['visualSignature', '{'], file]), [400, 'REQUEST_VALIDATION_ERROR'])
  const large = ['visualSignature', `{"image":"${'A'.repeat(4 * 1024 * 1024)}"}`] as const
  assert.deepEqual(await send([...rest, large, file]), [400, 'DOCUMENT_VISUAL_SIGNATURE_ERROR'])
})

test('a field that says it is JSON and is not → REQUEST_VALIDATION_ERROR', async () => {
  const boundary = 'xyz'
  const part =
    '--xyz\r\nContent-Disposition: form-data; name="visualSignature"\r\nContent-Type: application/json\r\n\r\n{\r\n'
  const answer = await fetch(`${fixture.url}/documents`, {
    method: 'POST',
    headers: { authorization: fixture.authorization, 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `${part}--xyz--\r\n`,
  })
  assert.equal(answer.status, 400)
  assert.match(await answer.text(), /REQUEST_VALIDATION_ERROR/)
})

test('OpenAPI describes every member', async () => {
  const document = await (await fetch(`${fixture.url}/openapi.json`)).text()
  for (const member of ['fieldParameters', 'textParameters', 'standard14Font', 'alignmentVertical', 'originY'])
    assert.match(document, new RegExp(`"${member}"`))
})
