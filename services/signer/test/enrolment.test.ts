import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pemToDer } from '@cloudsigner/pki'
import { generateKeySigner } from '@cloudsigner/pki/node'
import { csrOf, type Fixture, openFixture } from './fixture.ts'
import { refused } from './refused.ts'

let fixture: Fixture
before(async () => {
  fixture = await openFixture()
})
after(() => fixture.close())

const noSigner = (signerId: string) =>
  refused(fixture.client.getSigner(signerId), 'ERROR_RESOURCE_NOT_FOUND', 400, /no such signer/)

test('a signer is enrolled with a CSR in PEM', async () => {
  const phone = await fixture.newSigner('alice')
  assert.deepEqual(await fixture.client.getSigner(phone.activationId), {
    signerId: phone.activationId,
    externalSignerId: phone.activationId,
    userId: 'alice',
    signerStatus: 'ACTIVE',
  })
})

test('an older client names it externalSignerId, and a CSR may be bare Base64', async () => {
  const phone = await fixture.newPhone()
  const csr = Buffer.from(pemToDer(await csrOf(phone.key))).toString('base64')
  await fixture.client.createSigner({ externalSignerId: phone.activationId, userId: 'alice', csr })
  assert.equal((await fixture.client.getSigner(phone.activationId)).signerStatus, 'ACTIVE')
})

test('an ACTIVE signer enrols again and gets a new certificate', async () => {
  const phone = await fixture.newSigner()
  const issued = fixture.outside.issued.length
  await fixture.client.createSigner({ signerId: phone.activationId, userId: 'alice', csr: await csrOf(phone.key) })
  assert.equal(fixture.outside.issued.length, issued + 1)
})

test('a CSR that names another key than the one that signed it is refused', async () => {
  const phone = await fixture.newPhone()
  const { signer: other } = await generateKeySigner('P-256')
  const csr = await csrOf(other, phone.key)
  const call = fixture.client.createSigner({ signerId: phone.activationId, userId: 'alice', csr })
  await refused(call, 'CSR_INVALID_SIGNATURE_ERROR', 400, /under the key in the CSR/)
  await noSigner(phone.activationId)
})

test("a CSR for another key than the device's is refused, however well it is signed", async () => {
  const phone = await fixture.newPhone()
  const { signer: other } = await generateKeySigner('P-256')
  const call = fixture.client.createSigner({ signerId: phone.activationId, userId: 'alice', csr: await csrOf(other) })
  await refused(call, 'CSR_INVALID_SIGNATURE_ERROR', 400, /device key/)
  await noSigner(phone.activationId)
})

test('a CSR for a key that no device has by kind is refused', async () => {
  const phone = await fixture.newPhone()
  const { signer: p384 } = await generateKeySigner('P-384')
  const call = fixture.client.createSigner({ signerId: phone.activationId, userId: 'alice', csr: await csrOf(p384) })
  await refused(call, 'REQUEST_VALIDATION_ERROR', 400, /P-256/)
})

for (const [what, csr] of [
  ['text', 'not a request'],
  ['Base64 of something else', 'AAAA'],
  ['an empty PEM', '-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----'],
] as const) {
  test(`a CSR that is ${what} is refused`, async () => {
    const phone = await fixture.newPhone()
    const call = fixture.client.createSigner({ signerId: phone.activationId, userId: 'alice', csr })
    await refused(call, 'REQUEST_VALIDATION_ERROR', 400, /CSR cannot be read/)
  })
}

test('a CSR that was cut is refused', async () => {
  const phone = await fixture.newPhone()
  const der = pemToDer(await csrOf(phone.key))
  const csr = Buffer.from(der.subarray(0, der.length - 9)).toString('base64')
  const call = fixture.client.createSigner({ signerId: phone.activationId, userId: 'alice', csr })
  await refused(call, 'REQUEST_VALIDATION_ERROR', 400, /CSR cannot be read/)
})

test('an activation that is not in use does not enrol', async () => {
  for (const status of ['CREATED', 'PENDING_COMMIT', 'BLOCKED', 'REMOVED'] as const) {
    const phone = await fixture.newPhone()
    phone.status = status
    const call = fixture.client.createSigner({
      signerId: phone.activationId,
      userId: 'alice',
      csr: await csrOf(phone.key),
    })
    await refused(call, 'ILLEGAL_OPERATION_ERROR', 400, new RegExp(status))
  }
})

test("another user's activation does not enrol", async () => {
  const phone = await fixture.newPhone('alice')
  const call = fixture.client.createSigner({ signerId: phone.activationId, userId: 'bob', csr: await csrOf(phone.key) })
  await refused(call, 'REQUEST_VALIDATION_ERROR', 400, /another user/)
})

test('an unknown activation does not enrol', async () => {
  const { signer } = await generateKeySigner('P-256')
  const call = fixture.client.createSigner({
    signerId: crypto.randomUUID(),
    userId: 'alice',
    csr: await csrOf(signer),
  })
  await refused(call, 'ILLEGAL_OPERATION_ERROR', 400, /REMOVED/)
})

test('PowerAuth out of reach is said so, and nothing is issued', async () => {
  const phone = await fixture.newPhone()
  const issued = fixture.outside.issued.length
  fixture.outside.faults = { powerAuthDown: true }
  const call = fixture.client.createSigner({
    signerId: phone.activationId,
    userId: 'alice',
    csr: await csrOf(phone.key),
  })
  await refused(call, 'CSR_SIGNATURE_VERIFICATION_ERROR', 503, /PowerAuth/)
  fixture.outside.faults = {}
  assert.equal(fixture.outside.issued.length, issued)
})

for (const [fault, code, status] of [
  ['refuses', 'CERTIFICATE_AUTHORITY_ERROR', 400],
  ['down', 'CERTIFICATE_AUTHORITY_ERROR', 503],
  ['other-key', 'CERTIFICATE_PROCESSING_ERROR', 500],
  ['not-in-force', 'CERTIFICATE_PROCESSING_ERROR', 500],
  ['no-chain', 'CERTIFICATE_PROCESSING_ERROR', 500],
  ['strange-issuer', 'CERTIFICATE_PROCESSING_ERROR', 500],
  ['garbage', 'CERTIFICATE_PROCESSING_ERROR', 500],
] as const) {
  test(`CA: ${fault} → ${code} ${status}, and there is no signer`, async () => {
    const phone = await fixture.newPhone()
    fixture.outside.faults = { ca: fault }
    const call = fixture.client.createSigner({
      signerId: phone.activationId,
      userId: 'alice',
      csr: await csrOf(phone.key),
    })
    await refused(call, code, status, /CA/)
    fixture.outside.faults = {}
    await noSigner(phone.activationId)
  })
}

test('a signer that is not ACTIVE does not enrol again', async () => {
  for (const signerStatus of ['BLOCKED', 'REMOVED', 'REVOKED'] as const) {
    const phone = await fixture.newSigner()
    await fixture.client.setSignerStatus(phone.activationId, { signerStatus })
    const call = fixture.client.createSigner({
      signerId: phone.activationId,
      userId: 'alice',
      csr: await csrOf(phone.key),
    })
    await refused(call, 'ILLEGAL_OPERATION_ERROR', 400, new RegExp(signerStatus))
  }
})

test('a signer revoked while the CA issues: refused, and the new certificate is found by the next revocation', async () => {
  const phone = await fixture.newSigner()
  const { client, outside } = fixture
  outside.duringEnrolment = () => client.setSignerStatus(phone.activationId, { signerStatus: 'REVOKED' })
  const call = client.createSigner({ signerId: phone.activationId, userId: 'alice', csr: await csrOf(phone.key) })
  await refused(call, 'ILLEGAL_OPERATION_ERROR', 400, /REVOKED/)
  outside.duringEnrolment = null
  const before = outside.revoked.size
  await client.setSignerStatus(phone.activationId, { signerStatus: 'REVOKED' })
  assert.equal(outside.revoked.size, before + 1)
})

test('two first enrolments at once: one signer, both certificates known', async () => {
  const phone = await fixture.newPhone()
  const csr = await csrOf(phone.key)
  const request = { signerId: phone.activationId, userId: 'alice', csr }
  await Promise.all([fixture.client.createSigner(request), fixture.client.createSigner(request)])
  const before = fixture.outside.revoked.size
  await fixture.client.setSignerStatus(phone.activationId, { signerStatus: 'REVOKED' })
  assert.equal(fixture.outside.revoked.size, before + 2)
})

test('REVOKED revokes every certificate ever issued, with the reason given', async () => {
  const phone = await fixture.newSigner()
  const { client, outside } = fixture
  await client.createSigner({ signerId: phone.activationId, userId: 'alice', csr: await csrOf(phone.key) })
  const before = new Map(outside.revoked)
  await client.setSignerStatus(phone.activationId, { signerStatus: 'REVOKED', revocationReason: 'KEY_COMPROMISE' })
  const added = [...outside.revoked].filter(([serial]) => !before.has(serial))
  assert.deepEqual(
    added.map(([, reason]) => reason),
    ['KEY_COMPROMISE', 'KEY_COMPROMISE'],
  )
  assert.equal((await client.getSigner(phone.activationId)).signerStatus, 'REVOKED')
})

test('a CA out of reach at a revocation: the signer is REVOKED at once, and the same call again ends the work', async () => {
  const phone = await fixture.newSigner()
  const { client, outside } = fixture
  outside.faults = { ca: 'down' }
  await refused(
    client.setSignerStatus(phone.activationId, { signerStatus: 'REVOKED' }),
    'CERTIFICATE_AUTHORITY_ERROR',
    503,
    /CA/,
  )
  outside.faults = {}
  assert.equal((await client.getSigner(phone.activationId)).signerStatus, 'REVOKED')
  const before = outside.revoked.size
  await client.setSignerStatus(phone.activationId, { signerStatus: 'REVOKED' })
  assert.equal(outside.revoked.size, before + 1)
  await client.setSignerStatus(phone.activationId, { signerStatus: 'REVOKED' })
  assert.equal(outside.revoked.size, before + 1)
})

test('a reason that ends nothing does not revoke for good', async () => {
  const phone = await fixture.newSigner()
  for (const revocationReason of ['NOT_REVOKED', 'REMOVE_FROM_CRL', 'CERTIFICATE_HOLD'] as const) {
    const call = fixture.client.setSignerStatus(phone.activationId, { signerStatus: 'REVOKED', revocationReason })
    await refused(call, 'REQUEST_VALIDATION_ERROR', 400, new RegExp(revocationReason))
  }
  assert.equal((await fixture.client.getSigner(phone.activationId)).signerStatus, 'ACTIVE')
})

test('EXPIRED is not for callers, an unknown signer has no status', async () => {
  const phone = await fixture.newSigner()
  await refused(
    fixture.client.setSignerStatus(phone.activationId, { signerStatus: 'EXPIRED' }),
    'ILLEGAL_OPERATION_ERROR',
    400,
    /cannot become EXPIRED/,
  )
  await refused(
    fixture.client.setSignerStatus('nobody', { signerStatus: 'BLOCKED' }),
    'ERROR_RESOURCE_NOT_FOUND',
    400,
    /no such signer/,
  )
})
