import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import {
  bytesSource,
  defaultLimits,
  firstPage,
  openDocument,
  type PdfErrorCode,
  type PdfLimits,
  PdfStream,
  parseObject,
  pdfErrors,
  readFormFields,
  reference,
} from '@cloudsigner/pdf'
import { latin1, makePdf, plainObjects, text } from '@cloudsigner/testing'

const limited = async (file: Uint8Array | string, limits: Partial<PdfLimits>, read?: number) => {
  const document = await openDocument(bytesSource(typeof file === 'string' ? latin1(file) : file), { limits })
  const value = read === undefined ? null : await document.resolve(reference(read))
  return value instanceof PdfStream ? document.readStream(value) : document
}
const withObject = (body: string): Uint8Array => makePdf([...plainObjects, body])
const stream = (data: string, entries = ''): Uint8Array =>
  withObject(`<<${entries} /Length ${data.length}>>\nstream\n${data}\nendstream`)
const form = (fields: string): Uint8Array =>
  makePdf([
    `<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields ${fields}>>>>`,
    ...plainObjects.slice(1),
    '<</T (a) /Kids [<</T (b) /Kids [<</T (c)>>]>>]>>',
  ])
const chain = `${text(makePdf())}xref\n0 0\ntrailer\n<</Size 4 /Root 1 0 R /Prev ${text(makePdf()).indexOf('xref\n')}>>\nstartxref\n${makePdf().length}\n%%EOF\n`

const cases: readonly (readonly [string, PdfErrorCode, () => Promise<unknown>])[] = [
  ['depth', 'depth_limit', async () => parseObject(latin1(`${'['.repeat(97)}${']'.repeat(97)}`))],
  ['depth of dictionaries', 'depth_limit', () => limited(withObject('<</A <</A <</A 1>>>>>>'), { depth: 2 }, 4)],
  ['objectBytes', 'object_size_limit', () => limited(withObject(`(${'x'.repeat(9000)})`), { objectBytes: 8192 }, 4)],
  ['streamBytes, encoded', 'stream_size_limit', () => limited(stream('x'.repeat(2000)), { streamBytes: 1000 }, 4)],
  [
    'streamBytes, decoded',
    'stream_size_limit',
    () => limited(stream(text(deflateSync('x'.repeat(2000))), '/Filter /FlateDecode'), { streamBytes: 1000 }, 4),
  ],
  [
    'streamBytes, run lengths',
    'stream_size_limit',
    () => limited(stream('\x81x'.repeat(20), '/Filter /RunLengthDecode'), { streamBytes: 1000 }, 4),
  ],
  [
    'parsedBytes',
    'parse_limit',
    async () => {
      const document = await openDocument(bytesSource(latin1(overlapping(3000))), {
        limits: { parsedBytes: 4_000_000 },
      })
      for (let number = 3; number < 3003; number++) await document.getObject(reference(number))
    },
  ],
  [
    'decodedBytes',
    'decode_limit',
    async () => {
      const file = stream(text(deflateSync('x'.repeat(2000))), '/Filter /FlateDecode')
      const document = await openDocument(bytesSource(file), { limits: { decodedBytes: 5000 } })
      const value = await document.getObject(reference(4))
      assert.ok(value instanceof PdfStream)
      for (let round = 0; round < 3; round++) await document.readStream(value)
    },
  ],
  ['filters', 'filter_count_limit', () => limited(stream('x', '/Filter [/A85 /A85 /A85]'), { filters: 2 }, 4)],
  ['objectNumber in a table', 'object_count_limit', () => limited(makePdf(), { objectNumber: 2 })],
  [
    'objectNumber in a stream',
    'object_count_limit',
    () => limited(makePdf(plainObjects, { kind: 'stream' }), { objectNumber: 2 }),
  ],
  [
    'objectNumber when mending',
    'object_count_limit',
    () => limited(text(makePdf()).replace(/startxref\n\d+/, 'startxref\n9'), { objectNumber: 2 }),
  ],
  ['objects of an object stream', 'object_count_limit', () => limited(compressed(1000), {}, 5)],
  ['xrefSections, the chain', 'xref_section_limit', () => limited(chain, { xrefSections: 1 })],
  [
    'xrefSections, subsections',
    'xref_section_limit',
    () => limited(text(makePdf()).replace('trailer', '9 0\ntrailer'), { xrefSections: 1 }),
  ],
  [
    'xrefSections, ranges of Index',
    'xref_section_limit',
    () => limited(makePdf(plainObjects, { kind: 'stream', trailer: '/Index [0 1 1 1 2 3]' }), { xrefSections: 2 }),
  ],
  ['references', 'reference_limit', () => limited(makePdf([...plainObjects, '5 0 R', '4 0 R']), {}, 4)],
  [
    'pageTreeDepth',
    'page_tree_limit',
    async () => {
      const tree = Array.from({ length: 70 }, (_, index) => `<</Type /Pages /Kids [${index + 3} 0 R]>>`)
      await firstPage(await openDocument(bytesSource(makePdf(['<</Pages 2 0 R>>', ...tree, '<</Type /Page>>']))))
    },
  ],
  [
    'fields',
    'field_limit',
    async () => readFormFields(await openDocument(bytesSource(form('[4 0 R]'))), { ...defaultLimits, fields: 2 }),
  ],
  [
    'fieldDepth',
    'field_limit',
    async () => readFormFields(await openDocument(bytesSource(form('[4 0 R]'))), { ...defaultLimits, fieldDepth: 2 }),
  ],
  [
    'repairBytes',
    'repair_size_limit',
    () => limited(text(makePdf()).replace(/startxref\n\d+/, 'startxref\n9'), { repairBytes: 100 }),
  ],
]

/** Each object is a string that reaches to the end of the file, so that all overlap. */
function overlapping(count: number): string {
  let file = '%PDF-1.7\n1 0 obj\n<</Pages 2 0 R>>\nendobj\n'
  let table = `xref\n0 1\n0000000000 65535 f \n1 1\n0000000009 00000 n \n3 ${count}\n`
  for (let number = 3; number < count + 3; number++) {
    table += `${String(file.length).padStart(10, '0')} 00000 n \n`
    file += `${number} 0 obj (`
  }
  const startxref = file.length + count
  return `${file}${')'.repeat(count)}${table}trailer\n<</Size ${count + 3} /Root 1 0 R>>\nstartxref\n${startxref}\n%%EOF\n`
}

/** Object 4 is an object stream that announces `count` objects; object 5 is said to be in it. */
function compressed(count: number): Uint8Array {
  const objectStream = `<</Type /ObjStm /N ${count} /First 4 /Length 6>>\nstream\n5 0 55\nendstream`
  const file = text(makePdf([...plainObjects, objectStream, '0'], { kind: 'stream' }))
  const entry = file.lastIndexOf('\nendstream') - 10
  return latin1(`${file.slice(0, entry)}\x02\x00\x00\x04\x00${file.slice(entry + 5)}`)
}

for (const [limit, code, attempt] of cases)
  test(`${limit}: ${code}`, () => assert.rejects(attempt, { name: 'PdfError', code }))

test('every bound has a case here', () => {
  const named = new Set(cases.map(([limit]) => limit.split(/[, ]/)[0]))
  assert.deepEqual(
    Object.keys(defaultLimits).filter((limit) => !named.has(limit)),
    [],
  )
  const codes = new Set<string>(cases.map(([, code]) => code))
  assert.deepEqual(
    Object.keys(pdfErrors).filter((code) => code.endsWith('_limit') && !codes.has(code)),
    [],
  )
})

test('a file of unclosed strings is not read once for each of them', async () => {
  const file = `%PDF-1.7\n${'1 0 obj (\n'.repeat(40_000)}startxref\n9\n%%EOF\n`
  const started = performance.now()
  await assert.rejects(limited(file, {}), { code: 'repair_size_limit' })
  assert.ok(performance.now() - started < 5000)
})
