import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { derToPem, extKeyUsage, issueCertificate, keyUsage, parseCertificate } from '@cloudsigner/pki'
import { generateKeySigner } from '@cloudsigner/pki/node'
import { openTestEnvironment, type TestEnvironment } from '@cloudsigner/service/testing'
import { csrOf, derOf, endUserNames, json, type RunningCa, startCa } from './fixture.ts'

describe('access to the REST API', () => {
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
  const clientAuth = '1.3.6.1.5.5.7.3.2'
  const search = json({
    max_number_of_results: 1,
    criteria: [{ property: 'USERNAME', value: 'x', operation: 'EQUAL' }],
  })

  /** A certificate that this CA's signers could have: the trust root's, for TLS clients. */
  async function signerCredentials() {
    const { signer, pkcs8 } = await generateKeySigner('P-256')
    const { certificate } = await running.client.enroll({
      ...endUserNames,
      username: 'mallory',
      certificate_request: derToPem(await csrOf(signer, 'CN=CloudSigner Administrator'), 'CERTIFICATE REQUEST'),
    })
    return { cert: derToPem(certificate, 'CERTIFICATE'), key: derToPem(pkcs8, 'PRIVATE KEY') }
  }

  async function selfSigned() {
    const { signer, pkcs8 } = await generateKeySigner('P-256')
    const name = parseCertificate(derOf(running.ca.connection.clientCertificate)).subject
    const der = await issueCertificate(
      {
        serialNumber: Uint8Array.of(0x11),
        issuer: name,
        subject: name,
        notBefore: new Date(Date.now() - 60_000),
        notAfter: new Date(Date.now() + 3_600_000),
        subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
        extensions: [keyUsage('digitalSignature'), extKeyUsage([clientAuth])],
      },
      signer,
    )
    return { cert: derToPem(der, 'CERTIFICATE'), key: derToPem(pkcs8, 'PRIVATE KEY') }
  }

  test('status asks nobody', async () => {
    for (const path of ['/v1/ca/status', '/v1/certificate/status']) {
      assert.equal((await running.restAs(null, path)).status, 200)
    }
  })

  test('beside the base path, and below it where no route is, there is nothing', async () => {
    for (const path of ['/../ejbca-rest-apiX/v1/ca', '/v1', '/v1/nothing']) {
      assert.equal((await running.rest(path)).status, 404)
    }
  })

  test('no certificate: 403 in the words of EJBCA', async () => {
    const response = await running.restAs(null, '/v1/ca')
    assert.equal(response.status, 403)
    assert.deepEqual(await response.json(), {
      error_code: 403,
      error_message: 'Error no client certificate or OAuth token received for authentication.',
    })
  })

  test('a certificate of another CA, be it of the same name, is no certificate', async () => {
    for (const credentials of [await selfSigned(), await signerCredentials()]) {
      for (const [path, init] of [
        ['/v1/ca', {}],
        ['/v1/certificate/search', search],
      ] as const) {
        const response = await running.restAs(credentials, path, init)
        assert.equal(response.status, 403)
        assert.match(await response.text(), /no client certificate/)
      }
    }
  })

  test('an administrator removed from the list may still read, and one whose certificate is revoked may nothing', async () => {
    const db = environment.database.forSchema<{ administrator: { fingerprint: string } }>('ca')
    const admin = { cert: running.ca.connection.clientCertificate, key: running.ca.connection.clientKey }
    const dn = parseCertificate(derOf(running.ca.connection.tlsCa)).subject.rfc4514
    const { serialNumber } = parseCertificate(derOf(admin.cert))
    await running.client.revoke(dn, serialNumber, 'CERTIFICATE_HOLD')
    const held = await running.restAs(admin, '/v1/certificate/search', search)
    assert.equal(held.status, 403)
    assert.match(await held.text(), /revoked/)
    const update = environment.database.forSchema<{
      certificate: { serial_number: string; revocation_reason: string; revoked_at: Date | null }
    }>('ca')
    await update
      .updateTable('certificate')
      .set({ revocation_reason: 'NOT_REVOKED', revoked_at: null })
      .where('serial_number', '=', serialNumber)
      .execute()
    await db.deleteFrom('administrator').execute()
    assert.equal((await running.restAs(admin, '/v1/certificate/search', search)).status, 200)
    const refused = await running.restAs(admin, '/v1/ca')
    assert.equal(refused.status, 403)
    assert.match(await refused.text(), /Administrator is not authorized to resource \/administrator/)
  })

  test('a browser must carry the header that a page of another origin cannot', async () => {
    const browser = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }
    const admin = { cert: running.ca.connection.clientCertificate, key: running.ca.connection.clientKey }
    const without = { ...browser, 'x-keyfactor-requested-with': '' }
    const refused = await running.restAs(admin, '/v1/ca/status', { headers: without })
    assert.equal(refused.status, 403)
    const allowed = { ...browser, 'x-keyfactor-requested-with': 'X' }
    assert.equal((await running.restAs(admin, '/v1/ca/status', { headers: allowed })).status, 200)
  })
})
