import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { bytesSource, validateSignatures } from '@cloudsigner/pades'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { makePdf } from '@cloudsigner/testing'
import { httpTimeStampTransport } from '../src/adapters/time-stamp-authority.ts'
import { type Fixture, openFixture, type Phone } from './fixture.ts'
import { refused } from './refused.ts'

let fixture: Fixture
let phone: Phone
before(async () => {
  fixture = await openFixture()
  phone = await fixture.newSigner()
})
after(() => fixture.close())
beforeEach(() => {
  fixture.outside.faults = {}
})

const file = new Uint8Array(makePdf())

async function upload(its: Fixture = fixture, by: Phone = phone) {
  const form = { signerId: by.activationId, externalId: 'c-1', name: 'Contract', fileName: 'contract.pdf', file }
  const { documentId, hash } = await its.client.uploadDocument(form)
  const signature = Buffer.from(await by.key.sign(Buffer.from(hash, 'base64'))).toString('base64')
  return { documentId, signature }
}

async function levelOf(documentId: string) {
  const { body } = await fixture.client.downloadDocument(documentId)
  const bytes = new Uint8Array(await new Response(body).arrayBuffer())
  const { signatures } = await validateSignatures(bytesSource(bytes), {
    trustAnchors: [fixture.outside.issued[0]?.chain.at(-1) ?? new Uint8Array()],
    at: fixture.clock.now(),
    revocation: 'off',
    crypto: nodeCrypto,
  })
  return signatures[0]
}

test('PADES_B_T is signed with a time-stamp over the signature', async () => {
  const { documentId, signature } = await upload()
  await fixture.client.signDocument(documentId, { signature, signatureLevel: 'PADES_B_T' })
  const report = await levelOf(documentId)
  assert.deepEqual(
    [report?.level, report?.intact, report?.timestamps.map(({ type, intact }) => [type, intact])],
    ['B-T', true, [['SIGNATURE_TIMESTAMP', true]]],
  )
})

test('PADES_B_B, and no level at all, are signed without one', async () => {
  const before = fixture.outside.timeStamps
  for (const level of [{ signatureLevel: 'PADES_B_B' as const }, {}]) {
    const { documentId, signature } = await upload()
    await fixture.client.signDocument(documentId, { signature, ...level })
    assert.equal((await levelOf(documentId))?.level, 'B-B')
  }
  assert.equal(fixture.outside.timeStamps, before)
})

for (const tsa of ['down', 'rejects', 'other-imprint', 'large'] as const)
  test(`an authority that is ${tsa}: the document stays WAITING, nothing is stored, and it can still be signed`, async () => {
    const { documentId, signature } = await upload()
    const blobs = async () => (await Array.fromAsync(fixture.environment.blobs.list(''))).sort()
    const before = await blobs()
    fixture.outside.faults = { tsa }
    const signing = fixture.client.signDocument(documentId, { signature, signatureLevel: 'PADES_B_T' })
    await refused(signing, 'DOCUMENT_SIGNING_ERROR', 500, /time-stamp/)
    await refused(fixture.client.downloadDocument(documentId), 'ILLEGAL_OPERATION_ERROR', 400, /WAITING/)
    assert.deepEqual(await blobs(), before)
    fixture.outside.faults = {}
    await fixture.client.signDocument(documentId, { signature, signatureLevel: 'PADES_B_T' })
    assert.equal((await levelOf(documentId))?.level, 'B-T')
  })

test('an authority is not asked to stamp a signature that does not verify', async () => {
  const { documentId } = await upload()
  const signature = Buffer.from(await phone.key.sign(Uint8Array.of(1))).toString('base64')
  const before = fixture.outside.timeStamps
  await refused(
    fixture.client.signDocument(documentId, { signature, signatureLevel: 'PADES_B_T' }),
    'DOCUMENT_INVALID_SIGNATURE_ERROR',
    400,
    /does not verify/,
  )
  assert.equal(fixture.outside.timeStamps, before)
})

test('the size of a token is asked for once an hour, and again after one that did not fit', async () => {
  fixture.clock.advance(7200)
  const asked = async (work: () => Promise<unknown>): Promise<number> => {
    const before = fixture.outside.timeStamps
    await work()
    return fixture.outside.timeStamps - before
  }
  assert.equal(await asked(() => Promise.all([upload(), upload(), upload()])), 1)
  assert.equal(await asked(upload), 0)
  const { documentId, signature } = await upload()
  fixture.outside.faults = { tsa: 'large' }
  await assert.rejects(fixture.client.signDocument(documentId, { signature, signatureLevel: 'PADES_B_T' }))
  const again = await upload()
  await fixture.client.signDocument(again.documentId, { signature: again.signature, signatureLevel: 'PADES_B_T' })
  assert.equal((await levelOf(again.documentId))?.level, 'B-T')
})

test('an upload while the authority is down: signed at PADES_B_B, refused at PADES_B_T', async () => {
  const its = await openFixture()
  try {
    const by = await its.newSigner()
    its.outside.faults = { tsa: 'down' }
    const { documentId, signature } = await upload(its, by)
    // Nobody waits for it again within a minute; then it is asked.
    await upload(its, by)
    assert.equal(its.outside.timeStamps, 1)
    its.outside.faults = {}
    await refused(
      its.client.signDocument(documentId, { signature, signatureLevel: 'PADES_B_T' }),
      'DOCUMENT_SIGNING_ERROR',
      500,
      /upload the document again/,
    )
    await its.client.signDocument(documentId, { signature, signatureLevel: 'PADES_B_B' })
    its.clock.advance(61)
    const later = await upload(its, by)
    await its.client.signDocument(later.documentId, { signature: later.signature, signatureLevel: 'PADES_B_T' })
  } finally {
    await its.close()
  }
})

test('without an authority PADES_B_B is the only level', async () => {
  const its = await openFixture({}, [], { timeStamps: false })
  try {
    const { documentId, signature } = await upload(its, await its.newSigner())
    await refused(
      its.client.signDocument(documentId, { signature, signatureLevel: 'PADES_B_T' }),
      'REQUEST_VALIDATION_ERROR',
      400,
      /no time-stamping authority/,
    )
    await its.client.signDocument(documentId, { signature })
  } finally {
    await its.close()
  }
})

/** An authority's HTTP, whatever it says. */
async function answering(status: number, body: Uint8Array | null, work: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(status, { location: 'http://127.0.0.1:1/' })
    if (body !== null) response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    await work(`http://127.0.0.1:${port}/tsa`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test('over HTTP: the body of 200 and nothing else, bounded in size and time', async () => {
  const ask = (url: string) => httpTimeStampTransport({ url, timeoutSeconds: 1 })(Uint8Array.of(1))
  await answering(200, Uint8Array.of(2, 3), async (url) => assert.deepEqual([...(await ask(url))], [2, 3]))
  await answering(503, Uint8Array.of(2, 3), (url) => assert.rejects(ask(url), /HTTP 503/))
  await answering(302, Uint8Array.of(2, 3), (url) => assert.rejects(ask(url)))
  await answering(200, new Uint8Array(1024 * 1024 + 1), (url) => assert.rejects(ask(url), /more than/))
  await answering(200, null, (url) => assert.rejects(ask(url), { name: 'TimeoutError' }))
})
