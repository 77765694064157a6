import assert from 'node:assert/strict'
import { createSign, generateKeyPairSync } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import {
  assembleCertificationRequest,
  buildCertificationRequestInfo,
  derToPem,
  encodeBase64,
  nameFromString,
  parseCertificate,
  parseSignedData,
  pemToDer,
} from '@cloudsigner/pki'
import { generateKeySigner, keySigner } from '@cloudsigner/pki/node'
import { openTestEnvironment, type TestEnvironment } from '@cloudsigner/service/testing'
import { csrOf, derOf, endUserNames, json, names, newCsr, type RunningCa, startCa } from './fixture.ts'

interface Answer {
  readonly certificate: string
  readonly serial_number: string
  readonly response_format: string
  readonly certificate_chain?: string[]
  readonly error_code?: number
  readonly error_message?: string
}

describe('pkcs10enroll', () => {
  let environment: TestEnvironment
  let running: RunningCa
  before(async () => {
    environment = await openTestEnvironment()
    running = await startCa(environment)
  })
  after(async () => {
    await running.close()
    await environment.close()
  })

  async function enroll(change: Record<string, unknown> = {}): Promise<{ status: number; body: Answer }> {
    const request = { ...names, username: 'alice', certificate_request: await newCsr(), ...change }
    const response = await running.rest('/v1/certificate/pkcs10enroll', json(request))
    return { status: response.status, body: (await response.json()) as Answer }
  }
  const der = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

  test('201, the chain only where asked for', async () => {
    const bare = await enroll()
    assert.deepEqual([bare.status, bare.body.response_format, bare.body.certificate_chain], [201, 'DER', undefined])
    assert.match(bare.body.serial_number, /^[1-9A-F][0-9A-F]+$/)
    assert.equal((await enroll({ include_chain: true })).body.certificate_chain?.length, 2)
  })

  test('members that are unknown or null are ignored', async () => {
    assert.equal((await enroll({ unknown: 1, email: null, password: null, extension_data: null })).status, 201)
  })

  test('PEM and PKCS7 where asked for', async () => {
    const pem = await enroll({ response_format: 'PEM' })
    assert.equal(pem.body.response_format, 'PEM')
    parseCertificate(derOf(Buffer.from(pem.body.certificate, 'base64').toString()))
    const pkcs7 = await enroll({ response_format: 'PKCS7' })
    const cms = pemToDer(Buffer.from(pkcs7.body.certificate, 'base64').toString(), 'PKCS7')
    assert.equal(parseSignedData(cms).certificates.length, 3)
  })

  test('subject_dn overrides the subject of the request', async () => {
    const { body } = await enroll({ subject_dn: 'C=SK,pseudonym=Poet,CN=The Poet,serialNumber=42' })
    assert.equal(
      parseCertificate(der(body.certificate)).subject.rfc4514,
      'C=SK,pseudonym=Poet,CN=The Poet,serialNumber=42',
    )
  })

  test('limits of validity in either form', async () => {
    const start = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_600_000)
    const end = new Date(start.getTime() + 24 * 3_600_000)
    const iso = (date: Date) => `${date.toISOString().slice(0, 19)}Z`
    for (const form of [iso, (date: Date) => iso(date).replace('T', ' ').replace('Z', '')]) {
      const { body } = await enroll({ start_time: form(start), end_time: form(end) })
      const { notBefore, notAfter } = parseCertificate(der(body.certificate))
      assert.deepEqual([notBefore, notAfter], [start, end])
    }
  })

  test('the validity is a year, and never beyond the CA', async () => {
    const { body } = await enroll({ end_time: '2099-01-01T00:00:00Z' })
    const { notBefore, notAfter } = parseCertificate(der(body.certificate))
    assert.equal(notAfter.getTime() - notBefore.getTime(), 365 * 86_400_000 - 1000)
  })

  test('P-384 and RSA keys of 2048 bits are taken', async () => {
    const { signer } = await generateKeySigner('P-384')
    assert.equal(
      (await enroll({ certificate_request: derToPem(await csrOf(signer), 'CERTIFICATE REQUEST') })).status,
      201,
    )
    const rsa = keySigner(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
    assert.equal((await enroll({ certificate_request: encodeBase64(await csrOf(rsa)) })).status, 201)
  })

  test('names of other scripts arrive whole', async () => {
    const { body } = await enroll({
      certificate_request: await newCsr('CN=Žofie Ďurčíková,givenName=Žofie,SN=Ďurčíková,C=CZ'),
    })
    assert.match(parseCertificate(der(body.certificate)).subject.rfc4514, /CN=Žofie Ďurčíková/)
  })

  test('a bare common name, as stock EJBCA clients send it, is completed to a natural person under a pseudonym', async () => {
    const { status, body } = await enroll({ certificate_request: await newCsr('CN=alice') })
    assert.equal(status, 201)
    const { subject } = parseCertificate(der(body.certificate))
    assert.match(subject.rfc4514, /^serialNumber=[0-9A-F]{16},pseudonym=alice,CN=alice,C=CZ$/)
    const { body: slovak } = await enroll({ certificate_request: await newCsr('CN=Alice,C=SK') })
    assert.match(parseCertificate(der(slovak.certificate)).subject.rfc4514, /pseudonym=Alice,CN=Alice,C=SK$/)
  })

  async function refused(change: Record<string, unknown>, status: number, message: RegExp): Promise<void> {
    const count = () =>
      environment.database
        .forSchema<{ certificate: { serial_number: string } }>('ca')
        .selectFrom('certificate')
        .select('serial_number')
        .execute()
    const before = (await count()).length
    const answer = await enroll(change)
    assert.deepEqual([answer.status, answer.body.error_code], [status, status])
    assert.match(answer.body.error_message ?? '', message)
    assert.equal((await count()).length, before, 'nothing is stored of a refused request')
  }

  test('a request signed by another key is refused: no proof of possession', async () => {
    const [{ signer: own }, { signer: other }] = [await generateKeySigner('P-256'), await generateKeySigner('P-256')]
    const { subjectPublicKeyInfo } = own
    const info = buildCertificationRequestInfo({
      subject: nameFromString('CN=x,givenName=x,C=CZ'),
      subjectPublicKeyInfo,
    })
    const stolen = derToPem(assembleCertificationRequest(info, await other.sign(info)), 'CERTIFICATE REQUEST')
    await refused({ certificate_request: stolen }, 400, /Proof of possession/)
  })

  test("another user's key is refused, one's own is certified again", async () => {
    const own = await newCsr()
    assert.equal((await enroll({ username: 'keyholder', certificate_request: own })).status, 201)
    assert.equal((await enroll({ username: 'keyholder', certificate_request: own })).status, 201)
    await refused({ username: 'mallory', certificate_request: own }, 400, /^User 'mallory' may not use this key/)
  })

  test('of two users who bring one key at once, one gets a certificate', async () => {
    const certificate_request = await newCsr()
    const answers = await Promise.all(
      ['first', 'second', 'third'].map((username) => enroll({ username, certificate_request })),
    )
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 400, 400])
  })

  test('weak and unknown keys are refused', async () => {
    const pem = (signer: Uint8Array) => derToPem(signer, 'CERTIFICATE REQUEST')
    const rsa = keySigner(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey)
    await refused({ certificate_request: pem(await csrOf(rsa)) }, 422, /2048/)
    const p521 = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey)
    await refused({ certificate_request: pem(await csrOf(p521)) }, 422, /P-256/)
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
    const info = buildCertificationRequestInfo({
      subject: nameFromString('CN=x,C=CZ'),
      subjectPublicKeyInfo: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
    })
    const signature = new Uint8Array(createSign('sha256').update(info).sign(privateKey))
    const ecdsaWithSha256 = Uint8Array.from(Buffer.from('300a06082a8648ce3d040302', 'hex'))
    await refused(
      { certificate_request: pem(assembleCertificationRequest(info, signature, ecdsaWithSha256)) },
      400,
      /Proof/,
    )
  })

  for (const [name, change, status, message] of [
    ['an unknown CA', { certificate_authority_name: 'None' }, 404, /^CA 'None' does not exist/],
    ['an unknown certificate profile', { certificate_profile_name: 'None' }, 404, /^Certificate profile 'None'/],
    ['an unknown end entity profile', { end_entity_profile_name: 'None' }, 404, /^End entity profile 'None'/],
    [
      'profiles that do not go together',
      { certificate_profile_name: 'ENDUSER' },
      422,
      /not allowed in end entity profile/,
    ],
    ['the root as issuer', { certificate_authority_name: 'CloudSigner Root CA' }, 422, /not allowed/],
    ['the management CA as issuer', { certificate_authority_name: 'CloudSigner Management CA' }, 422, /not allowed/],
    ['something else than a request', { certificate_request: 'hello' }, 400, /^Invalid certificate request/],
    ['a cut request', { certificate_request: 'MIIB' }, 400, /^Invalid certificate request/],
    ['a response format that is none', { response_format: 'XML' }, 400, /response_format/],
    [
      'an attribute that the profile lacks',
      { subject_dn: 'CN=a,givenName=a,C=CZ,emailAddress=a@example.com' },
      422,
      /emailAddress is not allowed/,
    ],
    ['a subject without common name', { subject_dn: 'givenName=a,C=CZ' }, 422, /CN is required/],
    ['name and pseudonym at once', { subject_dn: 'CN=a,givenName=a,SN=b,pseudonym=c,C=CZ' }, 422, /not both/],
    ['two countries', { subject_dn: 'CN=a,givenName=a,C=CZ,C=SK' }, 422, /one country/],
    ['a country in lower case', { subject_dn: 'CN=a,givenName=a,C=cz' }, 422, /upper-case/],
    [
      'a serialNumber that is not printable',
      { subject_dn: 'CN=a,givenName=a,C=CZ,serialNumber=č' },
      422,
      /PrintableString/,
    ],
    ['an empty subject', { subject_dn: ' ' }, 422, /empty/],
    ['a subject that is no DN', { subject_dn: 'Alice' }, 422, /subject_dn/],
    ['control characters', { subject_dn: 'CN=a\\07,givenName=a,C=CZ' }, 422, /control/],
    ['a validity that has ended', { end_time: '2020-01-01 00:00:00' }, 422, /validity/],
    ['a validity that began long ago', { start_time: '2020-01-01 00:00:00' }, 422, /validity/],
    ['a time that is none', { start_time: 'soon' }, 400, /start_time/],
    ['no username', { username: undefined }, 400, /username/],
    ['a username of control characters', { username: 'a\u0000b' }, 400, /username/],
    ['a member of the wrong type', { include_chain: 'yes' }, 400, /include_chain/],
  ] as const) {
    test(`refuses ${name}: ${status}`, () => refused(change, status, message))
  }

  for (const [name, init, status] of [
    ['truncated JSON', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"username":' }, 400],
    ['no body', { method: 'POST' }, 400],
    ['another content type', { method: 'POST', headers: { 'content-type': 'text/xml' }, body: '<a/>' }, 415],
    ['2 MB', json({ certificate_request: 'A'.repeat(2_000_000) }), 413],
    [
      '__proto__',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"__proto__":{"a":1}}' },
      400,
    ],
    ['another method', { method: 'PUT' }, 405],
  ] as const) {
    test(`refuses ${name}: ${status}`, async () => {
      const response = await running.rest('/v1/certificate/pkcs10enroll', init)
      assert.deepEqual([response.status, ((await response.json()) as Answer).error_code], [status, status])
    })
  }

  test('the open profile takes any subject but an empty one', async () => {
    const { status, body } = await enroll({ ...endUserNames, subject_dn: 'CN=x,emailAddress=a@example.com,2.999.1=y' })
    assert.equal(status, 201)
    assert.match(parseCertificate(der(body.certificate)).subject.rfc4514, /2\.999\.1=y/)
    await refused({ ...endUserNames, subject_dn: ' ' }, 422, /empty/)
  })
})
