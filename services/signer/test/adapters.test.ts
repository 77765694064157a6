/** What PowerAuth and the CA answer, in this service's words. The genuine clients, with answers of the test. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEjbcaClient } from '@cloudsigner/clients/ejbca'
import { createPowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import { cloudSignatureTemplate } from '@cloudsigner/contracts/powerauth-private'
import { createDeviceRegistry } from '../src/adapters/device-registry.ts'
import { ejbcaAuthority } from '../src/adapters/ejbca-authority.ts'
import { SignerProblem } from '../src/domain/signer-problem.ts'

interface Sent {
  readonly url: string
  readonly method: string
  readonly body: unknown
}

/** A fetch that answers this; null for no answer at all. */
function answering(answer: { status: number; body: unknown } | null, sent: Sent[] = []): typeof fetch {
  return async (input, init) => {
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : null
    sent.push({ url: String(input), method: init?.method ?? 'GET', body })
    if (answer === null) throw new TypeError('fetch failed')
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
    return new Response(text, { status: answer.status, headers: { 'content-type': 'application/json' } })
  }
}

const profiles = { caName: 'Issuing', certificateProfile: 'CP', endEntityProfile: 'EEP' }
const authority = (fetch: typeof globalThis.fetch) =>
  ejbcaAuthority(createEjbcaClient({ baseUrl: 'https://ca.example', fetch }), profiles)
const devices = (fetch: typeof globalThis.fetch) =>
  createDeviceRegistry(createPowerAuthPrivateClient({ baseUrl: 'https://pa.example', fetch }))

const problem = (code: string, status: number) => (error: unknown) => {
  assert.ok(error instanceof SignerProblem, String(error))
  assert.deepEqual([error.code, error.status], [code, status])
  return true
}

const request = { username: 'activation', accountBindingId: 'alice', certificationRequest: Uint8Array.of(0x30, 0) }
const certificate = Buffer.from('certificate').toString('base64')

test('a CSR is enrolled as EJBCA wants it: user, account binding, profiles, chain', async () => {
  const sent: Sent[] = []
  const body = {
    certificate,
    serial_number: '0A',
    response_format: 'DER',
    certificate_chain: [certificate],
  }
  const enrolled = await authority(answering({ status: 201, body }, sent)).enrol(request)
  assert.deepEqual(Buffer.from(enrolled.certificate).toString(), 'certificate')
  assert.equal(enrolled.chain.length, 1)
  const [call] = sent
  assert.deepEqual(call, {
    url: 'https://ca.example/v1/certificate/pkcs10enroll',
    method: 'POST',
    body: {
      username: 'activation',
      account_binding_id: 'alice',
      certificate_request: '-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n',
      certificate_authority_name: 'Issuing',
      certificate_profile_name: 'CP',
      end_entity_profile_name: 'EEP',
      include_chain: true,
      response_format: 'DER',
    },
  })
})

const ejbcaError = (status: number) => ({ status, body: { error_code: status, error_message: 'why not' } })

for (const [what, answer, status] of [
  ['400', ejbcaError(400), 400],
  ['403', ejbcaError(403), 400],
  ['422', ejbcaError(422), 400],
  ['500', ejbcaError(500), 503],
  ['503', ejbcaError(503), 503],
  ['no answer', null, 503],
  ['what is none of its answers', { status: 201, body: 'hello' }, 503],
] as const) {
  test(`the CA answers ${what}: CERTIFICATE_AUTHORITY_ERROR ${status}`, async () => {
    const ca = authority(answering(answer))
    await assert.rejects(ca.enrol(request), problem('CERTIFICATE_AUTHORITY_ERROR', status))
    await assert.rejects(ca.findRevocation('CN=CA', '0A'), problem('CERTIFICATE_AUTHORITY_ERROR', status))
    await assert.rejects(ca.revoke('CN=CA', '0A', 'SUPERSEDED'), problem('CERTIFICATE_AUTHORITY_ERROR', status))
  })
}

test('revocation: its reason, or null; one that is revoked already is no error', async () => {
  const status = (revoked: boolean, revocation_reason: string) => ({
    status: 200,
    body: { issuer_dn: 'CN=CA', serial_number: '0A', revoked, revocation_reason },
  })
  assert.equal(await authority(answering(status(false, 'NOT_REVOKED'))).findRevocation('CN=CA', '0A'), null)
  const held = await authority(answering(status(true, 'CERTIFICATE_HOLD'))).findRevocation('CN=CA', '0A')
  assert.equal(held, 'CERTIFICATE_HOLD')
  const sent: Sent[] = []
  await authority(answering(ejbcaError(409), sent)).revoke('CN=CA', '0A', 'KEY_COMPROMISE')
  assert.match(sent[0]?.url ?? '', /\/CN%3DCA\/0A\/revoke\?reason=KEY_COMPROMISE$/)
})

const refusedBy = (code: string) => ({
  status: 400,
  body: { status: 'ERROR', responseObject: { code, message: 'm', localizedMessage: 'm' } },
})

test('PowerAuth verifies a signature by the device, in DER', async () => {
  const sent: Sent[] = []
  const answer = { status: 200, body: { status: 'OK', responseObject: { signatureValid: true } } }
  assert.equal(
    await devices(answering(answer, sent)).verifyDeviceSignature('a', Uint8Array.of(1), Uint8Array.of(2)),
    true,
  )
  assert.deepEqual(sent[0]?.body, {
    requestObject: { activationId: 'a', data: 'AQ==', signature: 'Ag==', signatureFormat: 'DER' },
  })
})

test('a refusal of PowerAuth is an answer: nothing verifies, and the activation is none', async () => {
  const registry = devices(answering(refusedBy('ERR0009')))
  assert.equal(await registry.verifyDeviceSignature('a', Uint8Array.of(1), Uint8Array.of(2)), false)
  assert.deepEqual(await registry.getActivation('a'), { status: 'REMOVED', userId: 'unknown' })
})

const operation = {
  id: 'o',
  userId: 'alice',
  applications: ['bank'],
  externalId: null,
  activationFlag: null,
  operationType: 'cloud_signature',
  templateName: 'cloud_signature',
  data: 'A0*T00*NContract*T00',
  parameters: { approvalHash: '00' },
  additionalData: { activationId: 'a' },
  status: 'APPROVED',
  statusReason: null,
  signatureType: ['POSSESSION_KNOWLEDGE'],
  failureCount: 0,
  maxFailureCount: 5,
  timestampCreated: '2026-06-01T12:00:00.000Z',
  timestampExpires: '2026-06-01T12:05:00.000Z',
  timestampFinalized: '2026-06-01T12:01:00.000Z',
  riskFlags: null,
  proximityOtp: null,
  activationId: 'a',
} as const

test('an operation is asked for by its id alone, so that asking claims it for nobody', async () => {
  const sent: Sent[] = []
  const answer = { status: 200, body: { status: 'OK', responseObject: operation } }
  assert.deepEqual(await devices(answering(answer, sent)).findOperation('o'), operation)
  assert.match(sent[0]?.url ?? '', /\/operation\/detail$/)
  assert.deepEqual(sent[0]?.body, { requestObject: { operationId: 'o' } })
  assert.equal(await devices(answering(refusedBy('ERR0034'))).findOperation('o'), null)
})

test('the template of operations is made once, and one that is there is no error', async () => {
  for (const answer of [
    { status: 200, body: { status: 'OK', responseObject: { ...cloudSignatureTemplate, id: 1 } } },
    refusedBy('ERR0039'),
  ]) {
    const sent: Sent[] = []
    const registry = devices(answering(answer, sent))
    await registry.ensureOperationTemplate()
    await registry.ensureOperationTemplate()
    assert.equal(sent.length, 1)
    assert.match(sent[0]?.url ?? '', /\/operation\/template\/create$/)
    assert.deepEqual(sent[0]?.body, { requestObject: cloudSignatureTemplate })
  }
  const refusing = devices(answering(refusedBy('ERR0024')))
  await assert.rejects(refusing.ensureOperationTemplate(), problem('CSR_SIGNATURE_VERIFICATION_ERROR', 503))
})

for (const [what, answer] of [
  ['nothing', null],
  ['500', { status: 500, body: 'oops' }],
  ['401', { status: 401, body: { status: 'ERROR', responseObject: { code: 'ERR0000', message: 'm' } } }],
  ['what is none of its answers', { status: 200, body: '<html>' }],
] as const) {
  test(`PowerAuth answers ${what}: CSR_SIGNATURE_VERIFICATION_ERROR 503`, async () => {
    const registry = devices(answering(answer))
    const expected = problem('CSR_SIGNATURE_VERIFICATION_ERROR', 503)
    await assert.rejects(registry.getActivation('a'), expected)
    await assert.rejects(registry.verifyDeviceSignature('a', Uint8Array.of(1), Uint8Array.of(2)), expected)
    await assert.rejects(registry.findOperation('o'), expected)
    await assert.rejects(registry.ensureOperationTemplate(), expected)
  })
}

test('certificates of a user are searched for as EJBCA has them; one that cannot be read is a fault of the CA', async () => {
  const sent: Sent[] = []
  const at = new Date('2026-06-01T12:00:00Z')
  const none = { certificates: [], more_results: false }
  assert.deepEqual(
    await authority(answering({ status: 200, body: none }, sent)).findValidCertificates('activation', at),
    [],
  )
  const [call] = sent
  assert.deepEqual(call, {
    url: 'https://ca.example/v1/certificate/search',
    method: 'POST',
    body: {
      max_number_of_results: 400,
      criteria: [
        { property: 'USERNAME', operation: 'EQUAL', value: 'activation' },
        { property: 'STATUS', operation: 'EQUAL', value: 'CERT_ACTIVE' },
        { property: 'STATUS', operation: 'EQUAL', value: 'REVOCATION_REASON_CERTIFICATEHOLD' },
        { property: 'EXPIRE_DATE', operation: 'AFTER', value: '2026-06-01T12:00:00.000Z' },
      ],
    },
  })
  const unreadable = Buffer.from(certificate).toString('base64')
  const body = {
    certificates: [{ certificate: unreadable, serial_number: '0A', response_format: 'DER' }],
    more_results: false,
  }
  await assert.rejects(
    authority(answering({ status: 200, body })).findValidCertificates('activation', at),
    problem('CERTIFICATE_PROCESSING_ERROR', 500),
  )
})
