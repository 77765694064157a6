/** A certificate that is about to end becomes another for the same key; and what the CA issued unheard is found. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { SignerCallback } from '@cloudsigner/contracts/signer-callbacks'
import { parseCertificate } from '@cloudsigner/pki'
import type { SignerContext } from '../src/context.ts'
import { renewSigners } from '../src/jobs/renew-signers.ts'
import { contextOf, newCloudSigner, releaseOf, rowsOf, signed, upload } from './cloud.ts'
import { csrOf, type Fixture, openFixture, type Phone } from './fixture.ts'
import { refused } from './refused.ts'

const day = 24 * 3600

let fixture: Fixture
before(async () => {
  fixture = await openFixture({ waitingTimeoutSeconds: 40 * day })
})
after(() => fixture.close())

const told: SignerCallback[] = []
const events: SignerContext['events'] = {
  wanted: () => true,
  tell: async (_transaction, event) => void told.push(event),
}
const renew = () => renewSigners(contextOf(fixture, events))

async function certificateOf({ activationId }: Phone): Promise<string> {
  const { serial_number } = await rowsOf(fixture)
    .selectFrom('signer')
    .innerJoin('certificate', 'certificate.id', 'signer.certificate_id')
    .select('certificate.serial_number')
    .where('signer.id', '=', activationId)
    .executeTakeFirstOrThrow()
  return serial_number
}
const rowOf = ({ activationId }: Phone) =>
  rowsOf(fixture)
    .selectFrom('signer')
    .select(['status', 'certificate_id', 'certification_request', 'changed_at'])
    .where('id', '=', activationId)
    .executeTakeFirstOrThrow()

const eventsOf = ({ activationId }: Phone) => told.filter((event) => event.signerId === activationId)

test('nearer than 14 days to its end, and not before: another certificate for the same key, and RENEWED', async () => {
  const phone = await fixture.newSigner()
  const old = await certificateOf(phone)
  fixture.clock.advance(16 * day)
  assert.equal(await renew(), 0)
  fixture.clock.advance(1)
  assert.equal(await renew(), 1)
  const serialNumber = await certificateOf(phone)
  assert.notEqual(serialNumber, old)
  const issued = fixture.outside.issued.slice(-2).map(({ certificate }) => parseCertificate(certificate))
  assert.deepEqual(issued[0]?.subjectPublicKeyInfo, issued[1]?.subjectPublicKeyInfo)
  assert.deepEqual(eventsOf(phone), [
    {
      callbackType: 'RENEWED',
      signerId: phone.activationId,
      externalSignerId: phone.activationId,
      userId: phone.userId,
      timestamp: fixture.clock.now().toISOString(),
      certificateSerialNumber: BigInt(`0x${serialNumber}`).toString(),
      certificateExpiration: issued[1]?.notAfter.toISOString(),
    },
  ])
  assert.equal(await renew(), 0, 'it is not near its end any more')
})

test('a document that waits with the former certificate is signed while that is in force, and not after', async () => {
  const phone = await fixture.newSigner()
  const [first, second] = [await upload(fixture, phone), await upload(fixture, phone)]
  fixture.clock.advance(20 * day)
  assert.ok((await renew()) >= 1)
  await fixture.client.signDocument(first.documentId, { signature: await signed(phone.key, first.hash) })
  const third = await upload(fixture, phone)
  fixture.clock.advance(11 * day)
  const late = fixture.client.signDocument(second.documentId, { signature: await signed(phone.key, second.hash) })
  await refused(late, 'ILLEGAL_OPERATION_ERROR', 400, /in force from/)
  await fixture.client.signDocument(third.documentId, { signature: await signed(phone.key, third.hash) })
})

test('in Cloud mode the key pair that is kept here stays, and signs under the new certificate', async () => {
  const phone = await newCloudSigner(fixture)
  fixture.clock.advance(20 * day)
  const before = await upload(fixture, phone)
  assert.ok((await renew()) >= 1)
  for (const document of [before, await upload(fixture, phone)]) {
    const approval = await releaseOf(fixture, phone, document)
    await fixture.client.signDocument(document.documentId, { approval })
  }
})

test('only ACTIVE renews; a device that is gone, or a CA that does not answer, leaves the signer as it was', async () => {
  // Those of the tests before have their turn first.
  while ((await renew()) > 0);
  const blocked = await fixture.newSigner()
  const gone = await fixture.newSigner()
  const unlucky = await fixture.newSigner()
  await fixture.client.setSignerStatus(blocked.activationId, { signerStatus: 'BLOCKED' })
  gone.status = 'REMOVED'
  fixture.clock.advance(20 * day)
  const before = await Promise.all([blocked, gone, unlucky].map(rowOf))
  fixture.outside.faults = { ca: 'down' }
  assert.equal(await renew(), 0)
  fixture.outside.faults = { ca: 'other-key' }
  assert.equal(await renew(), 0)
  fixture.outside.faults = {}
  assert.deepEqual(await Promise.all([blocked, gone, unlucky].map(rowOf)), before)
  const asked = ({ activationId }: Phone) =>
    fixture.outside.issued.filter(({ username }) => username === activationId).length
  assert.deepEqual([blocked, gone].map(asked), [1, 1], 'the CA is not asked for what would not be used')
  assert.match(fixture.environment.logger.text(), /a signer could not be renewed and will be tried again/)
  assert.ok((await renew()) >= 1)
  assert.deepEqual(
    [blocked, gone, unlucky].map(eventsOf).map(({ length }) => length),
    [0, 0, 1],
  )
})

test('who enrols again while the CA renews keeps what was brought; the other certificate is found by REVOKED', async () => {
  while ((await renew()) > 0);
  const phone = await fixture.newSigner()
  fixture.clock.advance(20 * day)
  fixture.outside.duringEnrolment = async () => {
    fixture.outside.duringEnrolment = null
    const { activationId: signerId, userId, key } = phone
    await fixture.client.createSigner({ signerId, userId, csr: await csrOf(key, key, 'CN=Alice New,C=CZ') })
  }
  await renew()
  const own = fixture.outside.issued.filter(({ username }) => username === phone.activationId)
  const [, again, renewal] = own.map(({ certificate }) => parseCertificate(certificate).serialNumber)
  assert.equal(await certificateOf(phone), again)
  assert.deepEqual(eventsOf(phone), [])
  await fixture.client.setSignerStatus(phone.activationId, { signerStatus: 'REVOKED' })
  assert.ok(fixture.outside.revoked.has(renewal ?? ''))
})

test('25 a run, those first that were not tried yet: some that always fail keep nobody from their turn', async () => {
  while ((await renew()) > 0);
  const failing = await Promise.all(Array.from({ length: 26 }, () => fixture.newSigner()))
  for (const phone of failing) phone.status = 'REMOVED'
  const phone = await fixture.newSigner()
  fixture.clock.advance(20 * day)
  let renewed = 0
  for (let run = 0; run < 2; run += 1) renewed += await renew()
  assert.ok(renewed >= 1)
  assert.equal(eventsOf(phone).length, 1)
})

test('a certificate that got lost between the CA and the table is revoked with the signer', async () => {
  const phone = await fixture.newSigner()
  // As a process leaves it that is killed after the CA's answer: issued, and never stored.
  await fixture.adapters.ca.enrol({
    username: phone.activationId,
    accountBindingId: phone.userId,
    certificationRequest: (await rowOf(phone)).certification_request,
  })
  const [stored, lost] = fixture.outside.issued
    .slice(-2)
    .map(({ certificate }) => parseCertificate(certificate).serialNumber)
  await fixture.client.setSignerStatus(phone.activationId, {
    signerStatus: 'REVOKED',
    revocationReason: 'KEY_COMPROMISE',
  })
  assert.equal(fixture.outside.revoked.get(stored ?? ''), 'KEY_COMPROMISE')
  assert.equal(fixture.outside.revoked.get(lost ?? ''), 'KEY_COMPROMISE')
})
