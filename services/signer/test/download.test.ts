import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { type Fixture, openFixture } from './fixture.ts'

const contract = new Uint8Array(await readFile(new URL('../../../examples/consumer-loan.pdf', import.meta.url)))

let fixture: Fixture
let path: string
let whole: Buffer
let entityTag: string
before(async () => {
  fixture = await openFixture()
  const phone = await fixture.newSigner()
  const { documentId, hash } = await fixture.client.uploadDocument({
    signerId: phone.activationId,
    externalId: 'c-1',
    name: 'Contract',
    fileName: 'c.pdf',
    file: contract,
  })
  const signature = Buffer.from(await phone.key.sign(Buffer.from(hash, 'base64'))).toString('base64')
  await fixture.client.signDocument(documentId, { signature })
  path = `/documents/${documentId}/file`
  const answer = await get({})
  whole = answer.bytes
  entityTag = answer.headers.get('etag') ?? ''
})
after(() => fixture.close())

async function get(headers: Record<string, string>, method = 'GET') {
  const response = await fetch(fixture.url + path, {
    method,
    headers: { authorization: fixture.authorization, ...headers },
  })
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
}

test('one range, also across the border of the segments', async () => {
  const border = contract.length
  for (const [first, last] of [
    [0, 0],
    [0, 999],
    [border - 10, border + 9],
    [border, whole.length - 1],
  ] as const) {
    const answer = await get({ range: `bytes=${first}-${last}` })
    assert.equal(answer.status, 206)
    assert.equal(answer.headers.get('content-range'), `bytes ${first}-${last}/${whole.length}`)
    assert.equal(answer.headers.get('content-type'), 'application/pdf')
    assert.deepEqual(answer.bytes, whole.subarray(first, last + 1))
  }
})

test('several ranges are a multipart/byteranges of the right length', async () => {
  const answer = await get({ range: 'bytes=0-9,100-119,-5' })
  assert.equal(answer.status, 206)
  const boundary = answer.headers.get('content-type')?.match(/^multipart\/byteranges; boundary=(\S+)$/)?.[1] ?? ''
  const part = (first: number, last: number) =>
    Buffer.concat([
      Buffer.from(
        `\r\n--${boundary}\r\nContent-Type: application/pdf\r\nContent-Range: bytes ${first}-${last}/${whole.length}\r\n\r\n`,
      ),
      whole.subarray(first, last + 1),
    ])
  const end = whole.length
  const expected = Buffer.concat([
    part(0, 9),
    part(100, 119),
    part(end - 5, end - 1),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  assert.deepEqual(answer.bytes, expected)
  assert.equal(Number(answer.headers.get('content-length')), expected.length)
})

test('a range beyond the file is 416, and says how long the file is', async () => {
  const answer = await get({ range: `bytes=${whole.length}-` })
  assert.equal(answer.status, 416)
  assert.equal(answer.headers.get('content-range'), `bytes */${whole.length}`)
  assert.equal(answer.bytes.length, 0)
})

test('a Range that is none is ignored', async () => {
  for (const range of ['bytes=9-1', 'lines=1-2', 'bytes=x']) {
    const answer = await get({ range })
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.bytes, whole)
  }
})

test('If-Range: the range for the same file, the whole for another', async () => {
  assert.match(entityTag, /^"[\w-]{43}"$/)
  assert.equal((await get({ range: 'bytes=0-9', 'if-range': entityTag })).status, 206)
  const other = await get({ range: 'bytes=0-9', 'if-range': '"other"' })
  assert.equal(other.status, 200)
  assert.deepEqual(other.bytes, whole)
})

test('If-None-Match: 304 for the same file', async () => {
  const same = await get({ 'if-none-match': `W/"x", ${entityTag}` })
  assert.equal(same.status, 304)
  assert.equal(same.bytes.length, 0)
  assert.equal((await get({ 'if-none-match': '"other"' })).status, 200)
})

test('HEAD gives the headers of GET and no body; Range has no meaning for it', async () => {
  const asked: readonly Record<string, string>[] = [{}, { range: 'bytes=0-9' }]
  for (const headers of asked) {
    const answer = await get(headers, 'HEAD')
    assert.equal(answer.status, 200)
    assert.equal(Number(answer.headers.get('content-length')), whole.length)
    assert.equal(answer.headers.get('etag'), entityTag)
    assert.equal(answer.bytes.length, 0)
  }
})

test('ranges put together give the file', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(whole.length - 1), { minLength: 1, maxLength: 5 }), async (cuts) => {
      const starts = [...new Set([0, ...cuts])].sort((a, b) => a - b)
      const pieces: Buffer[] = []
      for (const [index, first] of starts.entries()) {
        const last = (starts[index + 1] ?? whole.length) - 1
        pieces.push((await get({ range: `bytes=${first}-${last}` })).bytes)
      }
      assert.ok(Buffer.concat(pieces).equals(whole))
    }),
    { numRuns: 20 },
  )
})
