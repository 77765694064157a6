/** A signing that is cut short after its release: what was consumed is not lost, and nothing happens twice. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { SignatureLevel, UploadDocumentResponse } from '@cloudsigner/contracts/signer'
import { generateKeySigner } from '@cloudsigner/pki/node'
import { newClaim } from '../src/actions/complete-signing.ts'
import { signByApproval } from '../src/actions/sign-by-approval.ts'
import type { CloudKeys } from '../src/adapters/cloud-keys.ts'
import { softwareKeys } from '../src/adapters/cloud-keys.ts'
import { cleanDocuments } from '../src/jobs/clean-documents.ts'
import { resumeSignings } from '../src/jobs/resume-signings.ts'
import { claimRelease } from '../src/store/release-store.ts'
import {
  bytesOf,
  contextOf,
  download,
  newCloudSigner,
  type Release,
  releaseOf,
  rowsOf,
  signed,
  upload,
} from './cloud.ts'
import { type Fixture, openFixture, type Phone } from './fixture.ts'
import { refused } from './refused.ts'

let fixture: Fixture
let phone: Phone
before(async () => {
  fixture = await openFixture()
})
after(() => fixture.close())
beforeEach(async () => {
  fixture.outside.faults = {}
  phone = await newCloudSigner(fixture)
})

interface Interrupted {
  readonly document: UploadDocumentResponse
  readonly release: Release
}

/** A process that is killed when its key is about to sign: the transaction is done, the claim is its own, and it says nothing more. */
async function killedAtTheKey(level: SignatureLevel = 'PADES_B_B'): Promise<Interrupted> {
  const document = await upload(fixture, phone)
  const release = await releaseOf(fixture, phone, document)
  const { promise: reached, resolve } = Promise.withResolvers<void>()
  const cloudKeys: CloudKeys = {
    ...softwareKeys,
    open(pkcs8) {
      const key = softwareKeys.open(pkcs8)
      resolve()
      return { ...key, sign: () => new Promise(() => {}) }
    },
  }
  const request = { ...release, signature: bytesOf(release.signature) }
  void signByApproval({ ...contextOf(fixture), cloudKeys }, document.documentId, request, level)
  await reached
  await fixture.restart()
  return { document, release }
}

const call = ({ document, release }: Interrupted, signatureLevel: SignatureLevel = 'PADES_B_B') =>
  fixture.client.signDocument(document.documentId, { approval: release, signatureLevel })

const isSigned = async ({ document }: Interrupted) =>
  assert.ok((await download(fixture, document.documentId)).length > document.size)

/** By the job: this run of it, or the service's own, which is due as well once the clock is put forward. */
async function isResumed(one: Interrupted): Promise<void> {
  await resumeSignings(contextOf(fixture))
  for (let look = 0; look < 100; look++) {
    const found = await rowsOf(fixture)
      .selectFrom('document')
      .select('status')
      .where('id', '=', one.document.documentId)
      .executeTakeFirstOrThrow()
    if (found.status === 'SIGNED') break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await isSigned(one)
}

const waits = ({ document }: Interrupted) =>
  refused(fixture.client.downloadDocument(document.documentId), 'ILLEGAL_OPERATION_ERROR', 400, /WAITING/)

test('killed between the release and the key: the job ends the work once the claim has run out, and not before', async () => {
  const one = await killedAtTheKey()
  await waits(one)
  assert.equal(await resumeSignings(contextOf(fixture)), 0)
  fixture.clock.advance(31)
  await isResumed(one)
  assert.equal(await resumeSignings(contextOf(fixture)), 0)
  const { documentId } = one.document
  assert.deepEqual(await call(one), { documentId, uri: `${fixture.url}/documents/${documentId}` })
})

test('killed between the release and the key: the same call waits for the claim, ends the work and is answered', async () => {
  const one = await killedAtTheKey('PADES_B_T')
  let answered = false
  const answer = call(one, 'PADES_B_T').then((value) => {
    answered = true
    return value
  })
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.equal(answered, false)
  fixture.clock.advance(31)
  assert.equal((await answer).documentId, one.document.documentId)
  await isSigned(one)
})

test('killed between the release and the key: the phone signs the same approval anew, and that ends the work too', async () => {
  const one = await killedAtTheKey()
  const { toBeSigned } = one.document.approval ?? assert.fail('no approval')
  const anew = { ...one.release, signature: await signed(phone.key, toBeSigned) }
  assert.notEqual(anew.signature, one.release.signature)
  const { signer: stranger } = await generateKeySigner('P-256')
  const forged = { ...one.release, signature: await signed(stranger, toBeSigned) }
  await refused(call({ ...one, release: forged }), 'ILLEGAL_OPERATION_ERROR', 400, /is being signed/)
  fixture.clock.advance(31)
  await call({ ...one, release: anew })
  await isSigned(one)
})

test('killed between the release and the key: another call is refused, and rejection too while somebody may be at it', async () => {
  const one = await killedAtTheKey()
  const other = await releaseOf(fixture, phone, one.document)
  await refused(call({ ...one, release: other }), 'ILLEGAL_OPERATION_ERROR', 400, /is being signed/)
  const reject = () => fixture.client.rejectDocument(one.document.documentId)
  await refused(reject(), 'ILLEGAL_OPERATION_ERROR', 400, /is being signed/)
  await fixture.client.setSignerStatus(phone.activationId, { signerStatus: 'BLOCKED' })
  fixture.clock.advance(31)
  await reject()
  assert.equal(await resumeSignings(contextOf(fixture)), 0)
  await refused(call(one), 'ILLEGAL_OPERATION_ERROR', 400, /REJECTED/)
})

test('an authority that gives no time-stamp: the same call again ends the work, at the level that it asks for then', async () => {
  for (const level of ['PADES_B_T', 'PADES_B_B'] as const) {
    const document = await upload(fixture, phone)
    const one = { document, release: await releaseOf(fixture, phone, document) }
    fixture.outside.faults = { tsa: 'down' }
    await refused(call(one, 'PADES_B_T'), 'DOCUMENT_SIGNING_ERROR', 500, /no token/)
    await waits(one)
    assert.equal(await resumeSignings(contextOf(fixture)), 0)
    fixture.outside.faults = level === 'PADES_B_T' ? {} : fixture.outside.faults
    await call(one, level)
    await isSigned(one)
  }
})

test('an approval that was consumed in time is not timed out while the work is unfinished', async () => {
  const one = await killedAtTheKey()
  fixture.clock.advance(2 * 3600)
  await isResumed(one)
})

test('a signer that may not sign any more: not by the job, not by the call; ACTIVE again it is signed', async () => {
  const one = await killedAtTheKey()
  await fixture.client.setSignerStatus(phone.activationId, { signerStatus: 'BLOCKED' })
  fixture.clock.advance(31)
  assert.equal(await resumeSignings(contextOf(fixture)), 0)
  await refused(call(one), 'ILLEGAL_OPERATION_ERROR', 400, /BLOCKED/)
  await waits(one)
  await fixture.client.setSignerStatus(phone.activationId, { signerStatus: 'ACTIVE' })
  await call(one)
  await isSigned(one)
})

test('a certificate that the CA revoked meanwhile, and a signer that is gone for good', async () => {
  const one = await killedAtTheKey()
  const { serial_number } = await rowsOf(fixture)
    .selectFrom('certificate')
    .select('serial_number')
    .where('signer_id', '=', phone.activationId)
    .executeTakeFirstOrThrow()
  fixture.outside.revoked.set(serial_number, 'KEY_COMPROMISE')
  fixture.clock.advance(31)
  await refused(call(one), 'ILLEGAL_OPERATION_ERROR', 400, /revoked: KEY_COMPROMISE/)
  fixture.outside.revoked.delete(serial_number)
  await fixture.client.setSignerStatus(phone.activationId, { signerStatus: 'REMOVED' })
  // Whoever writes the row back has no key any more.
  await rowsOf(fixture).updateTable('signer').set({ status: 'ACTIVE' }).where('id', '=', phone.activationId).execute()
  await refused(call(one), 'ILLEGAL_OPERATION_ERROR', 400, /key has been erased/)
  await waits(one)
})

test('to the outside an unfinished document waits: it is cleaned as one that waits', async () => {
  const one = await killedAtTheKey()
  await fixture.client.setSignerStatus(phone.activationId, { signerStatus: 'BLOCKED' })
  fixture.clock.advance(100)
  await cleanDocuments(contextOf(fixture), { SIGNED: 50, REJECTED: 50 })
  await waits(one)
  await cleanDocuments(contextOf(fixture), { WAITING: 50 })
  await refused(call(one), 'ERROR_RESOURCE_NOT_FOUND', 400, /no such document/)
})

test('what was used stays used when its document is deleted', async () => {
  const document = await upload(fixture, phone)
  const release = await releaseOf(fixture, phone, document)
  await call({ document, release })
  await fixture.client.deleteDocument(document.documentId)
  const kept = await rowsOf(fixture)
    .selectFrom('release')
    .select('operation_id')
    .where('approval_id', '=', release.approvalId)
    .execute()
  assert.deepEqual(kept, [{ operation_id: release.operationId }])
})

test('once it is signed nobody gets a turn at a document any more', async () => {
  const document = await upload(fixture, phone)
  await call({ document, release: await releaseOf(fixture, phone, document) })
  const context = contextOf(fixture)
  fixture.clock.advance(3600)
  const claim = newClaim(context)
  assert.equal(await claimRelease(context.db, document.documentId, null, claim, fixture.clock.now()), false)
})
