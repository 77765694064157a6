import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  MobileOperationListResponse,
  MobileOperationResponse,
  MobileTokenErrorResponse,
} from '@cloudsigner/contracts/mobile-token'
import type { CreateOperationRequest } from '@cloudsigner/contracts/powerauth-private'
import type { AuthenticationCodeType } from '@cloudsigner/powerauth-protocol'
import fc from 'fast-check'
import { Check } from 'typebox/value'
import { type App, activeDevice, createApp, type Device } from './fixtures/device.ts'
import { type Answer, type RunningService, send, startService } from './fixtures/service.ts'

const base = '/api/auth/token/app/operation'
let running: RunningService
let app: App

before(async () => {
  running = await startService()
  app = await createApp(running, 'mobile')
  await createApp(running, 'elsewhere')
  await template('login', ['POSSESSION_KNOWLEDGE'])
  await template('one_factor', ['POSSESSION'], 'login')
  await template('unshown', ['POSSESSION_KNOWLEDGE'])
})
after(() => running.close())

const template = (
  templateName: string,
  signatureType: ('POSSESSION' | 'POSSESSION_KNOWLEDGE')[],
  operationType = templateName,
) =>
  running.client.createOperationTemplate({
    templateName,
    operationType,
    dataTemplate: 'A2',
    signatureType,
    maxFailureCount: 3,
    expiration: 300,
  })

const create = (more: Partial<CreateOperationRequest> = {}) =>
  running.client.createOperation({ userId: 'alice', applications: ['mobile'], templateName: 'login', ...more })
const stored = (operationId: string) => running.client.operationDetail({ operationId })

function refused(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, Object(answer.body).responseObject?.code], [status, code])
  assert.ok(Check(MobileTokenErrorResponse, answer.body))
}

type Options = { readonly type?: AuthenticationCodeType; readonly pin?: 'wrong' }

async function signed(device: Device, path: string, uriId: string, body: unknown, options: Options = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify({ requestObject: body })
  return device.post(base + path, text, await device.authorize(uriId, text, options))
}
const authorize = (device: Device, body: unknown, options: Options = {}) =>
  signed(device, '/authorize', '/operation/authorize', body, options)
const cancel = (device: Device, body: unknown, type: AuthenticationCodeType = 'possession') =>
  signed(device, '/cancel', '/operation/cancel', body, { type })

async function tokened(device: Device) {
  const { token } = await device.createToken('possession')
  assert.ok(token)
  return async (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    device.post(base + path, JSON.stringify(body), { ...(await device.tokenHeader(token)), ...headers })
}
const about = (id: string) => ({ requestObject: { id } })

test('list, detail and claim are by token; the answers are those of the contract', async () => {
  const device = await activeDevice(running, app)
  const ask = await tokened(device)
  const { id } = await create()
  const hidden = await create({ templateName: 'unshown' })
  const list = await ask('/list', {}, { 'accept-language': 'de' })
  assert.equal(list.status, 200)
  assert.ok(Check(MobileOperationListResponse, list.body))
  assert.deepEqual(
    list.body.responseObject.map((operation) => [operation.id, operation.formData.title]),
    [[id, 'Anmeldung']],
  )
  assert.equal(list.body.currentTimestamp, '2026-11-23T12:00:00+0000')
  const detail = await ask('/detail', about(id))
  assert.ok(Check(MobileOperationResponse, detail.body), JSON.stringify(detail.body))
  refused(await ask('/detail', about(hidden.id)), 400, 'INVALID_REQUEST')
  const unclaimed = await create({ userId: null })
  assert.equal((await ask('/detail', about(unclaimed.id))).status, 200)
  assert.equal((await stored(unclaimed.id)).userId, null)
  assert.equal((await ask('/detail/claim', about(unclaimed.id))).status, 200)
  assert.equal((await stored(unclaimed.id)).userId, 'alice')
  const unshown = await create({ userId: null, templateName: 'unshown' })
  refused(await ask('/detail/claim', about(unshown.id)), 400, 'INVALID_REQUEST')
  assert.equal((await stored(unshown.id)).userId, null)
  for (const path of ['/list', '/detail', '/detail/claim', '/history', '/authorize', '/cancel'])
    refused(await device.post(base + path, JSON.stringify(about(id))), 401, 'POWERAUTH_AUTH_FAIL')
})

test('what is another user’s, application’s or device’s, or wants a flag, is told by its code', async () => {
  const device = await activeDevice(running, app)
  const other = await activeDevice(running, app)
  const ask = await tokened(device)
  const cases: readonly (readonly [Partial<CreateOperationRequest>, string])[] = [
    [{ userId: 'bob' }, 'INVALID_REQUEST'],
    [{ applications: ['elsewhere'] }, 'INVALID_REQUEST'],
    [{ activationId: other.activationId }, 'INVALID_ACTIVATION'],
    [{ activationFlag: 'VIP' }, 'OPERATION_REQUIRES_ACTIVATION_FLAG'],
  ]
  for (const [more, code] of cases) {
    const { id } = await create(more)
    for (const path of ['/detail', '/detail/claim']) refused(await ask(path, about(id)), 400, code)
    refused(await authorize(device, { id, data: 'A2' }), 400, code)
    refused(await cancel(device, { id }), 400, code)
    const { status, failureCount } = await stored(id)
    assert.deepEqual([status, failureCount], ['PENDING', 0])
  }
  const { id } = await create({ activationFlag: 'VIP' })
  await running.client.addActivationFlags({ activationId: device.activationId, activationFlags: ['VIP'] })
  assert.deepEqual(await authorize(device, { id, data: 'A2' }).then(({ body }) => body), { status: 'OK' })
  refused(await ask('/detail', about('00000000-0000-4000-8000-000000000000')), 400, 'INVALID_OPERATION')
})

test('an operation that does not wait is told why', async () => {
  const device = await activeDevice(running, app)
  const ask = await tokened(device)
  const { client, clock } = running
  const finished = async (
    end: (operationId: string) => Promise<unknown>,
    more: Partial<CreateOperationRequest> = {},
  ) => {
    const { id } = await create(more)
    await end(id)
    return id
  }
  const by = { userId: 'alice', applicationId: 'mobile' }
  const approval = { ...by, data: 'A2', signatureType: 'POSSESSION_KNOWLEDGE' } as const
  const cases: readonly (readonly [string, string])[] = [
    [
      await finished((operationId) => client.approveOperation({ operationId, ...approval })),
      'OPERATION_ALREADY_FINISHED',
    ],
    [await finished((operationId) => client.rejectOperation({ operationId, ...by })), 'OPERATION_ALREADY_FINISHED'],
    [await finished((operationId) => client.cancelOperation({ operationId })), 'OPERATION_ALREADY_CANCELED'],
    [
      await finished(async (operationId) => {
        for (let n = 0; n < 3; n++) await client.failApprovalOperation({ operationId })
      }),
      'OPERATION_ALREADY_FAILED',
    ],
    [
      await finished(async () => clock.advance(2), { timestampExpires: clock.now().getTime() + 1000 }),
      'OPERATION_EXPIRED',
    ],
  ]
  for (const [id, code] of cases) {
    refused(await authorize(device, { id, data: 'A2' }), 400, code)
    refused(await cancel(device, { id }), 400, code)
    assert.equal((await ask('/detail', about(id))).status, 200)
  }
  const late = await create({ userId: null, timestampExpires: clock.now().getTime() + 1000 })
  clock.advance(2)
  refused(await ask('/detail/claim', about(late.id)), 400, 'OPERATION_EXPIRED')
  assert.equal((await stored(late.id)).userId, null)
})

test('a wrong code counts at both; other data and another factor count at the operation', async () => {
  const device = await activeDevice(running, app)
  const { id } = await create()
  refused(await authorize(device, { id, data: 'A2' }, { pin: 'wrong' }), 401, 'POWERAUTH_AUTH_FAIL')
  const { failedAttempts } = await running.client.getActivationStatus({ activationId: device.activationId })
  assert.deepEqual([failedAttempts, (await stored(id)).failureCount], [1, 1])
  refused(await authorize(device, { id, data: 'A2 ' }), 401, 'OPERATION_FAILED')
  assert.equal((await stored(id)).failureCount, 2)
  refused(await authorize(device, { id, data: 'A2' }, { type: 'possession' }), 400, 'OPERATION_ALREADY_FAILED')
  const { status, additionalData } = await stored(id)
  assert.equal(status, 'FAILED')
  assert.equal(additionalData.authFactor, 'POSSESSION')
})

test('a stranger’s wrong codes do not fail operations of others', async () => {
  const stranger = await activeDevice(running, app, 'mallory', 200)
  const { id } = await create()
  for (let attempt = 0; attempt < 4; attempt++)
    refused(await authorize(stranger, { id, data: 'A2' }, { pin: 'wrong' }), 401, 'POWERAUTH_AUTH_FAIL')
  const unknown = await create()
  const headers = await stranger.authorize('/operation/authorize', '{}')
  const forged = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      value.replace(stranger.activationId, '00000000-0000-4000-8000-000000000000'),
    ]),
  )
  const body = JSON.stringify({ requestObject: { id: unknown.id, data: 'A2' } })
  refused(await stranger.post(`${base}/authorize`, body, forged), 401, 'POWERAUTH_AUTH_FAIL')
  for (const operation of [id, unknown.id]) assert.equal((await stored(operation)).failureCount, 0)
})

test('types of code are kept to: rejection by possession, history by two factors', async () => {
  const device = await activeDevice(running, app)
  const { id } = await create()
  refused(await cancel(device, { id }, 'possession_knowledge'), 401, 'POWERAUTH_AUTH_FAIL')
  refused(await authorize(device, { id, data: 'A2' }, { type: 'knowledge' }), 401, 'POWERAUTH_AUTH_FAIL')
  const one = await create({ templateName: 'one_factor' })
  assert.equal((await authorize(device, { id: one.id, data: 'A2' }, { type: 'possession' })).status, 200)
  assert.equal((await cancel(device, { id, reason: 'UNKNOWN', mobileTokenData: { a: 1 } })).status, 200)
  const { additionalData } = await stored(id)
  assert.deepEqual([additionalData.rejectReason, additionalData.mobileTokenData], ['UNKNOWN', { a: 1 }])
  const history = await signed(device, '/history', '/operation/history', {})
  assert.ok(Check(MobileOperationListResponse, history.body))
  assert.ok(history.body.responseObject.some((operation) => operation.id === id && operation.status === 'REJECTED'))
  const alone = await signed(device, '/history', '/operation/history', {}, { type: 'possession' })
  refused(alone, 401, 'POWERAUTH_AUTH_FAIL')
  const foreign = await signed(device, '/history', '/operation/cancel', {})
  refused(foreign, 401, 'POWERAUTH_AUTH_FAIL')
})

test('a person whose identity is still being verified approves nothing', async () => {
  const device = await activeDevice(running, app)
  const { id } = await create()
  for (const flag of ['VERIFICATION_PENDING', 'VERIFICATION_IN_PROGRESS']) {
    await running.client.updateActivationFlags({ activationId: device.activationId, activationFlags: [flag] })
    refused(await authorize(device, { id, data: 'A2' }), 401, 'POWERAUTH_AUTH_FAIL')
  }
  await running.client.updateActivationFlags({ activationId: device.activationId, activationFlags: ['OTHER'] })
  assert.equal((await authorize(device, { id, data: 'A2' })).status, 200)
})

test('bad bodies are INVALID_REQUEST, and count nothing', async () => {
  const device = await activeDevice(running, app)
  const { id } = await create()
  const bodies: readonly unknown[] = [
    '{',
    '',
    '{}',
    '[]',
    'null',
    {},
    { id },
    { id, data: 2 },
    { id: `${id}\u0000`, data: 'A2' },
    { id, data: 'A2', proximityCheck: { otp: '1', type: 'SMELL' } },
    { id, data: 'A2', mobileTokenData: 'text' },
    { id, data: 'x'.repeat(70_000) },
  ]
  for (const body of bodies) refused(await authorize(device, body), 400, 'INVALID_REQUEST')
  refused(await cancel(device, { id, reason: 'x'.repeat(300) }), 400, 'INVALID_REQUEST')
  refused(
    await authorize(device, { id, data: 'A2', mobileTokenData: { large: 'x'.repeat(100_000) } }),
    400,
    'INVALID_REQUEST',
  )
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
  const body = `{"requestObject":{"id":"${id}","data":"A2","mobileTokenData":{"deep":${deep}}}}`
  refused(await authorize(device, body), 400, 'INVALID_REQUEST')
  const { failureCount, status } = await stored(id)
  assert.deepEqual([failureCount, status], [0, 'PENDING'])
})

test('no bytes make a path fail of itself', async () => {
  const paths = ['/list', '/detail', '/detail/claim', '/history', '/authorize', '/cancel']
  const headers = { 'x-powerauth-token': 'PowerAuth x', 'x-powerauth-authorization': 'PowerAuth y' }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.json(), fc.boolean(), async (path, body, withHeaders) => {
      const answer = await send(running.urls.public + base + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(withHeaders ? headers : {}) },
        body,
      })
      assert.equal(answer.status, 401)
    }),
    { numRuns: 60 },
  )
})

test('OpenAPI has every path of the mobile token API', async () => {
  const { paths } = Object((await send(`${running.urls.public}/openapi.json`, {})).body)
  const found = Object.keys(paths).filter((path) => path.startsWith(base))
  assert.equal(found.length, 6)
  for (const path of found) assert.ok(paths[path].post.operationId, path)
})
