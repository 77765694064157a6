import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bytesSource,
  firstPage,
  openDocument,
  PdfError,
  type PdfSource,
  PdfString,
  readFormFields,
  reference,
} from '@cloudsigner/pdf'
import { latin1, makePdf, plainObjects, text } from '@cloudsigner/testing'

const open = (file: Uint8Array | string, options = {}) =>
  openDocument(bytesSource(typeof file === 'string' ? latin1(file) : file), options)

for (const kind of ['table', 'stream'] as const) {
  test(`${kind}: reads a few ranges of a large file, not the file`, async () => {
    const filler = `<</Length 3000000>>\nstream\n${'x'.repeat(3_000_000)}\nendstream`
    const file = makePdf([...plainObjects, filler], { kind })
    let read = 0
    const counting: PdfSource = {
      size: file.length,
      async read(offset, length) {
        read += length
        return file.subarray(offset, offset + length)
      },
    }
    await firstPage(await openDocument(counting))
    assert.ok(read < 64 * 1024, `${read} bytes were read`)
  })

  test(`${kind}: offsets count from the header or from the file's first byte`, async () => {
    const plain = text(makePdf(plainObjects, { kind }))
    const fromHeader = await open(`junk\n${plain}`, { repair: 'never' })
    assert.deepEqual([fromHeader.headerOffset, fromHeader.offsetBase], [5, 5])
    assert.equal((await firstPage(fromHeader)).reference.number, 3)
    const fromStart = await open(makePdf(plainObjects, { kind, header: 'junk\n%PDF-1.7\n' }), { repair: 'never' })
    assert.deepEqual([fromStart.headerOffset, fromStart.offsetBase], [5, 0])
    assert.equal((await firstPage(fromStart)).reference.number, 3)
  })

  test(`${kind}: junk behind %%EOF is passed over`, async () => {
    const document = await open(`${text(makePdf(plainObjects, { kind }))}${'\0'.repeat(5000)}`, { repair: 'never' })
    assert.equal(document.repaired, null)
  })
}

test('an object that is missing, free or of another generation is null (7.3.10)', async () => {
  const document = await open(makePdf())
  for (const missing of [reference(99), reference(0), reference(3, 1)])
    assert.equal(await document.getObject(missing), null)
})

test('a table that begins at 1 but with the head of the free list begins at 0', async () => {
  const document = await open(text(makePdf()).replace('xref\n0 4', 'xref\n1 4'), { repair: 'never' })
  assert.equal((await firstPage(document)).reference.number, 3)
})

for (const [what, change] of [
  ['19 bytes', (file: string) => file.replaceAll(/ ([nf]) \n/g, ' $1\n')],
  ['padded with spaces', (file: string) => file.replaceAll(/0{7}(\d\d\d) 00000 n/g, '       $1 00000 n')],
] as const)
  test(`a table whose entries are ${what} is read all the same`, async () => {
    const file = change(text(makePdf()))
    const document = await open(file.replace(/startxref\n\d+/, `startxref\n${file.indexOf('xref\n')}`), {
      repair: 'never',
    })
    assert.equal((await firstPage(document)).reference.number, 3)
  })

test('a table in very many subsections is read as any other', async () => {
  const file = makePdf([...plainObjects, ...Array.from({ length: 100 }, (_, index) => String(index))])
  let number = 0
  const scattered = text(file)
    .replace(/xref\n0 104\n/, 'xref\n')
    .replace(/(\d{10} \d{5} [nf] \n)/g, (entry) => `${number++} 1\n${entry}`)
  const document = await open(scattered, { repair: 'never' })
  for (let index = 0; index < 100; index++) assert.equal(await document.getObject(reference(index + 4)), index)
})

test('Prev 0 means none in a section that names every object: nothing can lie before it', async () => {
  const document = await open(text(makePdf()).replace('/Size 4', '/Size 4 /Prev 0'), { repair: 'never' })
  assert.equal(document.revisions.length, 1)
  assert.equal((await firstPage(document)).reference.number, 3)
})

test('a file with very many revisions is read as any other', async () => {
  let file = text(makePdf([...plainObjects, '0']))
  for (let round = 1; round <= 100; round++) {
    const prev = /startxref\n(\d+)\n%%EOF\n$/.exec(file)?.[1]
    const body = `4 0 obj\n${round}\nendobj\n`
    const table = `xref\n4 1\n${String(file.length).padStart(10, '0')} 00000 n \ntrailer\n<</Size 5 /Root 1 0 R /Prev ${prev}>>\n`
    file += `${body}${table}startxref\n${file.length + body.length}\n%%EOF\n`
  }
  const document = await open(file, { repair: 'never' })
  assert.equal(document.revisions.length, 101)
  assert.equal(await document.getObject(reference(4)), 100)
  assert.equal(await document.atRevision(80).getObject(reference(4)), 80)
  assert.equal((await firstPage(document)).reference.number, 3)
})

test('a stream with a wrong Length ends before endstream', async () => {
  const document = await open(makePdf([...plainObjects, '<</Length 2>>\nstream\nhello\nendstream']))
  const stream = await document.getObject(reference(4))
  assert.ok(stream && typeof stream === 'object' && 'content' in stream)
  assert.equal(text(await document.readStream(stream)), 'hello')
})

test('says where the values of a dictionary stand, and which keys stand twice', async () => {
  const file = makePdf([...plainObjects, '<< /A (x)/B<00 ff> /A [1\n2] >>'])
  const document = await open(file)
  const found = await document.entryRanges(reference(4))
  assert.ok(found)
  const values = [...found.ranges].map(([key, [start, end]]) => [key, text(file.subarray(start, end))])
  assert.deepEqual(values, [
    ['A', '[1\n2]'],
    ['B', '<00 ff>'],
  ])
  assert.deepEqual(found.duplicates, ['A'])
})

test('fields: names, inheritance, widgets; a kid met twice is passed over', async () => {
  const document = await open(
    makePdf([
      '<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [4 0 R 7 0 R]>>>>',
      ...plainObjects.slice(1),
      '<</T (a) /FT /Sig /Kids [5 0 R 4 0 R]>>',
      '<</T (b) /Parent 4 0 R /Kids [6 0 R]>>',
      '<</Subtype /Widget /Parent 5 0 R>>',
      '<</T (c) /FT /Tx /V (v) /Subtype /Widget>>',
    ]),
  )
  const fields = await readFormFields(document)
  assert.deepEqual(
    fields.map(({ name, type, terminal, widgets }) => ({ name, type, terminal, widgets })),
    [
      { name: 'a', type: 'Sig', terminal: false, widgets: [] },
      { name: 'a.b', type: 'Sig', terminal: true, widgets: [reference(6)] },
      { name: 'c', type: 'Tx', terminal: true, widgets: [reference(7)] },
    ],
  )
})

const refused: readonly (readonly [string, string, string])[] = [
  ['no PDF', 'hello, this is text', 'not_a_pdf'],
  ['nothing', '', 'not_a_pdf'],
  ['a file cut in half', text(makePdf()).slice(0, 180), 'truncated'],
  [
    'a file cut within the last number',
    text(makePdf())
      .replace(/\n%%EOF\n$/, '')
      .slice(0, -1),
    'truncated',
  ],
  [
    'a linearised file cut in half',
    `%PDF-1.7\n1 0 obj\n<</Linearized 1 /L 5000>>\nendobj\nstartxref\n0\n%%EOF\n`,
    'truncated',
  ],
  ['a file with nothing in it', '%PDF-1.7\nstartxref\n0\n%%EOF\n', 'unrepairable'],
  ['a file whose catalog is no dictionary', text(makePdf(['5', '6'])), 'unrepairable'],
]
for (const [what, file, code] of refused)
  test(`refuses ${what}: ${code}`, () => assert.rejects(open(file), { name: 'PdfError', code }))

const broken: readonly (readonly [string, (file: string) => string, string])[] = [
  ['a wrong startxref', (file) => file.replace(/startxref\n\d+/, 'startxref\n7'), 'syntax'],
  ['a startxref outside of the file', (file) => file.replace(/startxref\n\d+/, 'startxref\n99999'), 'xref_invalid'],
  ['no startxref', (file) => file.replace(/startxref\n\d+/, ''), 'startxref_missing'],
  ['a startxref without a number', (file) => file.replace(/startxref\n\d+/, 'startxref\n'), 'startxref_missing'],
  ['a wrong offset of the catalog', (file) => file.replace('0000000009', '0000000022'), 'xref_mismatch'],
  ['a wrong Root', (file) => file.replace('/Root 1', '/Root 7'), 'root_invalid'],
  ['a Prev that leads back', (file) => file.replace('/Size', `/Prev ${file.indexOf('xref\n')} /Size`), 'xref_loop'],
  [
    'a Prev of 0 in a section that leaves objects out',
    (file) => file.replace('/Size 4', '/Size 5 /Prev 0'),
    'xref_invalid',
  ],
  ['a Prev that is no number', (file) => file.replace('/Size', '/Prev /A /Size'), 'xref_invalid'],
]
for (const [what, change, code] of broken) {
  test(`mends ${what} and says why: ${code}`, async () => {
    const document = await open(change(text(makePdf())))
    assert.ok(document.repaired instanceof PdfError)
    assert.equal(document.repaired.code, code)
    assert.equal((await firstPage(document)).reference.number, 3)
  })
  test(`does not mend ${what} where that is not wanted`, () =>
    assert.rejects(open(change(text(makePdf())), { repair: 'never' }), { code }))
}

test('mending: the later of two objects counts, and none inside of a stream', async () => {
  const hidden = '3 0 obj\n<</Type /Hidden>>\nendobj\n'
  const file = `${text(makePdf([...plainObjects, `<</Length ${hidden.length}>>\nstream\n${hidden}\nendstream`]))}4 0 obj\n(later)\nendobj\nstartxref\n1\n%%EOF\n`
  const document = await open(file)
  assert.equal((await firstPage(document)).reference.number, 3)
  const later = await document.getObject(reference(4))
  assert.ok(later instanceof PdfString && text(later.bytes) === 'later')
})

test('an indirect object without a value is null', async () => {
  const document = await openDocument(bytesSource(makePdf([...plainObjects, ''])), { repair: 'never' })
  assert.equal(await document.getObject(reference(4)), null)
})
