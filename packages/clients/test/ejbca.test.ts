import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createEjbcaClient, EjbcaApiError } from '@cloudsigner/clients/ejbca'

interface Asked {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: unknown
}

/** A CA that always gives the same answer, and remembers what it was asked. */
function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const asked: Asked[] = []
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    const sent = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    asked.push({ url: String(url), method: init.method ?? 'GET', headers: new Headers(init.headers), body: sent })
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } })
  }
  return { asked, client: createEjbcaClient({ baseUrl: 'https://ca.example/ejbca/ejbca-rest-api', fetch }) }
}

const request = {
  certificate_request: 'MIIB',
  certificate_profile_name: 'A',
  end_entity_profile_name: 'B',
  certificate_authority_name: 'C',
  username: 'alice',
}

describe('the EJBCA client', () => {
  test('enrols with the chain, in DER, and reads it', async () => {
    const body = {
      certificate: 'AQI=',
      serial_number: '1A',
      response_format: 'DER',
      certificate_chain: ['AwQ=', 'BQ=='],
    }
    const { asked, client } = answering(201, body)
    assert.deepEqual(await client.enroll(request), {
      certificate: Uint8Array.of(1, 2),
      serialNumber: '1A',
      chain: [Uint8Array.of(3, 4), Uint8Array.of(5)],
    })
    assert.equal(asked[0]?.url, 'https://ca.example/ejbca/ejbca-rest-api/v1/certificate/pkcs10enroll')
    assert.deepEqual(asked[0]?.body, { ...request, include_chain: true, response_format: 'DER' })
  })

  test('a chain of null is an empty one', async () => {
    const body = { certificate: 'AQI=', serial_number: '1A', response_format: 'DER', certificate_chain: null }
    assert.deepEqual((await answering(201, body).client.enroll(request)).chain, [])
  })

  test('a DN is one path segment', async () => {
    const { asked, client } = answering(200, { crl: 'AQ==', response_format: 'DER' })
    assert.deepEqual(await client.getLatestCrl('CN=A/B,O=C, D'), Uint8Array.of(1))
    assert.equal(
      asked[0]?.url,
      'https://ca.example/ejbca/ejbca-rest-api/v1/ca/CN%3DA%2FB%2CO%3DC%2C%20D/getLatestCrl?deltaCrl=false&crlPartitionIndex=0',
    )
  })

  test('every call carries the header that browsers need', async () => {
    const { asked, client } = answering(200, { status: 'OK', version: '1.0', revision: 'x' })
    await client.status()
    assert.ok(asked[0]?.headers.has('x-keyfactor-requested-with'))
  })

  test('revocation: reason in the query, dates of the server as they are', async () => {
    const body = {
      issuer_dn: 'CN=C',
      serial_number: '1A',
      revoked: true,
      revocation_reason: 'SUPERSEDED',
      revocation_date: '2026-06-01T12:00:00+00:00',
    }
    const { asked, client } = answering(200, body)
    assert.deepEqual(await client.revoke('CN=C', '1A', 'SUPERSEDED'), body)
    assert.deepEqual(
      [asked[0]?.method, asked[0]?.url.endsWith('/v1/certificate/CN%3DC/1A/revoke?reason=SUPERSEDED')],
      ['PUT', true],
    )
    assert.equal(asked[0]?.body, undefined)
  })

  test('the chain is the PEM text', async () => {
    const pem = '-----BEGIN CERTIFICATE-----\nAQ==\n-----END CERTIFICATE-----\n'
    const { client } = answering(200, pem, { 'content-type': 'application/octet-stream' })
    assert.equal(await client.caCertificateChain('CN=C'), pem)
  })

  const failing = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => assert.fail('no error'),
      (reason: unknown) => reason,
    )
    assert.ok(error instanceof EjbcaApiError)
    return [error.code, error.status, error.message]
  }

  for (const [status, code] of [
    [400, 'REFUSED'],
    [403, 'REFUSED'],
    [404, 'REFUSED'],
    [409, 'REFUSED'],
    [422, 'REFUSED'],
    [500, 'FAILED'],
    [503, 'FAILED'],
  ] as const) {
    test(`${status} is ${code}, with the sentence of the CA`, async () => {
      const { client } = answering(status, { error_code: status, error_message: 'Because.' })
      assert.deepEqual(await failing(client.enroll(request)), [code, status, 'Because.'])
    })
  }

  test("a container's page is told by its status", async () => {
    const { client } = answering(403, '<html>', { 'content-type': 'text/html' })
    assert.deepEqual(await failing(client.status()), ['REFUSED', 403, 'The CA answered with HTTP status 403'])
  })

  for (const [name, body] of [
    ['text', 'hello'],
    ['a member missing', { certificate: 'AQ==', response_format: 'DER' }],
    ['another format', { certificate: 'AQ==', serial_number: '1', response_format: 'PEM' }],
    ['no Base64', { certificate: '!', serial_number: '1', response_format: 'DER' }],
  ] as const) {
    test(`an answer that is none: ${name}`, async () => {
      const [code] = await failing(answering(201, body).client.enroll(request))
      assert.equal(code, 'UNEXPECTED_ANSWER')
    })
  }

  test('no answer at all', async () => {
    const fetch = async () => {
      throw new TypeError('fetch failed')
    }
    const client = createEjbcaClient({ baseUrl: 'https://ca.example', fetch })
    assert.deepEqual((await failing(client.status())).slice(0, 2), ['UNREACHABLE', 0])
  })
})
