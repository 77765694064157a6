import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type AccessConfig,
  assertAccess,
  authentication,
  clientCredentialsAuthorization,
  createHttpServer,
  documentSecurity,
  HttpFault,
  type HttpServer,
  schemesOf,
  TokenRequestError,
} from '../../src/index.ts'
import {
  createCaptureLogger,
  createFixedClock,
  startAuthorizationServer,
  type TestAuthorizationServer,
} from '../../src/testing/index.ts'

const clock = createFixedClock('2026-06-01T12:00:00Z')
const credentials = { user: 'u', password: 'p' }
let authority: TestAuthorizationServer

before(async () => {
  authority = await startAuthorizationServer('things', clock)
})
after(() => authority.close())

const bearer = () => ({ issuer: authority.issuer, audience: 'things', jwksUri: authority.jwksUri })

async function statusOf(access: AccessConfig, authorization: string): Promise<number> {
  const server = await createHttpServer({
    name: 'x',
    title: 'X',
    version: '1',
    logger: createCaptureLogger(),
    bodyLimitBytes: 100,
    formatError: (error) => ({ status: error instanceof HttpFault ? error.status : 400, body: { code: error.code } }),
  })
  server.addHook('onRequest', authentication('x', access, clock))
  server.get('/who', async (request) => ({ who: request.principal }))
  const { statusCode } = await server.inject({ url: '/who', headers: { authorization } })
  await server.close()
  return statusCode
}
const basic = `Basic ${Buffer.from('u:p').toString('base64')}`

test('development takes a credential and, where an issuer is named, its tokens', async () => {
  const token = `Bearer ${await authority.token()}`
  assert.equal(await statusOf({ credentials }, basic), 200)
  assert.equal(await statusOf({ credentials }, token), 401)
  assert.equal(await statusOf({ credentials, bearer: bearer() }, basic), 200)
  assert.equal(await statusOf({ credentials, bearer: bearer() }, token), 200)
})

test('the OpenAPI document tells which proofs a route takes, any one of them, and which routes take none', async () => {
  const server = await createHttpServer({
    name: 'x',
    title: 'X',
    version: '1',
    logger: createCaptureLogger(),
    bodyLimitBytes: 100,
    formatError: (error) => ({ status: 400, body: { code: error.code } }),
  })
  await server.register(async (scope) => {
    documentSecurity(scope as HttpServer, schemesOf({ credentials, bearer: bearer() }), ({ url }) => url !== '/free')
    for (const path of ['/who', '/free']) scope.get(path, async () => ({}))
  })
  server.get('/beside', async () => ({}))
  const document = (await server.inject({ url: '/openapi.json' })).json()
  await server.close()
  assert.deepEqual(document.components.securitySchemes, {
    basic: { type: 'http', scheme: 'basic' },
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  })
  assert.deepEqual(document.paths['/who'].get.security, [{ basic: [] }, { bearer: [] }])
  assert.equal(document.paths['/free'].get.security, undefined)
  assert.equal(document.paths['/beside'].get.security, undefined)
})

test('production takes tokens alone, of the issuer and for this service', async () => {
  const access: AccessConfig = { mode: 'production', bearer: bearer() }
  assert.equal(await statusOf(access, `Bearer ${await authority.token()}`), 200)
  assert.equal(await statusOf(access, basic), 401)
  for (const claims of [{ aud: 'others' }, { iss: 'https://else.example' }, { exp: 1 }, { sub: undefined }]) {
    assert.equal(await statusOf(access, `Bearer ${await authority.token(claims)}`), 401, JSON.stringify(claims))
  }
})

for (const [what, access, sentence] of [
  ['Basic in production', { mode: 'production', credentials }, /HTTP Basic is for development/],
  ['nothing at all', {}, /nobody could call/],
  ['production without an issuer', { mode: 'production' }, /nobody could call/],
  [
    'keys over plain http from elsewhere',
    { bearer: { issuer: 'i', audience: 'a', jwksUri: 'http://login.example/jwks' } },
    /over https/,
  ],
  ['keys at no address', { bearer: { issuer: 'i', audience: 'a', jwksUri: 'jwks' } }, /over https/],
  ['no audience', { bearer: { issuer: 'i', audience: '', jwksUri: 'https://x/jwks' } }, /audience/],
] as const satisfies readonly (readonly [string, AccessConfig, RegExp])[]) {
  test(`a service does not start with ${what}`, () => {
    assert.throws(() => assertAccess(access), sentence)
    assert.throws(() => authentication('x', access, clock), sentence)
  })
}

test('a token of its own is fetched once for all who wait, kept, and fetched anew before it ends', async () => {
  const moving = createFixedClock('2026-06-01T12:00:00Z')
  const authorization = clientCredentialsAuthorization(authority, moving)
  const before = authority.asked
  const [first, second] = await Promise.all([authorization(), authorization()])
  assert.equal(first, second)
  assert.equal(await statusOf({ mode: 'production', bearer: bearer() }, first ?? ''), 200)
  moving.advance(269)
  assert.equal(await authorization(), first)
  assert.equal(authority.asked, before + 1)
  moving.advance(2)
  await authorization()
  assert.equal(authority.asked, before + 2)
})

test('an authorization server that refuses, or does not answer, is a TokenRequestError, and asked again', async () => {
  const refused = clientCredentialsAuthorization({ ...authority, clientSecret: 'wrong' }, clock)
  const before = authority.asked
  await assert.rejects(refused(), TokenRequestError)
  await assert.rejects(refused(), /HTTP 401/)
  assert.equal(authority.asked, before + 2)
  const silent = clientCredentialsAuthorization({ ...authority, tokenUri: 'http://127.0.0.1:1/token' }, clock)
  await assert.rejects(silent(), /does not answer/)
})
