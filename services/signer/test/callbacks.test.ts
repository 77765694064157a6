/** What an integrator is told, over real HTTP: each event once, with the change that it tells of, or not at all. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { SignerCallback } from '@cloudsigner/contracts/signer-callbacks'
import { parseCertificate } from '@cloudsigner/pki'
import { type CallbackReceiver, startCallbackReceiver } from '@cloudsigner/service/testing'
import { Check } from 'typebox/value'
import { assertCallbacks, createSignerCallbacks } from '../src/adapters/callbacks.ts'
import { tellExpiredDocuments } from '../src/jobs/expire-documents.ts'
import { markExpiredSigners } from '../src/jobs/expire-signers.ts'
import { contextOf, newCloudSigner, releaseOf, signed, upload } from './cloud.ts'
import { type Fixture, openFixture, type Phone } from './fixture.ts'
import { refused } from './refused.ts'

let fixture: Fixture
let bank: CallbackReceiver
let reference: CallbackReceiver
before(async () => {
  bank = await startCallbackReceiver()
  reference = await startCallbackReceiver()
  fixture = await openFixture({ waitingTimeoutSeconds: 60 }, [], { callbacks: config() })
})
after(async () => {
  await fixture.close()
  await bank.close()
  await reference.close()
})
beforeEach(() => {
  seen = bank.received.length
})

/** One destination that wants everything, one of an integrator of the reference. */
const config = () => ({
  destinations: {
    bank: { url: bank.url, basic: { user: 'signer', password: 'tell-me' } },
    reference: { url: reference.url, events: ['EXPIRED', 'RENEWED'] as const },
  },
})

/** Calls of earlier tests. */
let seen = 0

/** The bodies that this test's calls brought, once there are so many. */
async function told(count: number): Promise<readonly Record<string, unknown>[]> {
  await bank.until(seen + count)
  const callbacks = bank.received.slice(seen)
  for (const { body, headers } of callbacks) {
    assert.ok(Check(SignerCallback, body), JSON.stringify(body))
    assert.equal(headers.authorization, `Basic ${Buffer.from('signer:tell-me').toString('base64')}`)
  }
  return callbacks.map(({ body }) => body as Record<string, unknown>)
}

/** What the service's jobs work with: events of its own, into the same outbox. */
function jobContext() {
  const { events, outbox } = createSignerCallbacks(config(), fixture.environment)
  return { context: contextOf(fixture, events), outbox }
}

const of = ({ activationId, userId }: Phone) => ({
  signerId: activationId,
  externalSignerId: activationId,
  userId,
  timestamp: fixture.clock.now().toISOString(),
})

test("a signature, with the device's own value, in External mode", async () => {
  const phone = await fixture.newSigner()
  const { documentId, hash } = await upload(fixture, phone)
  const signature = await signed(phone.key, hash)
  await fixture.client.signDocument(documentId, { signature })
  assert.deepEqual(await told(1), [
    {
      callbackType: 'DOCUMENT_SIGNED',
      ...of(phone),
      documentId,
      externalId: 'c-1',
      signatureLevel: 'PADES_B_B',
      deviceSignature: signature,
    },
  ])
})

test("a signature in Cloud mode, with the device's over the approval", async () => {
  const phone = await newCloudSigner(fixture)
  const document = await upload(fixture, phone)
  const approval = await releaseOf(fixture, phone, document)
  await fixture.client.signDocument(document.documentId, { approval })
  const [event] = await told(1)
  assert.equal(event?.callbackType, 'DOCUMENT_SIGNED')
  assert.equal(event?.deviceSignature, approval.signature)
})

test('a rejection, once', async () => {
  const phone = await fixture.newSigner()
  const { documentId } = await upload(fixture, phone)
  await fixture.client.rejectDocument(documentId)
  await fixture.client.rejectDocument(documentId)
  await fixture.client.setSignerStatus(phone.activationId, { signerStatus: 'BLOCKED' })
  // Two events at once come in any order.
  const events = (await told(2)).toSorted((a, b) => String(a.callbackType).localeCompare(String(b.callbackType)))
  assert.deepEqual(events, [
    { callbackType: 'DOCUMENT_REJECTED', ...of(phone), documentId, externalId: 'c-1' },
    { callbackType: 'SIGNER_STATUS_CHANGED', ...of(phone), signerStatus: 'BLOCKED' },
  ])
})

test('a signature that is refused tells nobody', async () => {
  const phone = await fixture.newSigner()
  const { documentId, hash } = await upload(fixture, phone)
  const signature = await signed(phone.key, hash)
  fixture.outside.duringRevocationCheck = () =>
    fixture.client.setSignerStatus(phone.activationId, { signerStatus: 'BLOCKED' }).then(() => undefined)
  await refused(fixture.client.signDocument(documentId, { signature }), 'ILLEGAL_OPERATION_ERROR', 400, /BLOCKED/)
  fixture.outside.duringRevocationCheck = null
  assert.deepEqual(
    (await told(1)).map(({ callbackType }) => callbackType),
    ['SIGNER_STATUS_CHANGED'],
  )
})

test('a document that waited in vain, once; it is not signed any more, and may still be rejected', async () => {
  const phone = await fixture.newSigner()
  const { documentId, hash } = await upload(fixture, phone)
  const { context, outbox } = jobContext()
  fixture.clock.advance(59)
  assert.equal(await tellExpiredDocuments(context), 0)
  fixture.clock.advance(1)
  const at = fixture.clock.now()
  assert.ok((await tellExpiredDocuments(context)) >= 1)
  assert.equal(await tellExpiredDocuments(context), 0)
  await outbox.dispatchPending()
  const mine = (await told(1)).filter((event) => event.documentId === documentId)
  assert.deepEqual(mine, [{ callbackType: 'DOCUMENT_EXPIRED', ...of(phone), documentId, externalId: 'c-1' }])
  // A replica whose clock is behind.
  fixture.clock.set(new Date(at.getTime() - 1000))
  const signature = await signed(phone.key, hash)
  await refused(fixture.client.signDocument(documentId, { signature }), 'ILLEGAL_OPERATION_ERROR', 400, /cannot/)
  fixture.clock.set(at)
  await fixture.client.rejectDocument(documentId)
  await outbox.stop()
})

test("an expired signer, with the certificate's number in decimal; the reference's integrator hears this alone", async () => {
  const before = reference.received.length
  const phone = await fixture.newSigner()
  const certificate = parseCertificate(fixture.outside.issued.at(-1)?.certificate ?? new Uint8Array())
  const { context, outbox } = jobContext()
  fixture.clock.advance(31 * 24 * 3600)
  assert.ok((await markExpiredSigners(context)) >= 1)
  await outbox.dispatchPending()
  const event = {
    callbackType: 'EXPIRED',
    ...of(phone),
    certificateSerialNumber: BigInt(`0x${certificate.serialNumber}`).toString(),
    certificateExpiration: certificate.notAfter.toISOString(),
  }
  const mine = (callbacks: CallbackReceiver['received']) =>
    callbacks
      .map(({ body }) => body as Record<string, unknown>)
      .filter(({ signerId }) => signerId === phone.activationId)
  assert.deepEqual(mine(bank.received.slice(seen)), [event])
  assert.deepEqual(mine(reference.received), [event])
  assert.deepEqual(
    new Set(reference.received.slice(0, before).map(({ body }) => (body as { callbackType: string }).callbackType)),
    new Set(),
  )
  await outbox.stop()
})

test('a configuration that cannot be meant stops the start', () => {
  assertCallbacks(config())
  const wrong = { url: bank.url, events: ['SIGNED'] } as unknown as { url: string }
  assert.throws(() => assertCallbacks({ destinations: { bank: wrong } }), /names SIGNED/)
  assert.throws(
    () => assertCallbacks({ destinations: { bank: { url: 'bank' } } }),
    /callbacks\.destinations\.bank\.url/,
  )
})
