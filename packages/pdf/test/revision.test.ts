import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bytesSource,
  dictionary,
  isArray,
  openDocument,
  PdfHole,
  PdfName,
  type PdfObject,
  PdfReference,
  PdfStream,
  PdfString,
  RevisionBuilder,
  reference,
} from '@cloudsigner/pdf'
import { latin1, makePdf, plainObjects, text } from '@cloudsigner/testing'
import fc from 'fast-check'

const identify = (): Uint8Array => latin1('sixteen octets !')
type Change = { readonly number: number | null; readonly value: number }

async function append(file: Uint8Array, changes: readonly Change[]): Promise<{ file: Uint8Array; numbers: number[] }> {
  const document = await openDocument(bytesSource(file))
  const builder = new RevisionBuilder(document)
  const numbers = changes.map(({ number, value }) => {
    if (number === null) return builder.add(value).number
    builder.put(reference(number), value)
    return number
  })
  const { bytes } = await builder.finish({ identify })
  return { file: new Uint8Array(Buffer.concat([file, bytes])), numbers }
}

const change = fc.record({ number: fc.option(fc.integer({ min: 4, max: 12 })), value: fc.integer() })
const revisions = fc.array(fc.array(change, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 })

for (const kind of ['table', 'stream'] as const)
  test(`revisions after a ${kind} are found again, and so is every state before them`, () =>
    fc.assert(
      fc.asyncProperty(revisions, async (rounds) => {
        let file = makePdf([...plainObjects, ...Array.from({ length: 9 }, (_, index) => String(index))], { kind })
        const original = file
        const states: Map<number, PdfObject>[] = [new Map(Array.from({ length: 9 }, (_, index) => [index + 4, index]))]
        for (const changes of rounds) {
          const appended = await append(file, changes)
          file = appended.file
          const state = new Map(states.at(-1))
          for (const [index, { value }] of changes.entries()) state.set(appended.numbers[index] ?? 0, value)
          states.push(state)
        }
        assert.deepEqual(file.subarray(0, original.length), original)
        const document = await openDocument(bytesSource(file), { repair: 'never' })
        assert.equal(document.revisions.length, states.length)
        assert.equal(document.revisions.at(-1)?.end, file.length)
        for (const [index, state] of states.entries()) {
          assert.equal(document.revisions[index]?.xrefKind, kind)
          const view = document.atRevision(index)
          for (const [number, value] of state) assert.equal(await view.getObject(reference(number)), value)
        }
      }),
      { numRuns: 60 },
    ))

test('a new object takes no number in use, even where Size is too small', async () => {
  const file = latin1(text(makePdf()).replace('/Size 4', '/Size 2'))
  const { numbers } = await append(file, [{ number: null, value: 1 }])
  assert.deepEqual(numbers, [4])
})

test('the trailer keeps what it had, changes the second ID only and names the revision before', async () => {
  const file = makePdf(plainObjects, { trailer: '/ID [<aa> <bb>] /Info 3 0 R /DocChecksum /x' })
  const before = await openDocument(bytesSource(file))
  const { trailer } = await openDocument(bytesSource((await append(file, [{ number: 4, value: 1 }])).file))
  const id = trailer.get('ID')
  assert.ok(isArray(id))
  assert.deepEqual(
    id.map((item) => (item instanceof PdfString ? text(item.bytes) : item)),
    ['\xaa', 'sixteen octets !'],
  )
  assert.deepEqual(trailer.get('Info'), new PdfReference(3, 0))
  assert.deepEqual(trailer.get('DocChecksum'), new PdfName('x'))
  assert.equal(trailer.get('Prev'), before.revisions[0]?.xrefOffset)
})

test('an update keeps the generation of the object that it replaces', async () => {
  const file = latin1(
    text(makePdf())
      .replace('3 0 obj', '3 7 obj')
      .replace('[3 0 R]', '[3 7 R]')
      .replace(/00000 n \ntrailer/, '00007 n \ntrailer'),
  )
  const builder = new RevisionBuilder(await openDocument(bytesSource(file)))
  builder.put(reference(3, 7), 42)
  const { bytes } = await builder.finish({ identify })
  const document = await openDocument(bytesSource(new Uint8Array(Buffer.concat([file, bytes]))), { repair: 'never' })
  assert.equal(await document.getObject(reference(3, 7)), 42)
  assert.equal(await document.getObject(reference(3, 0)), null)
})

test('after a hybrid comes a table, and objects hidden in its stream stay found', async () => {
  const { file } = hybrid()
  const appended = await append(file, [{ number: 3, value: 5 }])
  const document = await openDocument(bytesSource(appended.file), { repair: 'never' })
  assert.deepEqual(
    document.revisions.map(({ xrefKind }) => xrefKind),
    ['hybrid', 'table'],
  )
  assert.equal(await document.getObject(reference(5)), 55)
  assert.equal(await document.getObject(reference(3)), 5)
})

/** Object 5 is free in the table and in an object stream by XRefStm. */
function hybrid(): { file: Uint8Array } {
  const objectStream = '<</Type /ObjStm /N 1 /First 4 /Length 6>>\nstream\n5 0 55\nendstream'
  const base = text(makePdf([...plainObjects, objectStream]))
  const at = base.indexOf('xref\n')
  const rows = '\x00\x00\x00\x02\x00\x04'
  const stream = `6 0 obj\n<</Type /XRef /Size 6 /Index [4 2] /W [1 1 1] /Length 6>>\nstream\n${rows}\nendstream\nendobj\n`
  const table = base.slice(at, base.indexOf('trailer')).replace('0 5', '0 6')
  const startxref = at + stream.length
  const trailer = `0000000000 65535 f \ntrailer\n<</Size 7 /Root 1 0 R /XRefStm ${at}>>\nstartxref\n${startxref}\n%%EOF\n`
  return { file: latin1(base.slice(0, at) + stream.replace(rows, '\x00\x00\x00\x02\x04\x00') + table + trailer) }
}

test('holes are noted where they come to lie', async () => {
  const builder = new RevisionBuilder(await openDocument(bytesSource(makePdf())))
  builder.add(dictionary({ A: new PdfHole('first', '<0000>'), B: new PdfHole('second', '      ') }))
  const { bytes, holes } = await builder.finish({ identify })
  const first = holes.get('first')
  const second = holes.get('second')
  assert.ok(first && second)
  assert.equal(text(bytes.subarray(first.offset, first.offset + first.length)), '<0000>')
  assert.equal(text(bytes.subarray(second.offset - 3, second.offset + second.length)), '/B       '.slice(0, 9))
})

test('a stream is written with its length and read back', async () => {
  const file = makePdf()
  const builder = new RevisionBuilder(await openDocument(bytesSource(file)))
  const added = builder.add(new PdfStream(dictionary({}), { kind: 'bytes', bytes: latin1('a\r\nb endstream?') }))
  const { bytes } = await builder.finish({ identify })
  const document = await openDocument(bytesSource(new Uint8Array(Buffer.concat([file, bytes]))))
  const stream = await document.getObject(added)
  assert.ok(stream instanceof PdfStream)
  assert.equal(text(await document.readStream(stream)), 'a\r\nb endstream?')
})

test('a file without an end of line at its end gets one before the revision', async () => {
  const file = makePdf().subarray(0, -1)
  const { file: appended } = await append(file, [{ number: 4, value: 1 }])
  assert.equal(text(appended.subarray(file.length, file.length + 8)), '\n4 0 obj')
})

test('a revision of an encrypted file is refused', async () => {
  const document = await openDocument(bytesSource(makePdf(plainObjects, { trailer: '/Encrypt 9 0 R' })))
  assert.throws(() => new RevisionBuilder(document), { code: 'revision_invalid' })
})

for (const [what, objects] of [
  ['table', plainObjects],
  [
    'stream, for the sake of an object stream',
    [...plainObjects, '<</Type /ObjStm /N 1 /First 4 /Length 6>>\nstream\n5 0 55\nendstream'],
  ],
] as const)
  test(`a repaired file gets a whole new ${what}`, async () => {
    const file = latin1(text(makePdf(objects)).replace(/startxref\n\d+/, 'startxref\n99999'))
    const { file: appended } = await append(file, [{ number: 9, value: 1 }])
    const document = await openDocument(bytesSource(appended), { repair: 'never' })
    assert.equal(document.repaired, null)
    assert.equal(document.trailer.has('Prev'), false)
    assert.equal(await document.getObject(reference(9)), 1)
    assert.notEqual(await document.getObject(reference(3)), null)
    if (objects.length > 3) assert.equal(await document.getObject(reference(5)), 55)
  })

test('a new object takes no number that the trailer names, though the file has no such object', async () => {
  const file = makePdf(plainObjects, { trailer: '/AdditionalStreams [/a 4 0 R <</b 7 0 R>>]' })
  const builder = new RevisionBuilder(await openDocument(bytesSource(file)))
  assert.equal(builder.reserve().number, 8)
  const absurd = makePdf(plainObjects, { trailer: '/AdditionalStreams [/a 99999999 0 R]' })
  assert.equal(new RevisionBuilder(await openDocument(bytesSource(absurd))).reserve().number, 4)
})
