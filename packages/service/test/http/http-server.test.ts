import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import multipart from '@fastify/multipart'
import { Type } from 'typebox'
import {
  basicAuthentication,
  createHttpServer,
  DatabaseError,
  fixedCredentials,
  HttpFault,
  type HttpServer,
  type Listener,
  listen,
  ServiceError,
} from '../../src/index.ts'
import { type CaptureLogger, createCaptureLogger } from '../../src/testing/index.ts'

let server: HttpServer
let listener: Listener
let logger: CaptureLogger
const statuses: Readonly<Record<string, number>> = { too_odd: 422 }

before(async () => {
  logger = createCaptureLogger()
  server = await createHttpServer({
    name: 'things',
    title: 'Things',
    version: '1.2.3',
    logger,
    bodyLimitBytes: 1000,
    requestTimeoutSeconds: 1,
    basePath: '/context',
    formatError: (error) => ({
      status: error instanceof HttpFault ? error.status : (statuses[error.code] ?? 400),
      body: { status: 'ERROR', code: error.code, message: error.message },
    }),
  })
  await server.register(multipart)
  server.addHook(
    'onRequest',
    basicAuthentication({ realm: 'things', verify: fixedCredentials([{ user: 'u', password: 'p:ä' }]) }),
  )
  server.post(
    '/things/:id',
    {
      schema: {
        params: Type.Object({ id: Type.Integer() }),
        querystring: Type.Object({ dry: Type.Optional(Type.Boolean()) }),
        body: Type.Object(
          { n: Type.Integer({ minimum: 0 }), note: Type.Optional(Type.String()) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ id: Type.Integer(), dry: Type.Boolean(), who: Type.String() }) },
      },
    },
    async (request) => {
      if (request.body.n % 2 === 1) throw new ServiceError('too_odd', 'Odd.', { n: request.body.n })
      if (request.body.n === 1000) throw new Error('the password is hunter2')
      if (request.body.n === 1002) throw new DatabaseError('unreachable', 'database hunter2 cannot be reached')
      return {
        id: request.params.id,
        dry: request.query.dry ?? false,
        who: request.principal ?? '',
        secret: 'not in the schema',
      }
    },
  )
  server.put('/things/:id/file', async (request) => {
    const file = await request.file()
    return { size: (await file?.toBuffer())?.length }
  })
  server.get('/slow', async () => {
    await new Promise((resolve) => setTimeout(resolve, 100))
    return { ok: true }
  })
  listener = await listen(server, { host: '127.0.0.1', port: 0 })
})

after(() => listener.close())

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

const authorization = `Basic ${Buffer.from('u:p:ä').toString('base64')}`

async function call(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${listener.port}${path}`, {
    method,
    ...(body === undefined ? {} : { body }),
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  })
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) }
}

/** What comes back for bytes that no HTTP client would send. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(listener.port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.setEncoding('utf8').on('data', (piece) => {
      answer += piece
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

test('a good request is coerced where it is text, and answered by the schema', async () => {
  const { status, body } = await call('POST', '/context/things/7?dry=true', '{"n":2}')
  assert.equal(status, 200)
  assert.deepEqual(body, { id: 7, dry: true, who: 'u' })
})

const refusals: readonly (readonly [
  string,
  string,
  string,
  string | undefined,
  Record<string, string>,
  number,
  string,
])[] = [
  ['a number as text in a body', 'POST', '/context/things/7', '{"n":"2"}', {}, 400, 'invalid_request'],
  ['a member too many', 'POST', '/context/things/7', '{"n":2,"x":1}', {}, 400, 'invalid_request'],
  ['a member missing', 'POST', '/context/things/7', '{}', {}, 400, 'invalid_request'],
  ['a body that is null', 'POST', '/context/things/7', 'null', {}, 400, 'invalid_request'],
  ['a path parameter of the wrong type', 'POST', '/context/things/x', '{"n":2}', {}, 400, 'invalid_request'],
  ['a query parameter of the wrong type', 'POST', '/context/things/7?dry=2', '{"n":2}', {}, 400, 'invalid_request'],
  ['JSON that is cut short', 'POST', '/context/things/7', '{"n":', {}, 400, 'malformed_body'],
  ['an empty body', 'POST', '/context/things/7', '', {}, 400, 'malformed_body'],
  ['a prototype in the body', 'POST', '/context/things/7', '{"n":2,"__proto__":{}}', {}, 400, 'malformed_body'],
  [
    'another content type',
    'POST',
    '/context/things/7',
    '<n/>',
    { 'content-type': 'text/xml' },
    415,
    'unsupported_media_type',
  ],
  [
    'no sensible content type',
    'POST',
    '/context/things/7',
    '{}',
    { 'content-type': 'nonsense' },
    415,
    'unsupported_media_type',
  ],
  ['a body too large', 'POST', '/context/things/7', `{"n":2,"note":"${'x'.repeat(1000)}"}`, {}, 413, 'body_too_large'],
  ['JSON where a file belongs', 'PUT', '/context/things/7/file', '{}', {}, 415, 'unsupported_media_type'],
  ['a path that is not there', 'GET', '/context/other', undefined, {}, 404, 'not_found'],
  ['a path beside the context', 'POST', '/things/7', '{"n":2}', {}, 404, 'not_found'],
  ['a path that only begins like the context', 'GET', '/contextual/things/7', undefined, {}, 404, 'not_found'],
  ['a method that the path does not have', 'DELETE', '/context/things/7', undefined, {}, 405, 'method_not_allowed'],
  ['a URL that cannot be decoded', 'GET', '/context/%zz', undefined, {}, 400, 'malformed_request'],
  ['an error of the domain', 'POST', '/context/things/7', '{"n":3}', {}, 422, 'too_odd'],
  ['a mistake of ours', 'POST', '/context/things/7', '{"n":1000}', {}, 500, 'internal'],
  ['a database that is gone', 'POST', '/context/things/7', '{"n":1002}', {}, 503, 'unavailable'],
  ['a wrong password', 'POST', '/context/things/7', '{"n":2}', { authorization: 'Basic dTpw' }, 401, 'unauthenticated'],
  ['another scheme', 'POST', '/context/things/7', '{"n":2}', { authorization: 'Bearer dTpw' }, 401, 'unauthenticated'],
  [
    'credentials that are no Base64',
    'POST',
    '/context/things/7',
    '{"n":2}',
    { authorization: 'Basic ***' },
    401,
    'unauthenticated',
  ],
  ['credentials before a bad body', 'POST', '/context/things/7', '{', { authorization: 'x' }, 401, 'unauthenticated'],
]
for (const [name, method, path, body, headers, status, code] of refusals)
  test(`refused in the service's own body: ${name}`, async () => {
    const answer = await call(method, path, body, headers)
    assert.equal(answer.status, status, JSON.stringify(answer.body))
    assert.equal(answer.body.code, code)
    assert.equal(answer.body.status, 'ERROR')
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  })

test('QUERY without a content type is refused as any body without one', async () => {
  const answer = await raw(
    `QUERY /context/things/7 HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
  )
  assert.match(answer, /^HTTP\/1\.1 415 /)
})

test('a refusal says what it has to in headers', async () => {
  assert.equal((await call('DELETE', '/context/things/7')).headers.get('allow'), 'POST')
  const challenge = (await call('GET', '/context/slow', undefined, { authorization: '' })).headers.get(
    'www-authenticate',
  )
  assert.equal(challenge, 'Basic realm="things", charset="UTF-8"')
})

test('a mistake of ours says nothing to the caller and everything to the log', async () => {
  const { body } = await call('POST', '/context/things/7', '{"n":1000}')
  assert.ok(!JSON.stringify(body).includes('hunter2'))
  assert.ok(logger.lines.some((line) => line.level === 'error' && JSON.stringify(line).includes('hunter2')))
})

test('credentials are not logged', async () => {
  await call('POST', '/context/things/7', '{"n":3}')
  assert.ok(!logger.text().includes('p:ä') && !logger.text().includes(authorization.slice(6)))
})

test('/health and /openapi.json are open; the document is 3.1 and tells constraints', async () => {
  const open = { authorization: '' }
  assert.deepEqual((await call('GET', '/context/health', undefined, open)).body, { status: 'UP', service: 'things' })
  const { body } = await call('GET', '/context/openapi.json', undefined, open)
  assert.equal(body.openapi, '3.1.0')
  assert.deepEqual(body.servers, [{ url: '/context' }])
  assert.deepEqual(Object.keys(body.paths as object).sort(), ['/slow', '/things/{id}', '/things/{id}/file'])
  assert.ok(JSON.stringify(body).includes('"minimum":0'))
})

test('what is no HTTP is answered in the same body', async () => {
  const answer = await raw('HELLO\r\n\r\n')
  assert.match(answer, /^HTTP\/1\.1 400 /)
  assert.match(answer, /"code":"malformed_request"/)
  assert.match(
    await raw(`GET /context/slow HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`),
    /^HTTP\/1\.1 431 /,
  )
})

test('a request that does not arrive in time is ended', async () => {
  const begun = `POST /context/things/7 HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{"n"`
  const started = performance.now()
  assert.match(await raw(begun), /^HTTP\/1\.1 408 [\s\S]*"code":"request_timeout"/)
  assert.ok(performance.now() - started < 40_000)
})

test('closing lets a request under way end', async () => {
  const other = await createHttpServer({
    name: 'x',
    title: 'X',
    version: '1',
    logger: createCaptureLogger(),
    bodyLimitBytes: 10,
    formatError: (error) => ({ status: 500, body: error.code }),
  })
  const begun = Promise.withResolvers<void>()
  other.get('/slow', async () => {
    begun.resolve()
    await new Promise((resolve) => setTimeout(resolve, 100))
    return { ok: true }
  })
  other.get('/never', () => new Promise(() => {}))
  const open = await listen(other, { host: '127.0.0.1', port: 0 })
  const slow = fetch(`http://127.0.0.1:${open.port}/slow`)
  const never = fetch(`http://127.0.0.1:${open.port}/never`).catch((error: unknown) => error)
  await begun.promise
  const started = performance.now()
  await open.close(1)
  assert.equal((await slow).status, 200)
  assert.ok((await never) instanceof Error)
  assert.ok(performance.now() - started < 5_000)
})

test('a port that is taken is a sentence', async () => {
  const other = await createHttpServer({
    name: 'x',
    title: 'X',
    version: '1',
    logger: createCaptureLogger(),
    bodyLimitBytes: 10,
    formatError: (error) => ({ status: 500, body: error.code }),
  })
  await assert.rejects(
    listen(other, { host: '127.0.0.1', port: listener.port }),
    new RegExp(`Port ${listener.port} of 127.0.0.1 is taken by another program`),
  )
  await other.close()
})
