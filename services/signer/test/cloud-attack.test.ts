/**
 * Whoever holds all credentials of the private APIs and every row of the database, and writes them at will, but has
 * neither the person's phone nor the master key, gets nothing signed with the person's key. PowerAuth is the attacker's
 * here: of every activation, every signature and every operation it says what he likes.
 */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { UploadDocumentResponse } from '@cloudsigner/contracts/signer'
import { buildApproval, readApproval } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { createSecretBox, systemRandom } from '@cloudsigner/service'
import { resumeSignings } from '../src/jobs/resume-signings.ts'
import {
  approvalHashOf,
  approvedOperation,
  base64,
  bytesOf,
  contextOf,
  download,
  enrolmentOf,
  file,
  newCloudSigner,
  type Release,
  releaseOf,
  rowsOf,
  signed,
  upload,
} from './cloud.ts'
import { csrOf, type Fixture, openFixture, type Phone } from './fixture.ts'

let fixture: Fixture
let alice: Phone
/** A customer as well: with a phone and a signer of his own. */
let mallory: Phone
before(async () => {
  fixture = await openFixture()
})
after(() => fixture.close())
beforeEach(async () => {
  fixture.outside.faults = {}
  alice = await newCloudSigner(fixture, { userId: 'alice' })
  mallory = await newCloudSigner(fixture, { userId: 'mallory' })
  fixture.outside.faults = { powerAuthLies: { userId: 'alice' } }
})

/** A document of Alice's that he wants signed, released by what he has: his own key, and PowerAuth's word. */
async function wanted(of: Phone = alice) {
  const document = await upload(fixture, of)
  const toBeSigned = document.approval?.toBeSigned ?? ''
  const operationId = approvedOperation(fixture, of, approvalHashOf(toBeSigned))
  const approvalId = document.approval?.approvalId ?? ''
  const release: Release = { approvalId, operationId, signature: await signed(mallory.key, toBeSigned) }
  return { document, release }
}

/** Asked for directly, by the job and directly again: no file comes out. */
async function staysUnsigned(document: UploadDocumentResponse, release: Release): Promise<void> {
  const call = () => fixture.client.signDocument(document.documentId, { approval: release })
  await assert.rejects(call())
  // Until after any claim that a forged row may have.
  fixture.clock.advance(60)
  await resumeSignings(contextOf(fixture))
  await assert.rejects(call())
  await assert.rejects(download(fixture, document.documentId))
}

interface Keys {
  readonly credentialId: string
  readonly certificateId: string
}

async function keysOf(phone: Phone): Promise<Keys> {
  const row = await rowsOf(fixture)
    .selectFrom('certificate')
    .select(['id', 'credential_id'])
    .where('signer_id', '=', phone.activationId)
    .executeTakeFirstOrThrow()
  return { certificateId: row.id, credentialId: row.credential_id ?? '' }
}

const credentialRow = ({ credentialId }: Keys) =>
  rowsOf(fixture).selectFrom('credential').selectAll().where('id', '=', credentialId).executeTakeFirstOrThrow()

const setCredential = (
  { credentialId }: Keys,
  change: { sealed_device_key?: Uint8Array; sealed_private_key?: Uint8Array },
) => rowsOf(fixture).updateTable('credential').set(change).where('id', '=', credentialId).execute()

test('the rows are enough to see that the test itself works: with the phone the same call signs', async () => {
  const { document } = await wanted()
  await fixture.client.signDocument(document.documentId, { approval: await releaseOf(fixture, alice, document) })
  assert.ok((await download(fixture, document.documentId)).length > document.size)
})

test('his own signature, although PowerAuth says that it is her device that signed', async () => {
  const { document, release } = await wanted()
  await staysUnsigned(document, release)
})

test('his own device key pinned by a row: moved there from his signer, in the clear, or sealed with a key of his', async () => {
  const [hers, his] = [await keysOf(alice), await keysOf(mallory)]
  const { sealed_device_key: moved } = await credentialRow(his)
  const spki = mallory.key.subjectPublicKeyInfo
  const ownBox = createSecretBox(systemRandom(32), systemRandom)
  const sealed = ownBox.seal(spki, `signer.credential.deviceKey:${hers.credentialId}:${alice.activationId}`)
  for (const pin of [moved, spki, sealed]) {
    const { document, release } = await wanted()
    await setCredential(hers, { sealed_device_key: pin })
    await staysUnsigned(document, release)
  }
})

test('her sealed key moved to his credential, whose pin is his: his own documents are not signed with it', async () => {
  const { sealed_private_key: moved } = await credentialRow(await keysOf(alice))
  await setCredential(await keysOf(mallory), { sealed_private_key: moved ?? new Uint8Array() })
  const { document, release } = await wanted(mallory)
  await staysUnsigned(document, release)
})

test('her certificate led to his credential: his key does not make a signature of hers', async () => {
  const { credentialId } = await keysOf(mallory)
  const { document, release } = await wanted()
  await rowsOf(fixture)
    .updateTable('certificate')
    .set({ credential_id: credentialId })
    .where('signer_id', '=', alice.activationId)
    .execute()
  await staysUnsigned(document, release)
  // The pin is of his credential and of his signer: with the certificate's row changed too, his key signs as himself.
  await rowsOf(fixture)
    .updateTable('document')
    .set({ signer_id: mallory.activationId })
    .where('id', '=', document.documentId)
    .execute()
  await staysUnsigned(document, release)
})

test('his document made one of her certificate, with an approval that says so and that his phone signed', async () => {
  const hers = await keysOf(alice)
  const { document } = await wanted()
  const { document: his } = await wanted(mallory)
  const rows = rowsOf(fixture)
  const { plan, signed_attributes } = await rows
    .selectFrom('document')
    .select(['plan', 'signed_attributes'])
    .where('id', '=', document.documentId)
    .executeTakeFirstOrThrow()
  await rows
    .updateTable('document')
    .set({ certificate_id: hers.certificateId, plan: JSON.stringify(plan), signed_attributes })
    .where('id', '=', his.documentId)
    .execute()
  const der = buildApproval({
    ...readApproval(bytesOf(document.approval?.toBeSigned ?? '')),
    signerId: mallory.activationId,
    documents: [{ documentId: his.documentId, dtbsr: nodeCrypto.digest('SHA-256', signed_attributes) }],
  })
  await rows.updateTable('approval').set({ to_be_signed: der }).where('document_id', '=', his.documentId).execute()
  await staysUnsigned(his, {
    approvalId: his.approval?.approvalId ?? '',
    operationId: approvedOperation(fixture, mallory, approvalHashOf(base64(der)), { userId: 'mallory' }),
    signature: await signed(mallory.key, base64(der)),
  })
})

test('an approval that she gave before, replayed: as it was, in the place of the new one, and unused again', async () => {
  const before = await upload(fixture, alice)
  const given = await releaseOf(fixture, alice, before)
  await fixture.client.signDocument(before.documentId, { approval: given })
  const rows = rowsOf(fixture)
  await rows.deleteFrom('release').where('approval_id', '=', given.approvalId).execute()
  const { document, release } = await wanted()
  await staysUnsigned(document, given)
  await rows
    .updateTable('approval')
    .set({ to_be_signed: bytesOf(before.approval?.toBeSigned ?? '') })
    .where('document_id', '=', document.documentId)
    .execute()
  const operationId = approvedOperation(fixture, alice, approvalHashOf(before.approval?.toBeSigned ?? ''))
  await staysUnsigned(document, { ...release, operationId, signature: given.signature })
})

test('a document written SIGNING, as if it had been released: with rows of his, and with those of a release of hers', async () => {
  const before = await upload(fixture, alice)
  const given = await releaseOf(fixture, alice, before)
  await fixture.client.signDocument(before.documentId, { approval: given })
  const rows = rowsOf(fixture)
  const hers = await rows
    .selectFrom('release')
    .selectAll()
    .where('approval_id', '=', given.approvalId)
    .executeTakeFirstOrThrow()
  await rows.deleteFrom('release').where('approval_id', '=', given.approvalId).execute()
  const forged = [
    { signature: bytesOf((await wanted()).release.signature), sealed_intent: systemRandom(64) },
    { signature: hers.signature, sealed_intent: hers.sealed_intent },
  ]
  for (const { signature, sealed_intent } of forged) {
    const { document, release } = await wanted()
    await rows
      .insertInto('release')
      .values({
        ...hers,
        approval_id: release.approvalId,
        operation_id: release.operationId,
        document_id: document.documentId,
        signature,
        sealed_intent,
        signed_at: null,
      })
      .execute()
    await rows.updateTable('document').set({ status: 'SIGNING' }).where('id', '=', document.documentId).execute()
    await staysUnsigned(document, { ...release, signature: base64(signature) })
  }
})

/** She released it; then an authority was away, and came back when he had rewritten the rows: not before, lest the job end the work. */
async function interrupted(
  rewrite: (document: UploadDocumentResponse) => Promise<unknown>,
): Promise<{ document: UploadDocumentResponse; release: Release }> {
  fixture.outside.faults = {}
  const document = await upload(fixture, alice)
  const release = await releaseOf(fixture, alice, document)
  fixture.outside.faults = { tsa: 'down' }
  const call = { approval: release, signatureLevel: 'PADES_B_T' as const }
  await assert.rejects(fixture.client.signDocument(document.documentId, call), /time-stamping authority/)
  await rewrite(document)
  fixture.outside.faults = {}
  return { document, release }
}

test('what she released exchanged for another document of hers, while the signing was interrupted', async () => {
  fixture.outside.faults = {}
  const other = await upload(fixture, alice, new Uint8Array([...file, 0x0a]))
  const rows = rowsOf(fixture)
  const { plan, signed_attributes } = await rows
    .selectFrom('document')
    .select(['plan', 'signed_attributes'])
    .where('id', '=', other.documentId)
    .executeTakeFirstOrThrow()
  const { document, release } = await interrupted(({ documentId }) =>
    rows
      .updateTable('document')
      .set({ plan: JSON.stringify(plan), signed_attributes })
      .where('id', '=', documentId)
      .execute(),
  )
  await staysUnsigned(document, release)
})

test('a release of hers whose row says something else now', async () => {
  const { release: his } = await wanted()
  for (const change of [
    { operation_id: his.operationId },
    { signature: bytesOf(his.signature) },
    { sealed_intent: systemRandom(100) },
  ]) {
    const { document, release } = await interrupted(({ documentId }) =>
      rowsOf(fixture).updateTable('release').set(change).where('document_id', '=', documentId).execute(),
    )
    const changed = {
      ...release,
      operationId: change.operation_id ?? release.operationId,
      signature: change.signature ? base64(change.signature) : release.signature,
    }
    await staysUnsigned(document, changed)
  }
})

test('an approval that she signed and that was never released, written SIGNING after it expired', async () => {
  const { document, release } = await wanted()
  const genuine = await releaseOf(fixture, alice, document)
  fixture.clock.advance(3601)
  const rows = rowsOf(fixture)
  const far = new Date(fixture.clock.now().getTime() + 3600_000)
  await rows.updateTable('document').set({ waiting_until: far }).where('id', '=', document.documentId).execute()
  await assert.rejects(
    fixture.client.signDocument(document.documentId, { approval: genuine }),
    /approval was good until/,
  )
  await rows
    .insertInto('release')
    .values({
      approval_id: release.approvalId,
      operation_id: genuine.operationId,
      document_id: document.documentId,
      signature: bytesOf(genuine.signature),
      sealed_intent: systemRandom(100),
      signature_level: 'PADES_B_B',
      released_at: fixture.clock.now(),
    })
    .execute()
  await rows.updateTable('document').set({ status: 'SIGNING' }).where('id', '=', document.documentId).execute()
  await staysUnsigned(document, genuine)
})

test('her signer enrolled again with his device key, although PowerAuth says that it is hers', async () => {
  const asAlice = { ...mallory, activationId: alice.activationId, userId: 'alice' }
  const again = async () => fixture.client.createCloudSigner(await enrolmentOf(fixture, asAlice))
  const issued = fixture.outside.issued.length
  await assert.rejects(again(), /another device key/)
  const csr = await csrOf(mallory.key)
  await assert.rejects(
    fixture.client.createSigner({ signerId: alice.activationId, userId: 'alice', csr }),
    /another device key/,
  )
  // Her signer's row led to his certificate: the pin there is of his signer.
  const his = await keysOf(mallory)
  await rowsOf(fixture)
    .updateTable('signer')
    .set({ certificate_id: his.certificateId })
    .where('id', '=', alice.activationId)
    .execute()
  await assert.rejects(again(), /not the one that was pinned/)
  assert.equal(fixture.outside.issued.length, issued)
})
