import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose'
import {
  bearerAuthentication,
  createHttpServer,
  fixedCredentials,
  HttpFault,
  type HttpServer,
  parseBasicAuthorization,
} from '../../src/index.ts'
import { createCaptureLogger, createFixedClock } from '../../src/testing/index.ts'

test('Basic credentials are read as they were written (RFC 7617), the first colon being the divider', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 50 }),
      fc.string({ unit: 'grapheme', maxLength: 50 }),
      (user, password) => {
        fc.pre(!user.includes(':'))
        const header = `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`
        assert.deepEqual(parseBasicAuthorization(header), { user, password })
      },
    ),
  )
})

for (const header of [
  undefined,
  '',
  'Basic',
  'Basic ',
  'Basic dQ',
  'basic',
  `Basic ${'A'.repeat(2000)}`,
  'Basic dTpw dTpw',
])
  test(`no Basic credentials: ${header?.slice(0, 20)}`, () => {
    assert.equal(parseBasicAuthorization(header), undefined)
  })

test('only the exact pair is known, however the characters are divided', () => {
  const verify = fixedCredentials([
    { user: 'a', password: 'b:c' },
    { user: 'x', password: 'y' },
  ])
  assert.ok(verify({ user: 'a', password: 'b:c' }))
  assert.ok(verify({ user: 'x', password: 'y' }))
  for (const [user, password] of [
    ['a:b', 'c'],
    ['a', 'b'],
    ['x', 'b:c'],
    ['', ''],
    ['x', 'y '],
  ])
    assert.equal(verify({ user: user ?? '', password: password ?? '' }), false)
})

const clock = createFixedClock('2026-06-01T12:00:00Z')
const issuer = 'https://login.example.com/'
const audience = 'cloudsigner'
let server: HttpServer
let keys: Awaited<ReturnType<typeof generateKeyPair>>
let stranger: Awaited<ReturnType<typeof generateKeyPair>>

before(async () => {
  keys = await generateKeyPair('ES256')
  stranger = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' }
  server = await createHttpServer({
    name: 'x',
    title: 'X',
    version: '1',
    logger: createCaptureLogger(),
    bodyLimitBytes: 100,
    formatError: (error) => ({ status: error instanceof HttpFault ? error.status : 400, body: { code: error.code } }),
  })
  server.addHook(
    'onRequest',
    bearerAuthentication({ realm: 'x', issuer, audience, keys: createLocalJWKSet({ keys: [jwk] }), clock }),
  )
  server.get('/who', async (request) => ({ who: request.principal }))
})
after(() => server.close())

interface TokenChanges {
  readonly claims?: Record<string, unknown>
  readonly kid?: string
  readonly by?: CryptoKey
  readonly expiresIn?: number
}

function token({ claims = {}, kid = 'k1', by = keys.privateKey, expiresIn = 60 }: TokenChanges = {}): Promise<string> {
  const now = Math.floor(clock.now().getTime() / 1000)
  return new SignJWT({ iss: issuer, aud: audience, sub: 'bank', exp: now + expiresIn, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid })
    .sign(by)
}

async function ask(bearer: string | undefined) {
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
  const answer = await server.inject({ method: 'GET', url: '/who', headers })
  return { status: answer.statusCode, body: answer.json(), challenge: answer.headers['www-authenticate'] }
}

test('a token of the issuer, for us, in force, is a principal', async () => {
  assert.deepEqual((await ask(await token())).body, { who: 'bank' })
  assert.deepEqual((await ask(await token({ claims: { aud: ['other', audience] } }))).body, { who: 'bank' })
  assert.equal((await ask(await token({ expiresIn: -29 }))).status, 200, 'clocks may differ by 30 s')
})

test('without a token the challenge names no error, with a bad one it does (RFC 6750 §3.1)', async () => {
  assert.equal((await ask(undefined)).challenge, 'Bearer realm="x"')
  assert.equal((await ask('nonsense')).challenge, 'Bearer realm="x", error="invalid_token"')
})

const refused: Readonly<Record<string, () => Promise<string>>> = {
  'of another issuer': () => token({ claims: { iss: 'https://login.example.com' } }),
  'for another audience': () => token({ claims: { aud: 'other' } }),
  expired: () => token({ expiresIn: -31 }),
  'not yet in force': () => token({ claims: { nbf: Math.floor(clock.now().getTime() / 1000) + 60 } }),
  'without an expiry': () => token({ claims: { exp: undefined } }),
  'without a subject': () => token({ claims: { sub: undefined } }),
  "signed by a stranger's key": () => token({ by: stranger.privateKey }),
  'signed by an unknown key': () => token({ kid: 'k2', by: stranger.privateKey }),
  'with a changed body': async () => {
    const [header, , signature] = (await token()).split('.')
    const body = Buffer.from(JSON.stringify({ iss: issuer, aud: audience, sub: 'admin', exp: 9e9 })).toString(
      'base64url',
    )
    return `${header}.${body}.${signature}`
  },
  'with algorithm none': async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${part({ alg: 'none' })}.${part({ iss: issuer, aud: audience, sub: 'bank', exp: 9e9 })}.`
  },
  'signed by a shared secret': () =>
    new SignJWT({ iss: issuer, aud: audience, sub: 'bank', exp: 9e9 })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(new TextEncoder().encode('a secret of thirty-two characters!')),
}
for (const [name, make] of Object.entries(refused))
  test(`a token is refused: ${name}`, async () => {
    const { status, body } = await ask(await make())
    assert.equal(status, 401)
    assert.deepEqual(body, { code: 'unauthenticated' })
  })

test('where the keys of the issuer cannot be fetched, it is said', async () => {
  const hook = bearerAuthentication({ realm: 'x', issuer, audience, keys: new URL('http://127.0.0.1:1/jwks'), clock })
  const other = await createHttpServer({
    name: 'x',
    title: 'X',
    version: '1',
    logger: createCaptureLogger(),
    bodyLimitBytes: 100,
    formatError: (error) => ({ status: error instanceof HttpFault ? error.status : 400, body: { code: error.code } }),
  })
  other.addHook('onRequest', hook)
  other.get('/who', async () => ({}))
  const answer = await other.inject({
    method: 'GET',
    url: '/who',
    headers: { authorization: `Bearer ${await token()}` },
  })
  assert.equal(answer.statusCode, 503)
  await other.close()
})
