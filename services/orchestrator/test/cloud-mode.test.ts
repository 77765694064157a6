/** Cloud mode at the bank: the approval that the signer asks for, and the operation that PowerAuth shows. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { OrchestratorApiError } from '@cloudsigner/clients/orchestrator'
import type { OrchestratorProblemCode } from '@cloudsigner/contracts/orchestrator'
import fc from 'fast-check'
import { resumeUnfinished } from '../src/actions/prepare-session.ts'
import type { OrchestratorContext } from '../src/context.ts'
import { shownName } from '../src/domain/shown-name.ts'
import { type OrchestratorTables, orchestratorSchema } from '../src/store/tables.ts'
import { alice, approvalSeconds, type Fixture, openFixture, testPowerAuth, testSigner } from './fixture.ts'

const pdf = new TextEncoder().encode('%PDF-1.7 as far as this test is concerned')
const signature = 'MEUCIQ=='
const proof = { devicePublicKey: 'MAA=', challengeId: 'challenge', signature: 'Z29vZA==' }

let fixture: Fixture
let device: string
before(async () => {
  fixture = await openFixture()
  await fixture.bank.createUser(alice)
  device = await activeDevice()
  await fixture.phone(device).enrolInCloud(proof)
})
after(() => fixture.close())

async function activeDevice(): Promise<string> {
  const { activationId } = await fixture.bank.startActivation('alice')
  await fixture.bank.commitActivation('alice', activationId)
  return activationId
}

const handIn = (name = 'Contract') =>
  fixture.bank.createDocument('alice', { name, fileName: 'c.pdf', file: pdf, activationId: device })

async function refused(call: Promise<unknown>, code: OrchestratorProblemCode, status: number): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof OrchestratorApiError, String(error))
    assert.deepEqual([error.code, error.status], [code, status], error.message)
    return true
  })
}

/** A document that waits, and its operation. */
async function waiting() {
  const { documentId } = await handIn()
  const { approval } = await fixture.phone(device).getDocument(documentId)
  assert.ok(approval)
  const operation = fixture.outside.operations.get(approval.operationId)
  assert.ok(operation)
  return { documentId, operationId: approval.operationId, operation, approval }
}

test('a device enrols with the challenge that it signed, for the subject that the bank knows', async () => {
  const other = await activeDevice()
  const phone = fixture.phone(other)
  await refused(phone.getSigner(), 'SIGNER_UNKNOWN', 404)
  assert.equal((await phone.createEnrolChallenge()).toBeSigned, 'QmluZGluZw==')
  await refused(phone.enrolInCloud({ ...proof, signature: 'YmFk' }), 'BINDING_REFUSED', 400)
  assert.equal((await fixture.bank.getActivation('alice', other)).signerMode, null)
  const signer = await phone.enrolInCloud(proof)
  assert.deepEqual(signer, { signerId: other, mode: 'CLOUD', signerStatus: 'ACTIVE', certificate: 'MAA=' })
  assert.deepEqual(await phone.getSigner(), signer)
  assert.match(fixture.outside.signers.get(other)?.proof ?? '', /CN=Alice Nováková/)
  assert.equal((await fixture.bank.getActivation('alice', other)).signerMode, 'CLOUD')
})

test('a document becomes an operation, with its hashes and its name', async () => {
  const { operation, approval } = await waiting()
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
  assert.deepEqual(
    [operation.userId, operation.activationId, operation.documentName, operation.documentHash, operation.approvalHash],
    ['alice', device, 'Contract', sha256(pdf), sha256(Buffer.from(approval.toBeSigned, 'base64'))],
  )
  // The approval is good for less than the document waits.
  const until = new Date(fixture.clock.now().getTime() + approvalSeconds * 1000)
  assert.deepEqual([operation.expires, approval.expiresAt], [until, until.toISOString()])
})

test('approved on the phone and signed, once; the same call again gives the same answer', async () => {
  const { documentId, operationId, operation } = await waiting()
  const phone = fixture.phone(device)
  await refused(phone.signDocument(documentId, signature, operationId), 'STATE_FORBIDS', 409)
  operation.status = 'APPROVED'
  await refused(phone.signDocument(documentId, signature), 'STATE_FORBIDS', 409)
  await refused(phone.signDocument(documentId, signature, (await waiting()).operationId), 'STATE_FORBIDS', 409)
  const signed = await phone.signDocument(documentId, signature, operationId)
  assert.deepEqual([signed.status, signed.hash, signed.approval], ['SIGNED', null, null])
  assert.equal((await phone.signDocument(documentId, signature, operationId)).status, 'SIGNED')
  await refused(phone.signDocument(documentId, 'MEUCIR==', operationId), 'STATE_FORBIDS', 409)
})

test('a signature that the signer took before a crash of ours ends the session when the phone repeats its call', async () => {
  const { documentId, operationId, operation } = await waiting()
  operation.status = 'APPROVED'
  const atSigner = fixture.outside.documents.get(`s-${documentId}`)
  if (atSigner) atSigner.signature = signature
  await fixture.restart()
  assert.equal((await fixture.phone(device).signDocument(documentId, signature, operationId)).status, 'SIGNED')
})

test('the same where the phone signs anew, which gives other bytes; a document that is not signed stays so', async () => {
  const { documentId, operationId, operation } = await waiting()
  operation.status = 'APPROVED'
  const atSigner = fixture.outside.documents.get(`s-${documentId}`) ?? assert.fail('no document')
  atSigner.rejected = true
  const sign = () => fixture.phone(device).signDocument(documentId, 'MEUCIR==', operationId)
  await refused(sign(), 'STATE_FORBIDS', 409)
  atSigner.rejected = false
  atSigner.signature = signature
  assert.equal((await sign()).status, 'SIGNED')
})

test('a rejection cancels the operation too, also when it is repeated', async () => {
  const { documentId, operationId, operation } = await waiting()
  const phone = fixture.phone(device)
  fixture.outside.powerAuthDown = true
  await refused(phone.rejectDocument(documentId), 'UPSTREAM_UNAVAILABLE', 503)
  assert.equal(fixture.outside.documents.get(`s-${documentId}`)?.rejected, true, 'the document first')
  fixture.outside.powerAuthDown = false
  assert.equal((await phone.rejectDocument(documentId)).status, 'REJECTED')
  assert.equal(operation.status, 'CANCELED')
  assert.equal((await phone.rejectDocument(documentId)).status, 'REJECTED')
  await refused(phone.signDocument(documentId, signature, operationId), 'STATE_FORBIDS', 409)
})

test('an operation that its user refused, or that failed, ends the session when it is looked at', async () => {
  for (const [status, seen] of [
    ['REJECTED', 'REJECTED'],
    ['FAILED', 'EXPIRED'],
    ['CANCELED', 'EXPIRED'],
    ['EXPIRED', 'EXPIRED'],
  ] as const) {
    const { documentId, operation } = await waiting()
    operation.status = status
    assert.equal((await fixture.bank.getDocument('alice', documentId)).status, seen)
    assert.equal(fixture.outside.documents.get(`s-${documentId}`)?.rejected, true)
  }
  const { documentId, operation } = await waiting()
  operation.status = 'APPROVED'
  assert.equal((await fixture.phone(device).getDocument(documentId)).status, 'WAITING')
})

test('a crash around the making of the operation: the session is taken up, and there is one operation', async () => {
  for (const lost of ['the call', 'the answer'] as const) {
    fixture.clock.advance(1)
    fixture.outside.powerAuthDown = lost === 'the call'
    fixture.outside.loseOperationAnswer = lost === 'the answer'
    const before = fixture.outside.operations.size
    await refused(handIn(lost), 'UPSTREAM_UNAVAILABLE', 503)
    fixture.outside.powerAuthDown = false
    fixture.outside.loseOperationAnswer = false
    const [left] = (await fixture.bank.listDocuments('alice')).documents
    assert.deepEqual([left?.name, left?.status], [lost, 'RECEIVED'])
    fixture.clock.advance(1)
    await resumeUnfinished(contextOf(), 0)
    const document = await fixture.phone(device).getDocument(left?.documentId ?? '')
    assert.equal(document.status, 'WAITING')
    assert.equal(fixture.outside.operations.size, before + 1)
    const made = fixture.outside.operations.get(document.approval?.operationId ?? '')
    assert.equal(made?.documentHash, createHash('sha256').update(pdf).digest('hex'))
  }
})

test('one that is taken up too late is EXPIRED, without an operation', async () => {
  fixture.clock.advance(1)
  fixture.outside.powerAuthDown = true
  await refused(handIn('late'), 'UPSTREAM_UNAVAILABLE', 503)
  fixture.outside.powerAuthDown = false
  const before = fixture.outside.operations.size
  fixture.clock.advance(approvalSeconds)
  await resumeUnfinished(contextOf(), 0)
  const [left] = (await fixture.bank.listDocuments('alice')).documents
  assert.deepEqual([left?.name, left?.status], ['late', 'EXPIRED'])
  assert.equal(fixture.outside.operations.size, before)
})

test('the prepared file goes through to the phone, by ranges, in either mode and to its own user alone', async () => {
  const { documentId } = await handIn()
  const phone = fixture.phone(device)
  const whole = await phone.downloadPrepared(documentId)
  assert.deepEqual([whole.status, whole.headers.get('etag')], [200, '"p"'])
  assert.equal(await new Response(whole.body).text(), `${new TextDecoder().decode(pdf)}prepared:whole`)
  const part = await phone.downloadPrepared(documentId, 'bytes=0-9')
  assert.equal(part.status, 206)
  assert.match(await new Response(part.body).text(), /prepared:bytes=0-9$/)
  await fixture.bank.createUser({ ...alice, userId: 'bob' })
  const { activationId } = await fixture.bank.startActivation('bob')
  await fixture.bank.commitActivation('bob', activationId)
  await refused(fixture.phone(activationId).downloadPrepared(documentId), 'DOCUMENT_UNKNOWN', 404)
})

test('a name as it is shown: nothing in it hides, moves or ends anything', () => {
  assert.equal(shownName('Smlouva o úvěru'), 'Smlouva o úvěru')
  assert.equal(shownName('a\u202efdp.exe\u0007\n b'), 'afdp.exe b')
  assert.equal(shownName('\u2028 \u200e'), 'document')
  assert.equal(shownName('half \ud83d of a pair'), 'half of a pair')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const shown = shownName(name)
      assert.ok(shown.isWellFormed() && shown.trim() === shown && shown !== '')
      assert.doesNotMatch(shown, /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u)
      assert.equal(shownName(shown), shown)
    }),
  )
})

/** The service's context over the fixture's data, for what no call reaches: the job. */
function contextOf(): OrchestratorContext {
  const { environment, outside, clock } = fixture
  return {
    db: environment.database.forSchema<OrchestratorTables>(orchestratorSchema),
    blobs: environment.blobs,
    logger: environment.logger,
    clock,
    signer: testSigner(outside, clock),
    powerAuth: testPowerAuth(outside),
    settings: { maxDocumentBytes: 1, waitingTimeoutSeconds: 3600, enrollmentServerUrl: '', applicationId: '' },
  } as Partial<OrchestratorContext> as OrchestratorContext
}
