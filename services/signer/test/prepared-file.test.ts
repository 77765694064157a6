import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { type Fixture, openFixture, type Phone } from './fixture.ts'
import { refused } from './refused.ts'

const contract = new Uint8Array(await readFile(new URL('../../../examples/consumer-loan.pdf', import.meta.url)))

let fixture: Fixture
let phone: Phone
before(async () => {
  fixture = await openFixture()
  phone = await fixture.newSigner()
})
after(() => fixture.close())

async function upload() {
  const { activationId: signerId } = phone
  const file = contract
  return fixture.client.uploadDocument({ signerId, externalId: 'c-1', name: 'Contract', fileName: 'c.pdf', file })
}

async function prepared(documentId: string, range?: string): Promise<Buffer> {
  const { body } = await fixture.client.downloadPrepared(documentId, range)
  return Buffer.from(await new Response(body).arrayBuffer())
}

/** The last /ByteRange of the file, as a reader finds it. */
function byteRangeOf(file: Buffer): readonly [number, number, number, number] {
  const [, ...numbers] = file.toString('latin1').match(/.*\/ByteRange ?\[(\d+) (\d+) (\d+) (\d+)\]/s) ?? []
  const [start = -1, length = -1, second = -1, rest = -1] = numbers.map(Number)
  return [start, length, second, rest]
}

test('the bytes that ByteRange covers are those that are signed, and the signed file differs in Contents alone', async () => {
  const { documentId, hash } = await upload()
  const file = await prepared(documentId)
  const [start, length, second, rest] = byteRangeOf(file)
  assert.deepEqual([start, second + rest], [0, file.length])
  assert.match(file.toString('latin1', length, second), /^<0+>$/)
  assert.ok(file.subarray(0, contract.length).equals(contract))
  const digest = createHash('sha256').update(file.subarray(0, length)).update(file.subarray(second)).digest()
  assert.ok(Buffer.from(hash, 'base64').includes(digest), 'message-digest is of other bytes')

  const signature = Buffer.from(await phone.key.sign(Buffer.from(hash, 'base64'))).toString('base64')
  await fixture.client.signDocument(documentId, { signature })
  const { body } = await fixture.client.downloadDocument(documentId)
  const signed = Buffer.from(await new Response(body).arrayBuffer())
  assert.equal(signed.length, file.length)
  assert.ok(signed.subarray(0, length).equals(file.subarray(0, length)))
  assert.ok(signed.subarray(second).equals(file.subarray(second)))
  assert.deepEqual(await prepared(documentId), file, 'it stays what it was')
})

test('ranges of it, also across the border of the original', async () => {
  const { documentId } = await upload()
  const file = await prepared(documentId)
  const border = contract.length
  for (const [first, last] of [
    [0, 9],
    [border - 10, border + 9],
    [border + 1, file.length - 1],
  ] as const) {
    assert.deepEqual(await prepared(documentId, `bytes=${first}-${last}`), file.subarray(first, last + 1))
  }
})

test('its entity tag is of its content', async () => {
  async function tagOf({ documentId }: { readonly documentId: string }): Promise<string | null> {
    const { headers, body } = await fixture.client.downloadPrepared(documentId, 'bytes=0-0')
    await body.cancel()
    return headers.get('etag')
  }
  // While the clock stands still, two revisions of one file are the same.
  const first = await tagOf(await upload())
  assert.match(first ?? '', /^"[\w-]{43}"$/)
  assert.equal(await tagOf(await upload()), first)
  fixture.clock.advance(1)
  assert.notEqual(await tagOf(await upload()), first)
})

test('an unknown document has none', async () => {
  const says = /no such document/
  await refused(fixture.client.downloadPrepared(crypto.randomUUID()), 'ERROR_RESOURCE_NOT_FOUND', 400, says)
  await refused(fixture.client.downloadPrepared('x'), 'ERROR_RESOURCE_NOT_FOUND', 400, says)
})
