import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { parseCertificate, readDeviceKeyBinding } from '@cloudsigner/pki'
import { generateKeySigner } from '@cloudsigner/pki/node'
import { enrolCloudSigner } from '../src/actions/enrol-cloud-signer.ts'
import type { DeviceRegistry } from '../src/adapters/device-registry.ts'
import { forgetEnrolments } from '../src/jobs/forget-enrolments.ts'
import { base64, bytesOf, contextOf, enrolmentOf, newCloudSigner, releaseOf, rowsOf, upload } from './cloud.ts'
import { csrOf, type Fixture, openFixture } from './fixture.ts'
import { refused } from './refused.ts'

let fixture: Fixture
before(async () => {
  fixture = await openFixture()
})
after(() => fixture.close())

const noSigner = (signerId: string) =>
  refused(fixture.client.getSigner(signerId), 'ERROR_RESOURCE_NOT_FOUND', 400, /no such signer/)

test('a challenge is a device key binding for five minutes, and the template of operations is there', async () => {
  const phone = await fixture.newPhone()
  const ids = { signerId: phone.activationId, userId: 'alice' }
  const before = fixture.outside.templates
  const one = await fixture.client.createChallenge(ids)
  const binding = readDeviceKeyBinding(bytesOf(one.toBeSigned))
  assert.deepEqual({ signerId: binding.signerId, userId: binding.userId }, ids)
  assert.equal(binding.notAfter.getTime(), fixture.clock.now().getTime() + 300_000)
  assert.equal(one.expiresAt, binding.notAfter.toISOString())
  assert.equal(fixture.outside.templates, before + 1)
  assert.notEqual(one.toBeSigned, (await fixture.client.createChallenge(ids)).toBeSigned)
})

test('a signer is enrolled, with a certificate for a key other than that of the device', async () => {
  const phone = await fixture.newPhone()
  const answer = await fixture.client.createCloudSigner(await enrolmentOf(fixture, phone))
  const { certificate, ...rest } = answer
  assert.deepEqual(rest, { signerId: phone.activationId, userId: 'alice', signerStatus: 'ACTIVE', mode: 'CLOUD' })
  const { subjectPublicKeyInfo, subject } = parseCertificate(bytesOf(certificate))
  assert.notDeepEqual(subjectPublicKeyInfo, phone.key.subjectPublicKeyInfo)
  assert.match(subject.rfc4514, /^CN=[0-9A-F]{16}$/)
  assert.equal((await fixture.client.getSigner(phone.activationId)).signerStatus, 'ACTIVE')
})

test('the caller may vouch for a subject', async () => {
  const phone = await fixture.newPhone()
  const subject = 'CN=Jan Novák,SN=Novák,givenName=Jan,C=CZ'
  const request = await enrolmentOf(fixture, phone)
  await refused(
    fixture.client.createCloudSigner({ ...request, subject: 'Jan' }),
    'REQUEST_VALIDATION_ERROR',
    400,
    /subject cannot be read/,
  )
  const { certificate } = await fixture.client.createCloudSigner({ ...request, subject })
  assert.equal(parseCertificate(bytesOf(certificate)).subject.rfc4514, subject)
})

test('an ACTIVE signer enrols again: a new key pair, and documents of before are signed with the old one', async () => {
  const phone = await newCloudSigner(fixture)
  const before = await upload(fixture, phone)
  const { certificate } = await fixture.client.createCloudSigner(await enrolmentOf(fixture, phone))
  assert.notDeepEqual(bytesOf(certificate), fixture.outside.issued.at(-2)?.certificate)
  await fixture.client.signDocument(before.documentId, { approval: await releaseOf(fixture, phone, before) })
})

test('challenge: unknown, for another signer or user, expired, used', async () => {
  const phone = await fixture.newPhone()
  const request = await enrolmentOf(fixture, phone)
  const call = (change: object) => fixture.client.createCloudSigner({ ...request, ...change })
  for (const challengeId of [crypto.randomUUID(), 'x']) {
    await refused(call({ challengeId }), 'ERROR_RESOURCE_NOT_FOUND', 400, /no such challenge/)
  }
  const other = await enrolmentOf(fixture, await fixture.newPhone())
  const theirs = { challengeId: other.challengeId, signature: other.signature }
  await refused(call(theirs), 'REQUEST_VALIDATION_ERROR', 400, /another signer or user/)
  await refused(call({ userId: 'bob' }), 'REQUEST_VALIDATION_ERROR', 400, /another signer or user/)
  await call({})
  await refused(call({}), 'ILLEGAL_OPERATION_ERROR', 400, /challenge has been used/)

  const late = await enrolmentOf(fixture, await fixture.newPhone())
  fixture.clock.advance(301)
  await refused(fixture.client.createCloudSigner(late), 'ILLEGAL_OPERATION_ERROR', 400, /challenge waited/)
})

/** The service's own action, with something happening when PowerAuth was asked whether the device signed. */
async function enrolWhile(request: Awaited<ReturnType<typeof enrolmentOf>>, happens: () => Promise<void>) {
  const context = contextOf(fixture)
  const devices: DeviceRegistry = {
    ...context.devices,
    async verifyDeviceSignature(...asked) {
      const answer = await context.devices.verifyDeviceSignature(...asked)
      await happens()
      return answer
    },
  }
  return enrolCloudSigner(
    { ...context, devices },
    {
      ...request,
      keyAlgorithm: 'EC_P256',
      subject: null,
      devicePublicKey: bytesOf(request.devicePublicKey),
      signature: bytesOf(request.signature),
    },
  )
}

test('one challenge enrols once, although both calls were checked before either used it', async () => {
  const request = await enrolmentOf(fixture, await fixture.newPhone())
  const issued = fixture.outside.issued.length
  let checked = 0
  const { promise: bothChecked, resolve } = Promise.withResolvers<void>()
  const call = () =>
    enrolWhile(request, async () => {
      checked += 1
      if (checked === 2) resolve()
      await bothChecked
    })
  const calls = await Promise.allSettled([call(), call()])
  const refusals = calls.filter((each) => each.status === 'rejected').map(({ reason }) => String(reason))
  assert.equal(refusals.length, 1)
  assert.match(refusals[0] ?? '', /challenge has been used/)
  assert.equal(fixture.outside.issued.length, issued + 1)
})

test('a challenge that is not signed by devicePublicKey', async () => {
  const phone = await fixture.newPhone()
  const { signer: other } = await generateKeySigner('P-256')
  const request = { ...(await enrolmentOf(fixture, phone)), devicePublicKey: base64(other.subjectPublicKeyInfo) }
  const says = /not signed by devicePublicKey/
  await refused(fixture.client.createCloudSigner(request), 'CSR_INVALID_SIGNATURE_ERROR', 400, says)
  await noSigner(phone.activationId)
})

test("a challenge signed by a key that is not the activation's device key", async () => {
  const phone = await fixture.newPhone()
  const { signer: key } = await generateKeySigner('P-256')
  const request = await enrolmentOf(fixture, { ...phone, key })
  const says = /not signed by the activation's device key/
  await refused(fixture.client.createCloudSigner(request), 'CSR_INVALID_SIGNATURE_ERROR', 400, says)
  await noSigner(phone.activationId)
})

test('a device key of another kind, or none', async () => {
  const phone = await fixture.newPhone()
  const { signer: key } = await generateKeySigner('P-384')
  const request = await enrolmentOf(fixture, phone)
  for (const [devicePublicKey, says] of [
    [base64(key.subjectPublicKeyInfo), /not an EC key on P-256/],
    ['MAA=', /cannot be read/],
    ['x', /not Base64/],
    // The same key with a byte behind it would be another pin.
    [base64(new Uint8Array([...phone.key.subjectPublicKeyInfo, 0])), /cannot be read/],
  ] as const) {
    const call = fixture.client.createCloudSigner({ ...request, devicePublicKey })
    await refused(call, 'REQUEST_VALIDATION_ERROR', 400, says)
  }
})

test('an activation that is not in use, or of another user, gets no challenge and enrols nothing', async () => {
  const phone = await fixture.newPhone()
  const request = await enrolmentOf(fixture, phone)
  const ids = { signerId: phone.activationId, userId: 'alice' }
  const mine = { ...ids, userId: 'bob' }
  await refused(fixture.client.createChallenge(mine), 'REQUEST_VALIDATION_ERROR', 400, /another user/)
  phone.status = 'BLOCKED'
  await refused(fixture.client.createChallenge(ids), 'ILLEGAL_OPERATION_ERROR', 400, /BLOCKED in PowerAuth/)
  await refused(fixture.client.createCloudSigner(request), 'ILLEGAL_OPERATION_ERROR', 400, /BLOCKED in PowerAuth/)
  phone.status = 'ACTIVE'
  phone.userId = 'bob'
  await refused(fixture.client.createCloudSigner(request), 'REQUEST_VALIDATION_ERROR', 400, /another user/)
  await noSigner(phone.activationId)
})

test('a user id may be any text, and nothing that is none', async () => {
  const phone = await newCloudSigner(fixture, { userId: 'Žofie 💩' })
  const other = { signerId: phone.activationId, userId: '\ud800' }
  await refused(fixture.client.createChallenge(other), 'REQUEST_VALIDATION_ERROR', 400, /userId/)
})

test('PowerAuth out of reach', async () => {
  const phone = await fixture.newPhone()
  const request = await enrolmentOf(fixture, phone)
  fixture.outside.faults = { powerAuthDown: true }
  const ids = { signerId: phone.activationId, userId: 'alice' }
  await refused(fixture.client.createChallenge(ids), 'CSR_SIGNATURE_VERIFICATION_ERROR', 503, /PowerAuth/)
  await refused(fixture.client.createCloudSigner(request), 'CSR_SIGNATURE_VERIFICATION_ERROR', 503, /PowerAuth/)
  fixture.outside.faults = {}
  // The challenge is not used up by what could not be checked.
  await fixture.client.createCloudSigner(request)
})

for (const [fault, code, status] of [
  ['refuses', 'CERTIFICATE_AUTHORITY_ERROR', 400],
  ['down', 'CERTIFICATE_AUTHORITY_ERROR', 503],
  ['other-key', 'CERTIFICATE_PROCESSING_ERROR', 500],
] as const) {
  test(`CA: ${fault} → ${code} ${status}; there is no signer, and the key pair is forgotten`, async () => {
    const phone = await fixture.newPhone()
    const request = await enrolmentOf(fixture, phone)
    fixture.outside.faults = { ca: fault }
    await refused(fixture.client.createCloudSigner(request), code, status, /CA/)
    fixture.outside.faults = {}
    await noSigner(phone.activationId)
    const left = () =>
      rowsOf(fixture).selectFrom('credential').select('id').where('signer_id', '=', phone.activationId).execute()
    assert.equal((await left()).length, 1)
    fixture.clock.advance(25 * 3600)
    await forgetEnrolments(contextOf(fixture))
    assert.equal((await left()).length, 0)
  })
}

test('what is forgotten is what is over: enrolled key pairs stay', async () => {
  const phone = await newCloudSigner(fixture)
  fixture.clock.advance(25 * 3600)
  const document = await upload(fixture, phone)
  await forgetEnrolments(contextOf(fixture))
  await fixture.client.signDocument(document.documentId, { approval: await releaseOf(fixture, phone, document) })
  assert.deepEqual(await rowsOf(fixture).selectFrom('challenge').select('id').execute(), [])
})

const sealedKeys = async (signerId: string) =>
  (
    await rowsOf(fixture)
      .selectFrom('credential')
      .select('sealed_private_key')
      .where('signer_id', '=', signerId)
      .execute()
  ).map((row) => row.sealed_private_key !== null)

test('a signer that is not ACTIVE does not enrol again; of a REMOVED or REVOKED one the keys are erased', async () => {
  for (const [signerStatus, kept] of [
    ['BLOCKED', true],
    ['REMOVED', false],
    ['REVOKED', false],
  ] as const) {
    const phone = await newCloudSigner(fixture)
    await fixture.client.createCloudSigner(await enrolmentOf(fixture, phone))
    const request = await enrolmentOf(fixture, phone)
    await fixture.client.setSignerStatus(phone.activationId, { signerStatus })
    await refused(fixture.client.createCloudSigner(request), 'ILLEGAL_OPERATION_ERROR', 400, new RegExp(signerStatus))
    assert.deepEqual(await sealedKeys(phone.activationId), [kept, kept])
  }
})

test('a signer revoked while the CA issues: refused, and no key is kept', async () => {
  const phone = await newCloudSigner(fixture)
  const { client, outside } = fixture
  const request = await enrolmentOf(fixture, phone)
  outside.duringEnrolment = () => client.setSignerStatus(phone.activationId, { signerStatus: 'REVOKED' })
  await refused(client.createCloudSigner(request), 'ILLEGAL_OPERATION_ERROR', 400, /REVOKED/)
  outside.duringEnrolment = null
  assert.deepEqual(await sealedKeys(phone.activationId), [false, false])
})

test('a signer revoked before its new key pair was made: refused, and that one is not kept either', async () => {
  const phone = await newCloudSigner(fixture)
  const request = await enrolmentOf(fixture, phone)
  const revoke = () => fixture.client.setSignerStatus(phone.activationId, { signerStatus: 'REVOKED' })
  await assert.rejects(enrolWhile(request, revoke), /REVOKED/)
  assert.deepEqual(await sealedKeys(phone.activationId), [false, false])
})

test('a signer has one device key for life, whatever its mode', async () => {
  const phone = await newCloudSigner(fixture)
  const { signer: key } = await generateKeySigner('P-256')
  // PowerAuth's idea of the device changes.
  fixture.outside.phones.set(phone.activationId, { ...phone, key })
  const csr = { signerId: phone.activationId, userId: 'alice', csr: await csrOf(key) }
  const says = /enrolled with another device key/
  await refused(fixture.client.createSigner(csr), 'ILLEGAL_OPERATION_ERROR', 400, says)
  const request = await enrolmentOf(fixture, { ...phone, key })
  await refused(fixture.client.createCloudSigner(request), 'ILLEGAL_OPERATION_ERROR', 400, says)

  const external = await fixture.newSigner()
  fixture.outside.phones.set(external.activationId, { ...external, key })
  const other = await enrolmentOf(fixture, { ...external, key })
  await refused(fixture.client.createCloudSigner(other), 'ILLEGAL_OPERATION_ERROR', 400, says)
})

test('the private key is in no row, log or answer as it is', async () => {
  const phone = await newCloudSigner(fixture)
  const rows = await rowsOf(fixture)
    .selectFrom('credential')
    .selectAll()
    .where('signer_id', '=', phone.activationId)
    .execute()
  const spki = Buffer.from(phone.key.subjectPublicKeyInfo)
  for (const row of rows) {
    // PKCS #8 of a P-256 key begins so.
    const head = Buffer.from('308187020100301306072a8648ce3d0201', 'hex')
    assert.equal(Buffer.from(row.sealed_private_key ?? []).includes(head), false)
    assert.equal(Buffer.from(row.sealed_device_key).includes(spki), false)
  }
})
