import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { publicErrors } from '@cloudsigner/contracts/powerauth-public'
import { base64Encode } from '@cloudsigner/powerauth-protocol'
import { nodeCrypto as crypto } from '@cloudsigner/powerauth-protocol/node'
import fc from 'fast-check'
import { type App, activeDevice, createApp, Device } from './fixtures/device.ts'
import { type RunningService, send, startService } from './fixtures/service.ts'

let running: RunningService
let app: App
let device: Device
before(async () => {
  running = await startService()
  app = await createApp(running, 'public-tests')
  device = await activeDevice(running, app, 'alice', 200)
})
after(() => running.close())

const paths = [
  '/pa/v3/keystore/create',
  '/pa/v3/activation/create',
  '/pa/v3/activation/status',
  '/pa/v3/activation/remove',
  '/pa/v3/activation/detail',
  '/pa/v3/activation/rename',
  '/pa/v3/signature/validate',
  '/pa/v3/token/create',
  '/pa/v3/token/remove',
  '/pa/v3/vault/unlock',
  '/pa/v3/user/info',
]

const codeOf = (body: unknown) => Object(body).responseObject?.code
const messageOf = (body: unknown) => Object(body).responseObject?.message

test('status tells the time to whoever asks', async () => {
  for (const body of ['', '{}', 'anything']) {
    const answer = await device.post('/pa/v3/status', body)
    assert.equal(answer.status, 200)
    const { serverTime, application } = Object(answer.body).responseObject
    assert.equal(serverTime, running.clock.now().getTime())
    assert.deepEqual(Object.keys(application), ['name', 'version'])
  }
})

test('a missing header is named; a header that does not parse is an invalid code', async () => {
  for (const path of paths.filter((each) => /remove|rename|validate|token|vault/.test(each))) {
    const missing = await device.post(path, '{}')
    assert.deepEqual([missing.status, messageOf(missing.body)], [401, 'POWER_AUTH_HTTP_HEADER_MISSING'], path)
    const broken = await device.post(path, '{}', { 'x-powerauth-authorization': 'PowerAuth pa_activation_id="x"' })
    assert.deepEqual([broken.status, messageOf(broken.body)], [401, 'POWER_AUTH_SIGNATURE_INVALID'], path)
  }
  const knowledge = await device.validate({ type: 'knowledge' })
  assert.deepEqual([knowledge.status, messageOf(knowledge.body)], [401, 'POWER_AUTH_SIGNATURE_TYPE_INVALID'])
  const detail = await device.post('/pa/v3/activation/detail', '{}')
  assert.deepEqual([detail.status, messageOf(detail.body)], [401, 'POWER_AUTH_HTTP_HEADER_MISSING'])
})

test('content type, size, method and path are refused with a code', async () => {
  for (const path of paths) {
    const url = running.urls.public + path
    if (path !== '/pa/v3/signature/validate') {
      const typed = await send(url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' })
      assert.deepEqual([typed.status, codeOf(typed.body)], [415, 'ERR_VALIDATION'], path)
      assert.equal((await send(url, { method: 'PATCH' })).status, 405, path)
    }
    const large = await device.post(path, 'x'.repeat(300_000))
    assert.deepEqual([large.status, codeOf(large.body)], [413, 'ERR_VALIDATION'], path)
  }
  const missing = await device.post('/pa/v3/recovery/confirm', '{}')
  assert.deepEqual([missing.status, codeOf(missing.body)], [404, 'ERR_VALIDATION'])
})

test('truncated and foreign JSON is refused by the code of its path', async () => {
  const expected: Readonly<Record<string, readonly [number, string]>> = {
    '/pa/v3/keystore/create': [400, 'ERR_VALIDATION'],
    '/pa/v3/activation/status': [400, 'ERR_VALIDATION'],
    '/pa/v3/activation/create': [400, 'ERR_ENCRYPTION'],
    '/pa/v3/user/info': [400, 'ERR_ENCRYPTION'],
    '/pa/v3/activation/rename': [400, 'ERR_ENCRYPTION'],
    '/pa/v3/token/create': [401, 'ERR_AUTHENTICATION'],
    '/pa/v3/token/remove': [400, 'ERR_VALIDATION'],
    '/pa/v3/vault/unlock': [400, 'ERR_SECURE_VAULT'],
  }
  for (const [path, [status, code]] of Object.entries(expected)) {
    for (const body of [
      '',
      '{"requestObject":',
      '[]',
      'null',
      '{"requestObject":{"activationId":7}}',
      '{"encryptedData":"AAAA"}',
    ]) {
      const headers =
        /create|info/.test(path) && !/token/.test(path)
          ? device.encryptionHeader(path.includes('info') ? 'activation' : 'application')
          : await device.authorize(path.replace('/v3', ''), body)
      const answer = await device.post(path, body, headers)
      assert.deepEqual([answer.status, codeOf(answer.body)], [status, code], `${path} ${body}`)
    }
  }
  // Refused before any code was verified: nothing was counted.
  assert.equal((await running.client.getActivationStatus({ activationId: device.activationId })).failedAttempts, 0)
})

test('a temporary key is for who knows the application', async () => {
  const stranger = await Device.make(running, { ...app, applicationSecret: base64Encode(crypto.random(16)) })
  const failed = await stranger.temporaryKey('application').then(
    () => undefined,
    (error) => Object(error).answer,
  )
  assert.deepEqual([failed.status, codeOf(failed.body)], [400, 'ERR_TEMPORARY_KEY'])
  const jwts = ['', 'a.b', 'a.b.c', `${btoa('{"alg":"none"}')}.${btoa('{}')}.`]
  for (const jwt of jwts) {
    const answer = await device.post('/pa/v3/keystore/create', JSON.stringify({ requestObject: { jwt } }))
    assert.equal(answer.status, 400, jwt)
  }
})

test('only activation by code is served, and its payloads are checked', async () => {
  const create = async (layer1: unknown) => {
    const { request } = await device.encrypt('/pa/generic/application', layer1)
    return device.post('/pa/v3/activation/create', JSON.stringify(request), device.encryptionHeader('application'))
  }
  const inner = (await device.encrypt('/pa/activation', {})).request
  const { activationCode } = await running.client.initActivation({ userId: 'ida', applicationId: app.applicationId })
  const cases: readonly unknown[] = [
    {},
    { type: 'CUSTOM', identityAttributes: { username: 'x' }, activationData: inner },
    { type: 'RECOVERY', identityAttributes: { recoveryCode: 'x', puk: '1' }, activationData: inner },
    { type: 'CODE', identityAttributes: {}, activationData: inner },
    { type: 'CODE', identityAttributes: { code: 'AAAAA-AAAAA-AAAAA-AAAAA' }, activationData: inner },
    { type: 'CODE', identityAttributes: { code: activationCode }, activationData: {} },
    {
      type: 'CODE',
      identityAttributes: { code: activationCode },
      activationData: { ...inner, mac: base64Encode(crypto.random(32)) },
    },
  ]
  for (const layer1 of cases) {
    const answer = await create(layer1)
    assert.deepEqual([answer.status, codeOf(answer.body)], [400, 'ERR_ACTIVATION'], JSON.stringify(layer1))
  }
  const { outer } = await device.activationRequest(activationCode)
  const body = JSON.stringify(outer.request)
  assert.equal(
    (await device.post('/pa/v3/activation/create', body, device.encryptionHeader('application'))).status,
    200,
  )
  const again = await device.post('/pa/v3/activation/create', body, device.encryptionHeader('application'))
  assert.deepEqual([again.status, codeOf(again.body)], [400, 'ERR_ENCRYPTION'])
})

test('no bytes and no header make a path fail of itself', async () => {
  const codes = new Set<string>(Object.keys(publicErrors))
  const header = fc.oneof(
    fc.constantFrom('PowerAuth ', 'Basic x', ''),
    fc
      .array(
        fc.tuple(
          fc.constantFrom('pa_activation_id', 'pa_version', 'version', 'application_key', 'token_id', 'nonce'),
          fc.constantFrom(device.activationId, app.applicationKey, '3.3', '4.0', 'x', ''),
        ),
      )
      .map((pairs) => `PowerAuth ${pairs.map(([name, value]) => `${name}="${value}"`).join(', ')}`),
  )
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
  )
  for (const path of paths) {
    await fc.assert(
      fc.asyncProperty(header, header, header, body, async (authorization, encryption, token, bytes) => {
        const headers = {
          'content-type': 'application/json',
          'x-powerauth-authorization': authorization,
          'x-powerauth-encryption': encryption,
          'x-powerauth-token': token,
        }
        const answer = await send(running.urls.public + path, { method: 'POST', headers, body: Uint8Array.from(bytes) })
        assert.ok(answer.status === 400 || answer.status === 401, `${path} ${answer.status}`)
        assert.ok(codes.has(codeOf(answer.body)), path)
      }),
      { numRuns: 25 },
    )
  }
})

test('OpenAPI names every path, and asks no credentials', async () => {
  const document = Object((await send(`${running.urls.public}/openapi.json`, {})).body)
  const ofDevices = Object.keys(document.paths).filter((path) => path.startsWith('/pa/v3/'))
  assert.deepEqual(ofDevices.sort(), ['/pa/v3/status', ...paths].sort())
  for (const path of paths) assert.ok(document.paths[path].post.operationId, path)
})
