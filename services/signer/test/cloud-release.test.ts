/** Each line of the check list of a release, broken alone. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { SignerProblemCode, UploadDocumentResponse } from '@cloudsigner/contracts/signer'
import { generateKeySigner } from '@cloudsigner/pki/node'
import { signByApproval } from '../src/actions/sign-by-approval.ts'
import type { DeviceRegistry } from '../src/adapters/device-registry.ts'
import type { JudgedOperation } from '../src/domain/approved-operation.ts'
import {
  approvalHashOf,
  approvedOperation,
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
  fixture = await openFixture({ approvalSeconds: 600 })
  phone = await newCloudSigner(fixture)
})
after(() => fixture.close())

interface Ready {
  readonly document: UploadDocumentResponse
  readonly release: Release
}

async function ready(by: Phone = phone): Promise<Ready> {
  const document = await upload(fixture, by)
  return { document, release: await releaseOf(fixture, by, document) }
}

const sign = (document: UploadDocumentResponse, approval: Release) =>
  fixture.client.signDocument(document.documentId, { approval })

/** Refused, and nothing is used up: the right call is taken afterwards. */
async function refusedOnce(
  { document, release }: Ready,
  wrong: Partial<Release>,
  says: RegExp,
  code: SignerProblemCode = 'ILLEGAL_OPERATION_ERROR',
) {
  await refused(sign(document, { ...release, ...wrong }), code, 400, says)
  await refused(fixture.client.downloadDocument(document.documentId), 'ILLEGAL_OPERATION_ERROR', 400, /WAITING/)
  await sign(document, release)
  assert.ok((await download(fixture, document.documentId)).length > document.size)
}

test('1. a document that does not wait: rejected, signed, timed out', async () => {
  const rejected = await ready()
  await fixture.client.rejectDocument(rejected.document.documentId)
  await refused(sign(rejected.document, rejected.release), 'ILLEGAL_OPERATION_ERROR', 400, /REJECTED/)

  const done = await ready()
  await sign(done.document, done.release)
  const again = { ...done.release, signature: await signed(phone.key, done.document.approval?.toBeSigned ?? '') }
  await refused(sign(done.document, again), 'ILLEGAL_OPERATION_ERROR', 400, /SIGNED and cannot be signed/)

  const late = await ready()
  await rowsOf(fixture)
    .updateTable('document')
    .set({ waiting_until: fixture.clock.now() })
    .where('id', '=', late.document.documentId)
    .execute()
  await refused(sign(late.document, late.release), 'ILLEGAL_OPERATION_ERROR', 400, /waited for a signature until/)
})

test('2. a signer that is not ACTIVE', async () => {
  const by = await newCloudSigner(fixture)
  const one = await ready(by)
  await fixture.client.setSignerStatus(by.activationId, { signerStatus: 'BLOCKED' })
  await refused(sign(one.document, one.release), 'ILLEGAL_OPERATION_ERROR', 400, /BLOCKED/)
  await fixture.client.setSignerStatus(by.activationId, { signerStatus: 'ACTIVE' })
  await sign(one.document, one.release)
  const other = await ready(by)
  for (const signerStatus of ['REVOKED', 'REMOVED'] as const) {
    await fixture.client.setSignerStatus(by.activationId, { signerStatus }).catch(() => undefined)
    await refused(sign(other.document, other.release), 'ILLEGAL_OPERATION_ERROR', 400, /REVOKED/)
  }
})

test('2. a certificate that is revoked, or not in force', async () => {
  const by = await newCloudSigner(fixture)
  const one = await ready(by)
  const row = () => rowsOf(fixture).updateTable('certificate').where('signer_id', '=', by.activationId)
  const serial = await rowsOf(fixture)
    .selectFrom('certificate')
    .select(['serial_number', 'not_after'])
    .where('signer_id', '=', by.activationId)
    .executeTakeFirstOrThrow()
  await row()
    .set({ not_after: new Date(fixture.clock.now().getTime() - 1000) })
    .execute()
  await refused(sign(one.document, one.release), 'ILLEGAL_OPERATION_ERROR', 400, /in force/)
  await row().set({ not_after: serial.not_after }).execute()
  fixture.outside.revoked.set(serial.serial_number, 'KEY_COMPROMISE')
  await refused(sign(one.document, one.release), 'ILLEGAL_OPERATION_ERROR', 400, /revoked: KEY_COMPROMISE/)
})

test('2. an approval that names another certificate', async () => {
  const other = await ready(await newCloudSigner(fixture))
  await refusedOnce(await ready(), other.release, /names another certificate/)
})

test('3. an approval that is not known', async () => {
  const unknown = 'ERROR_RESOURCE_NOT_FOUND'
  await refusedOnce(await ready(), { approvalId: crypto.randomUUID() }, /no such approval/, unknown)
  await refusedOnce(await ready(), { approvalId: 'x' }, /no such approval/, unknown)
})

test('3. an approval that has expired', async () => {
  const { document, release } = await ready()
  assert.equal(document.approval?.expiresAt, new Date(fixture.clock.now().getTime() + 600_000).toISOString())
  fixture.clock.advance(601)
  await refused(sign(document, release), 'ILLEGAL_OPERATION_ERROR', 400, /approval was good until/)
})

test('3. an approval that has been used', async () => {
  const used = await ready()
  await sign(used.document, used.release)
  await refusedOnce(await ready(), used.release, /approval has been used/)
})

test("4. a signature that is not the pinned device key's, or not over this approval", async () => {
  const { signer: stranger } = await generateKeySigner('P-256')
  const one = await ready()
  const toBeSigned = one.document.approval?.toBeSigned ?? ''
  const invalid = 'DOCUMENT_INVALID_SIGNATURE_ERROR'
  await refusedOnce(one, { signature: await signed(stranger, toBeSigned) }, /pinned/, invalid)
  const hash = await ready()
  await refusedOnce(hash, { signature: await signed(phone.key, hash.document.hash) }, /pinned/, invalid)
  const other = await ready()
  await refusedOnce(await ready(), { signature: other.release.signature }, /pinned/, invalid)
  await refusedOnce(await ready(), { signature: 'MAA=' }, /pinned/, invalid)
})

test('5. an operation whose id no database could hold', async () => {
  await refusedOnce(await ready(), { operationId: '\u0000' }, /operationId/, 'REQUEST_VALIDATION_ERROR')
})

test('4. a signature that is no Base64', async () => {
  await refusedOnce(await ready(), { signature: 'MA=' }, /not Base64/, 'REQUEST_VALIDATION_ERROR')
})

const wrongOperations: readonly (readonly [string, Partial<JudgedOperation>, RegExp])[] = [
  ['of another template', { templateName: 'login' }, /not of the template cloud_signature/],
  ['of another type', { operationType: 'login' }, /not of the template cloud_signature/],
  ['that is PENDING', { status: 'PENDING' }, /not been approved/],
  ['that is REJECTED', { status: 'REJECTED' }, /not been approved/],
  ['that is CANCELED', { status: 'CANCELED' }, /not been approved/],
  ['of another user', { userId: 'bob' }, /another user/],
  ["that is nobody's", { userId: null }, /another user/],
  ['of another device', { additionalData: { activationId: crypto.randomUUID() } }, /another device/],
  ['of no device', { additionalData: {} }, /another device/],
]
for (const [name, change, says] of wrongOperations) {
  test(`5. an operation ${name}`, async () => {
    const one = await ready()
    const hash = approvalHashOf(one.document.approval?.toBeSigned ?? '')
    await refusedOnce(one, { operationId: approvedOperation(fixture, phone, hash, change) }, says)
  })
}

test('5. an operation that does not exist', async () => {
  await refusedOnce(await ready(), { operationId: crypto.randomUUID() }, /no such operation/)
})

test('5. an operation for another approval, in its parameters or in what the device authenticated', async () => {
  const other = await ready()
  await refusedOnce(await ready(), { operationId: other.release.operationId }, /operation is for another approval/)
  const one = await ready()
  const [hash, strange] = [one, other].map(({ document }) => approvalHashOf(document.approval?.toBeSigned ?? ''))
  const changes: readonly Partial<JudgedOperation>[] = [
    { data: `A0*T${strange}*NContract*T${hash}` },
    { data: `A0*NContract*T${hash}` },
    { parameters: { approvalHash: strange ?? '' } },
    { parameters: {} },
  ]
  for (const change of changes) {
    const operationId = approvedOperation(fixture, phone, hash ?? '', change)
    await refused(
      sign(one.document, { ...one.release, operationId }),
      'ILLEGAL_OPERATION_ERROR',
      400,
      /another approval/,
    )
  }
})

test('5. an operation that has been used', async () => {
  const used = await ready()
  await sign(used.document, used.release)
  const one = await ready()
  // Whoever changes PowerAuth's rows: the operation that was used says now that it is for this approval.
  const operation = fixture.outside.operations.get(one.release.operationId)
  assert.ok(operation)
  fixture.outside.operations.set(used.release.operationId, operation)
  await refusedOnce(one, { operationId: used.release.operationId }, /operation has been used/)
})

test('5. PowerAuth out of reach is said so, and the document waits', async () => {
  const one = await ready()
  fixture.outside.faults = { powerAuthDown: true }
  await refused(sign(one.document, one.release), 'CSR_SIGNATURE_VERIFICATION_ERROR', 503, /PowerAuth/)
  fixture.outside.faults = {}
  await sign(one.document, one.release)
})

test('6. an approval of another document of the same signer', async () => {
  const other = await ready()
  await refusedOnce(await ready(), other.release, /not of this document/)
})

test('6. a document whose hash is another one now', async () => {
  const one = await ready()
  await rowsOf(fixture)
    .updateTable('document')
    .set({ signed_attributes: Uint8Array.of(0x31, 0x00) })
    .where('id', '=', one.document.documentId)
    .execute()
  await refused(sign(one.document, one.release), 'ILLEGAL_OPERATION_ERROR', 400, /not of this document/)
})

test('an approval that a refused call brought can still be used; a used one answers the same call again, at its level', async () => {
  const { document, release } = await ready()
  await sign(document, release)
  const level = { approval: release, signatureLevel: 'PADES_B_T' as const }
  await refused(
    fixture.client.signDocument(document.documentId, level),
    'ILLEGAL_OPERATION_ERROR',
    400,
    /signed at PADES_B_B already/,
  )
  const upper = { ...release, approvalId: release.approvalId.toUpperCase() }
  assert.deepEqual(await sign(document, upper), await sign(document, release))
})

test('a signer blocked while PowerAuth is asked: nothing is consumed, and the same call signs once it is ACTIVE', async () => {
  const by = await newCloudSigner(fixture)
  const { document, release } = await ready(by)
  const context = contextOf(fixture)
  const devices: DeviceRegistry = {
    ...context.devices,
    async findOperation(operationId) {
      await fixture.client.setSignerStatus(by.activationId, { signerStatus: 'BLOCKED' })
      return context.devices.findOperation(operationId)
    },
  }
  const request = { ...release, signature: bytesOf(release.signature) }
  const call = signByApproval({ ...context, devices }, document.documentId, request, 'PADES_B_B')
  await assert.rejects(call, /BLOCKED/)
  const released = await rowsOf(fixture)
    .selectFrom('release')
    .select('approval_id')
    .where('document_id', '=', document.documentId)
    .execute()
  assert.deepEqual(released, [])
  await fixture.client.setSignerStatus(by.activationId, { signerStatus: 'ACTIVE' })
  await sign(document, release)
})
