/** What a killed process leaves, what a deleted document leaves, what time leaves. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { discardBlob } from '../src/actions/upload-document.ts'
import type { SignerContext } from '../src/context.ts'
import { cleanDocuments } from '../src/jobs/clean-documents.ts'
import { markExpiredSigners } from '../src/jobs/expire-signers.ts'
import { readSegmentsBack } from '../src/jobs/read-segments-back.ts'
import { sweepStrayBlobs } from '../src/jobs/sweep-stray-blobs.ts'
import { listSegmentsToReadBack } from '../src/store/document-store.ts'
import { adoptBlob, recordStrayBlobs } from '../src/store/stray-blob-store.ts'
import { type SignerTables, signerSchema } from '../src/store/tables.ts'
import { type Fixture, openFixture, type Phone } from './fixture.ts'
import { refused } from './refused.ts'

const contract = new Uint8Array(await readFile(new URL('../../../examples/consumer-loan.pdf', import.meta.url)))
const day = 24 * 3600

let fixture: Fixture
let phone: Phone
before(async () => {
  fixture = await openFixture({ waitingTimeoutSeconds: day })
  phone = await fixture.newSigner()
})
after(() => fixture.close())

/** What the jobs use of the context, on the service's own data. */
function context(): SignerContext {
  const { environment, clock } = fixture
  return {
    db: environment.database.forSchema<SignerTables>(signerSchema),
    blobs: environment.blobs,
    logger: environment.logger,
    crypto: nodeCrypto,
    clock,
    events: { wanted: () => false, tell: async () => {} },
    settings: {
      publicUrl: () => '',
      maxDocumentBytes: 0,
      waitingTimeoutSeconds: 0,
      approvalSeconds: 0,
      strayBlobSeconds: 3600,
    },
  } as Partial<SignerContext> as SignerContext
}

const upload = () =>
  fixture.client.uploadDocument({
    signerId: phone.activationId,
    externalId: 'c-1',
    name: 'Contract',
    fileName: 'c.pdf',
    file: contract,
  })

async function signed(): Promise<string> {
  const { documentId, hash } = await upload()
  const signature = Buffer.from(await phone.key.sign(Buffer.from(hash, 'base64'))).toString('base64')
  await fixture.client.signDocument(documentId, { signature })
  return documentId
}

const blobs = async () => (await Array.fromAsync(fixture.environment.blobs.list(''))).sort()

/** As a process leaves it that is killed between writing a blob and the transaction that names it. */
async function strayBlob(name: string): Promise<void> {
  await recordStrayBlobs(context().db, [name], fixture.clock.now())
  await fixture.environment.blobs.write(name, [contract])
}

test('a blob whose request was killed is swept when old enough, and no other blob is', async () => {
  const documentId = await signed()
  const kept = await blobs()
  await strayBlob('documents/killed/0')
  assert.equal(await sweepStrayBlobs(context()), 0)
  assert.equal((await blobs()).length, kept.length + 1)
  fixture.clock.advance(3601)
  assert.equal(await sweepStrayBlobs(context()), 1)
  assert.deepEqual(await blobs(), kept)
  assert.equal((await fixture.client.downloadDocument(documentId)).status, 200)
})

test('the sweep runs when the service starts', async () => {
  const kept = await blobs()
  await strayBlob('documents/killed/1')
  fixture.clock.advance(3601)
  await fixture.restart()
  assert.deepEqual(await blobs(), kept)
})

test('killed before the blob was written: the row goes too', async () => {
  await recordStrayBlobs(context().db, ['documents/never/0'], fixture.clock.now())
  fixture.clock.advance(3601)
  assert.equal(await sweepStrayBlobs(context()), 1)
  assert.equal(await sweepStrayBlobs(context()), 0)
})

test('a blob that a sweep may be at is not taken any more', async () => {
  const { db } = context()
  await recordStrayBlobs(db, ['documents/slow/0'], fixture.clock.now())
  assert.equal(await adoptBlob(db, 'documents/slow/0', fixture.clock.now()), false)
  const before = new Date(fixture.clock.now().getTime() - 1)
  assert.equal(await adoptBlob(db, 'documents/slow/0', before), true)
  assert.equal(await adoptBlob(db, 'documents/slow/0', before), false)
})

test('a blob that a segment names is never discarded, even where the answer to the commit got lost', async () => {
  const documentId = await signed()
  const before = await blobs()
  for (const blob of before) await discardBlob(context(), blob)
  assert.deepEqual(await blobs(), before)
  assert.equal((await fixture.client.downloadDocument(documentId)).status, 200)
})

test('everything is there after a restart: a waiting document is signed, a signed one downloaded', async () => {
  const documentId = await signed()
  const { documentId: waiting, hash } = await upload()
  await fixture.restart()
  assert.equal((await fixture.client.downloadDocument(documentId)).status, 200)
  const signature = Buffer.from(await phone.key.sign(Buffer.from(hash, 'base64'))).toString('base64')
  await fixture.client.signDocument(waiting, { signature })
})

test('documents are deleted past the retention of their status, and only those', async () => {
  const own = { waiting: await upload(), rejected: await upload(), signed: await signed() }
  await fixture.client.rejectDocument(own.rejected.documentId)
  fixture.clock.advance(100)
  const young = await upload()
  assert.equal(await cleanDocuments(context(), {}), 0)
  await cleanDocuments(context(), { REJECTED: 100 })
  await refused(fixture.client.rejectDocument(own.rejected.documentId), 'ERROR_RESOURCE_NOT_FOUND', 400, /document/)
  await cleanDocuments(context(), { WAITING: 100 })
  await refused(fixture.client.rejectDocument(own.waiting.documentId), 'ERROR_RESOURCE_NOT_FOUND', 400, /document/)
  await fixture.client.rejectDocument(young.documentId)
  assert.equal((await fixture.client.downloadDocument(own.signed)).status, 200)
  assert.ok((await cleanDocuments(context(), { SIGNED: 0 })) >= 1)
  await refused(fixture.client.downloadDocument(own.signed), 'ERROR_RESOURCE_NOT_FOUND', 400, /document/)
})

test('what was stored is read back; a file that storage has damaged is never given out', async () => {
  const documentId = await signed()
  const { documentId: waiting, hash } = await upload()
  await readSegmentsBack(context())
  assert.equal((await fixture.client.downloadDocument(documentId)).status, 200)

  const { db } = context()
  assert.deepEqual(await listSegmentsToReadBack(db, 10), [])
  const damage = { digest: new Uint8Array(32), intact: null }
  await db.updateTable('segment').set(damage).where('document_id', 'in', [documentId, waiting]).execute()
  await readSegmentsBack(context())
  await refused(fixture.client.downloadDocument(documentId), 'DOCUMENT_SIGNING_ERROR', 500, /damaged/)
  const signature = Buffer.from(await phone.key.sign(Buffer.from(hash, 'base64'))).toString('base64')
  await refused(fixture.client.signDocument(waiting, { signature }), 'DOCUMENT_SIGNING_ERROR', 500, /damaged/)
  assert.match(fixture.environment.logger.text(), /a stored segment is damaged/)

  const { documentId: lost } = await upload()
  for (const { blob } of await listSegmentsToReadBack(db, 10)) await fixture.environment.blobs.delete(blob)
  await readSegmentsBack(context())
  assert.match(fixture.environment.logger.text(), /a stored segment cannot be read/)
  await fixture.client.deleteDocument(lost)
})

test('signers whose certificate has run out become EXPIRED, blocked ones too, and stay so', async () => {
  const blocked = await fixture.newSigner()
  await fixture.client.setSignerStatus(blocked.activationId, { signerStatus: 'BLOCKED' })
  const removed = await fixture.newSigner()
  await fixture.client.setSignerStatus(removed.activationId, { signerStatus: 'REMOVED' })
  assert.equal(await markExpiredSigners(context()), 0)
  fixture.clock.advance(31 * day)
  assert.ok((await markExpiredSigners(context())) >= 2)
  assert.equal(await markExpiredSigners(context()), 0)
  assert.equal((await fixture.client.getSigner(phone.activationId)).signerStatus, 'EXPIRED')
  assert.equal((await fixture.client.getSigner(blocked.activationId)).signerStatus, 'EXPIRED')
  assert.equal((await fixture.client.getSigner(removed.activationId)).signerStatus, 'REMOVED')
  await refused(upload(), 'ILLEGAL_OPERATION_ERROR', 400, /EXPIRED/)
})
