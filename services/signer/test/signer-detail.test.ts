import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bytesEqual, parseCertificate } from '@cloudsigner/pki'
import { enrolmentOf, newCloudSigner } from './cloud.ts'
import { type Fixture, openFixture } from './fixture.ts'
import { refused } from './refused.ts'

let fixture: Fixture
before(async () => {
  fixture = await openFixture()
})
after(() => fixture.close())

test('External mode: the certificate is for the device key', async () => {
  const { activationId, key, userId } = await fixture.newSigner()
  const { certificate, ...others } = await fixture.client.getSignerDetail(activationId)
  assert.deepEqual(others, { signerId: activationId, userId, signerStatus: 'ACTIVE', mode: 'EXTERNAL' })
  const { subjectPublicKeyInfo } = parseCertificate(Uint8Array.fromBase64(certificate))
  assert.ok(bytesEqual(subjectPublicKeyInfo, key.subjectPublicKeyInfo))
})

test('Cloud mode: the certificate that the enrolment answered, until the next enrolment', async () => {
  const phone = await newCloudSigner(fixture)
  const first = await fixture.client.getSignerDetail(phone.activationId)
  assert.equal(first.mode, 'CLOUD')
  const { subjectPublicKeyInfo } = parseCertificate(Uint8Array.fromBase64(first.certificate))
  assert.ok(!bytesEqual(subjectPublicKeyInfo, phone.key.subjectPublicKeyInfo))
  const again = await fixture.client.createCloudSigner(await enrolmentOf(fixture, phone))
  assert.notEqual(again.certificate, first.certificate)
  assert.equal((await fixture.client.getSignerDetail(phone.activationId)).certificate, again.certificate)
})

test('an unknown signer has none', async () => {
  await refused(fixture.client.getSignerDetail('nobody'), 'ERROR_RESOURCE_NOT_FOUND', 400, /signer/)
})
