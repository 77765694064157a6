import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { EjbcaApiError } from '@cloudsigner/clients/ejbca'
import { parseCertificate, parseCrl, pemBlocks, verifyCertificateSignature, verifyCrlSignature } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { openTestEnvironment, type TestEnvironment } from '@cloudsigner/service/testing'
import { derOf, endUserNames, json, names, newCsr, type RunningCa, startCa } from './fixture.ts'

const refusedWith = (status: number, message: RegExp) => (error: unknown) =>
  error instanceof EjbcaApiError && error.code === 'REFUSED' && error.status === status && message.test(error.message)

describe("EJBCA's REST API", () => {
  let environment: TestEnvironment
  let running: RunningCa
  let issuerDn: string
  before(async () => {
    environment = await openTestEnvironment()
    running = await startCa(environment)
    issuerDn = parseCertificate(derOf(running.ca.connection.issuingCertificate)).subject.rfc4514
  })
  after(async () => {
    await running.close()
    await environment.close()
  })
  const enroll = async (username: string) =>
    running.client.enroll({ ...names, username, certificate_request: await newCsr() })

  test('status, CAs and the chain of one', async () => {
    assert.equal((await running.client.status()).status, 'OK')
    const { certificate_authorities: cas } = await running.client.certificateAuthorities()
    const issuing = cas.find(({ name }) => name === 'CloudSigner Issuing CA')
    assert.equal(issuing?.subject_dn, issuerDn)
    const response = await running.rest(`/v1/ca/${encodeURIComponent(issuerDn)}/certificate/download`)
    assert.match(response.headers.get('content-disposition') ?? '', /\.cacert\.pem"$/)
    const chain = pemBlocks(await response.text(), 'CERTIFICATE').map(parseCertificate)
    assert.deepEqual(
      chain.map(({ der }) => der),
      [derOf(running.ca.connection.issuingCertificate), derOf(running.ca.connection.trustRoot)],
    )
  })

  test('a certificate comes with the chain that it hangs from', async () => {
    const { certificate, serialNumber, chain } = await enroll('alice')
    const parsed = parseCertificate(certificate)
    assert.equal(parsed.serialNumber, serialNumber)
    assert.deepEqual(parsed.extensions.keyUsage, ['nonRepudiation'])
    assert.match(parsed.subject.rfc4514, /^serialNumber=[0-9A-F]{16},CN=Alice Novak,/)
    const [issuing, root] = chain.map(parseCertificate)
    assert.ok(issuing && root)
    assert.ok(await verifyCertificateSignature(parsed, issuing.subjectPublicKeyInfo, nodeCrypto))
    assert.ok(await verifyCertificateSignature(issuing, root.subjectPublicKeyInfo, nodeCrypto))
    assert.ok(await verifyCertificateSignature(root, root.subjectPublicKeyInfo, nodeCrypto))
  })

  test('the same user with the same request gets another serial number, and the same subject', async () => {
    const request = { ...names, username: 'renewing', certificate_request: await newCsr() }
    const first = await running.client.enroll(request)
    const second = await running.client.enroll(request)
    assert.notEqual(first.serialNumber, second.serialNumber)
    assert.equal(
      parseCertificate(first.certificate).subject.rfc4514,
      parseCertificate(second.certificate).subject.rfc4514,
    )
  })

  test('hold, release, revocation; each in the CRL at once', async () => {
    const { serialNumber } = await enroll('holding')
    const listed = async () => {
      const crl = parseCrl(await running.client.getLatestCrl(issuerDn))
      const issuing = parseCertificate(derOf(running.ca.connection.issuingCertificate))
      assert.ok(await verifyCrlSignature(crl, issuing.subjectPublicKeyInfo, nodeCrypto))
      return crl.entries.get(serialNumber)?.reason ?? null
    }
    const status = async () => (await running.client.revocationStatus(issuerDn, serialNumber)).revocation_reason
    assert.deepEqual([await status(), await listed()], ['NOT_REVOKED', null])
    await running.client.revoke(issuerDn, serialNumber, 'CERTIFICATE_HOLD')
    assert.deepEqual([await status(), await listed()], ['CERTIFICATE_HOLD', 'certificateHold'])
    await running.client.revoke(issuerDn, serialNumber, 'REMOVE_FROM_CRL')
    assert.deepEqual([await status(), await listed()], ['NOT_REVOKED', null])
    const revoked = await running.client.revoke(issuerDn, serialNumber, 'SUPERSEDED')
    assert.deepEqual([revoked.revoked, revoked.message], [true, 'Successfully revoked'])
    assert.deepEqual([await status(), await listed()], ['SUPERSEDED', 'superseded'])
    await assert.rejects(running.client.revoke(issuerDn, serialNumber, 'SUPERSEDED'), refusedWith(409, /already/))
    await running.client.revoke(issuerDn, serialNumber, 'KEY_COMPROMISE')
    assert.deepEqual([await status(), await listed()], ['KEY_COMPROMISE', 'keyCompromise'])
  })

  test('what a signer searches for to revoke: every valid certificate of a user, held ones too, none once revoked', async () => {
    const serials = [await enroll('searching'), await enroll('searching'), await enroll('searching')].map(
      ({ serialNumber }) => serialNumber,
    )
    await enroll('searching-not')
    const search = async () => {
      const found = await running.client.search({
        max_number_of_results: 400,
        criteria: [
          { property: 'USERNAME', operation: 'EQUAL', value: 'searching' },
          { property: 'STATUS', operation: 'EQUAL', value: 'CERT_ACTIVE' },
          { property: 'STATUS', operation: 'EQUAL', value: 'REVOCATION_REASON_CERTIFICATEHOLD' },
          { property: 'EXPIRE_DATE', operation: 'AFTER', value: new Date().toISOString() },
        ],
      })
      return found.map((der) => parseCertificate(der).serialNumber).sort()
    }
    const [held = '', ...others] = serials
    await running.client.revoke(issuerDn, held, 'CERTIFICATE_HOLD')
    assert.deepEqual(await search(), serials.toSorted())
    await running.client.revoke(issuerDn, held, 'CESSATION_OF_OPERATION')
    assert.deepEqual(await search(), others.toSorted())
    for (const serial of others) await running.client.revoke(issuerDn, serial, 'UNSPECIFIED')
    assert.deepEqual(await search(), [])
  })

  test("a certification authority's own certificate is neither held nor revoked here", async () => {
    const issuing = parseCertificate(derOf(running.ca.connection.issuingCertificate))
    for (const reason of ['CERTIFICATE_HOLD', 'CA_COMPROMISE'] as const) {
      await assert.rejects(
        running.client.revoke(issuing.issuer.rfc4514, issuing.serialNumber, reason),
        refusedWith(403, /authority/),
      )
    }
  })

  test('issuer and serial number are echoed as they were sent, in whatever order and form', async () => {
    const { serialNumber } = await enroll('echoing')
    const dn = `C=CZ, O=CloudSigner, organizationIdentifier=NTRCZ-00000000, CN=cloudsigner issuing ca`
    const serial = `0x00${serialNumber.toLowerCase()}`
    const response = await running.rest(`/v1/certificate/${encodeURIComponent(dn)}/${serial}/revocationstatus`)
    assert.equal(response.status, 200)
    assert.deepEqual(await response.json(), {
      issuer_dn: dn,
      serial_number: serial,
      revoked: false,
      revocation_reason: 'NOT_REVOKED',
    })
  })

  test('a slash in a DN does not split the path', async () => {
    const response = await running.rest(`/v1/ca/${encodeURIComponent('CN=A/B,O=C')}/getLatestCrl`)
    assert.equal(response.status, 404)
    assert.deepEqual(await response.json(), { error_code: 404, error_message: "CA 'CN=A/B,O=C' does not exist." })
  })

  const revoke = (query: string, serial: string, init: RequestInit = { method: 'PUT' }) =>
    running.rest(`/v1/certificate/${encodeURIComponent(issuerDn)}/${serial}/revoke${query}`, init)

  test('revoke with no body, with {} and with an empty body announced as JSON', async () => {
    for (const init of [
      { method: 'PUT' },
      json({}, 'PUT'),
      { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '' },
    ]) {
      const { serialNumber } = await enroll('bodies')
      assert.equal((await revoke('?reason=UNSPECIFIED', serialNumber, init)).status, 200)
    }
  })

  for (const [name, query, status, message] of [
    ['without a reason', '', 400, /^Invalid revocation reason\.$/],
    ['with an unknown reason', '?reason=BORED', 400, /^Invalid revocation reason\.$/],
    [
      'with a date in the future',
      '?reason=SUPERSEDED&date=2099-01-01T00:00:00Z',
      400,
      /^Revocation date in the future: '/,
    ],
    ['with a date that is none', '?reason=SUPERSEDED&date=tomorrow', 400, /ISO 8601/],
    ['with a date long past', '?reason=SUPERSEDED&date=2020-01-01T00:00:00Z', 422, /^Back dated/],
    ['of one that is not on hold, as a release', '?reason=REMOVE_FROM_CRL', 409, /not on hold/],
  ] as const) {
    test(`revoke ${name}: ${status}`, async () => {
      const { serialNumber } = await enroll('negative')
      const response = await revoke(query, serialNumber)
      const body = (await response.json()) as { error_code: number; error_message: string }
      assert.deepEqual([response.status, body.error_code], [status, status])
      assert.match(body.error_message, message)
      assert.equal((await running.client.revocationStatus(issuerDn, serialNumber)).revoked, false)
    })
  }

  test('an unknown serial number is 404, one that is no hex 400', async () => {
    await assert.rejects(running.client.revocationStatus(issuerDn, '1234567890ABCDEF'), refusedWith(404, /not found/))
    await assert.rejects(
      running.client.revocationStatus(issuerDn, 'xyz'),
      refusedWith(400, /^Invalid serial number format/),
    )
    await assert.rejects(running.client.revocationStatus(issuerDn, '1'.repeat(41)), refusedWith(400, /^Invalid serial/))
    await assert.rejects(running.client.revocationStatus('CN=Nobody', '11'), refusedWith(404, /does not exist/))
    await assert.rejects(running.client.revoke(issuerDn, '1234', 'SUPERSEDED'), refusedWith(404, /not found/))
  })

  test('createcrl counts up', async () => {
    const make = async () => {
      const response = await running.rest(`/v1/ca/${encodeURIComponent(issuerDn)}/createcrl?deltacrl=false`, {
        method: 'POST',
      })
      return (await response.json()) as { latest_crl_version: number; all_success: boolean }
    }
    const [first, second] = [await make(), await make()]
    assert.equal(second.latest_crl_version, first.latest_crl_version + 1)
    assert.equal(second.all_success, true)
    assert.equal(parseCrl(await running.client.getLatestCrl(issuerDn)).crlNumber, BigInt(second.latest_crl_version))
  })

  test('delta CRLs and partitions do not exist', async () => {
    const at = `/v1/ca/${encodeURIComponent(issuerDn)}`
    assert.equal((await running.rest(`${at}/getLatestCrl?deltaCrl=true`)).status, 404)
    assert.equal((await running.rest(`${at}/getLatestCrl?crlPartitionIndex=3`)).status, 404)
    assert.equal((await running.rest(`${at}/createcrl?deltacrl=true`, { method: 'POST' })).status, 400)
  })

  test('search finds by user name, twice encoded, and says where there is more', async () => {
    await enroll('searched-1')
    await enroll('searched-2')
    const search = async (body: unknown) => {
      const response = await running.rest('/v1/certificate/search', json(body))
      return (await response.json()) as {
        certificates: { certificate: string; serial_number: string }[]
        more_results: boolean
      }
    }
    const criteria = [{ property: 'USERNAME', value: 'searched-', operation: 'BEGINS_WITH' }]
    const all = await search({ max_number_of_results: 10, criteria })
    assert.deepEqual([all.certificates.length, all.more_results], [2, false])
    const one = await search({ max_number_of_results: 1, criteria })
    assert.deepEqual([one.certificates.length, one.more_results], [1, true])
    const [found] = one.certificates
    const der = Buffer.from(Buffer.from(found?.certificate ?? '', 'base64').toString(), 'base64')
    assert.equal(parseCertificate(new Uint8Array(der)).serialNumber, found?.serial_number)
    const none = await search({
      max_number_of_results: 10,
      criteria: [{ property: 'QUERY', value: 'sear%', operation: 'LIKE' }],
    })
    assert.equal(none.certificates.length, 0)
  })

  const criterion = { property: 'QUERY', operation: 'EQUAL', value: 'a' }
  for (const [name, body, message] of [
    [
      '401 results',
      { max_number_of_results: 401, criteria: [criterion] },
      'Invalid maximum number of results, cannot be more than 400.',
    ],
    [
      'no result',
      { max_number_of_results: 0, criteria: [criterion] },
      'Invalid maximum number of results, cannot be less than 1.',
    ],
    ['no limit', { criteria: [criterion] }, 'Invalid maximum number of results, cannot be less than 1.'],
    [
      'a limit of null',
      { max_number_of_results: null, criteria: [criterion] },
      'Invalid maximum number of results, cannot be less than 1.',
    ],
    ['no criteria', { max_number_of_results: 1 }, 'Invalid criteria value, cannot be empty.'],
    ['an empty list', { max_number_of_results: 1, criteria: [] }, 'Invalid criteria value, cannot be empty.'],
    [
      'an empty value',
      { max_number_of_results: 1, criteria: [{ ...criterion, value: '' }] },
      'Invalid criteria value, cannot be empty.',
    ],
    [
      'a missing value',
      { max_number_of_results: 1, criteria: [{ ...criterion, value: undefined }] },
      'Invalid criteria value, cannot be empty.',
    ],
    [
      'an unknown property',
      { max_number_of_results: 1, criteria: [{ ...criterion, property: 'SHOE_SIZE' }] },
      "Invalid search criteria's property, unrecognized.",
    ],
    [
      'an unknown operation',
      { max_number_of_results: 1, criteria: [{ ...criterion, operation: 'NEAR' }] },
      "Invalid search criteria's operation, unrecognized.",
    ],
  ] as const) {
    test(`search refuses ${name}`, async () => {
      const response = await running.rest('/v1/certificate/search', json(body))
      assert.equal(response.status, 400)
      assert.deepEqual(await response.json(), { error_code: 400, error_message: message })
    })
  }

  test('expire pages through what ends', async () => {
    const page = async (query: string) => {
      const response = await running.rest(`/v1/certificate/expire?${query}`)
      return (await response.json()) as {
        pagination_rest_response_component: { more_results: boolean; next_offset: number; number_of_results: number }
        certificates_rest_response: { certificates: { certificate: string }[] }
      }
    }
    const first = await page('days=36500&offset=0&maxNumberOfResults=2')
    assert.deepEqual(first.pagination_rest_response_component.next_offset, 2)
    assert.equal(first.pagination_rest_response_component.more_results, true)
    assert.equal(first.certificates_rest_response.certificates.length, 2)
    const none = await page('days=0&maxNumberOfResults=2')
    assert.deepEqual(none.pagination_rest_response_component, {
      more_results: false,
      next_offset: 2,
      number_of_results: -2,
    })
  })

  test('what Community lacks is not found, in its error body', async () => {
    for (const path of ['/v1/endentity/status', '/v2/certificate/search', '/v1/cryptotoken']) {
      const response = await running.rest(path)
      assert.deepEqual([response.status, ((await response.json()) as { error_code: number }).error_code], [404, 404])
    }
  })

  test('the open profile takes a subject of CN alone', async () => {
    const { certificate } = await running.client.enroll({
      ...endUserNames,
      username: 'walk',
      certificate_request: await newCsr('CN=walk'),
    })
    assert.equal(parseCertificate(certificate).subject.rfc4514, 'CN=walk')
  })

  test('no private key and no request is in the log', () => {
    assert.doesNotMatch(environment.logger.text(), /PRIVATE KEY|CERTIFICATE REQUEST/)
  })
})
