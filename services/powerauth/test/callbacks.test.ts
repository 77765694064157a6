/** Callback URLs as genuine clients manage them, and what they are told: with the change, or not at all. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { PowerAuthClientError } from '@cloudsigner/clients/powerauth-private'
import {
  activationCallbackAttributes,
  type CreateCallbackUrlRequest,
  operationCallbackAttributes,
} from '@cloudsigner/contracts/powerauth-private'
import { type CallbackReceiver, startAuthorizationServer, startCallbackReceiver } from '@cloudsigner/service/testing'
import fc from 'fast-check'
import { credentialsOf, readAuthentication } from '../src/domain/callback-authentication.ts'
import { readDuration, writeDuration } from '../src/domain/duration.ts'
import { activeDevice, createApp } from './fixtures/device.ts'
import { callPrivate, type RunningService, startService } from './fixtures/service.ts'

let running: RunningService
let receiver: CallbackReceiver
before(async () => {
  running = await startService({ callbacks: { maxBackOffSeconds: 0 } })
  receiver = await startCallbackReceiver()
})
after(async () => {
  await running.close()
  await receiver.close()
})
beforeEach(() => {
  receiver.answer = () => 200
  seen = receiver.received.length
})

let seen = 0
/** The bodies that this test's calls brought, once there are so many. */
async function told(count: number): Promise<readonly Record<string, unknown>[]> {
  await receiver.until(seen + count)
  return receiver.received.slice(seen).map(({ body }) => body as Record<string, unknown>)
}

const refusedWith = (code: string) => (error: unknown) => {
  assert.ok(error instanceof PowerAuthClientError, String(error))
  assert.equal(error.code, code)
  return true
}

let applications = 0
async function newApplication(): Promise<string> {
  applications += 1
  const applicationId = `callbacks-${applications}`
  await running.client.createApplication({ applicationId })
  return applicationId
}
const urlOf = (applicationId: string, change: Partial<CreateCallbackUrlRequest> = {}): CreateCallbackUrlRequest => ({
  applicationId,
  name: 'bank',
  type: 'ACTIVATION_STATUS_CHANGE',
  callbackUrl: receiver.url,
  ...change,
})
const emptyCertificate = {
  enabled: false,
  useCustomKeyStore: false,
  keyStoreLocation: null,
  keyStoreContentSet: false,
  keyStorePasswordSet: false,
  keyAlias: null,
  keyPasswordSet: false,
  useCustomTrustStore: false,
  trustStoreLocation: null,
  trustStoreContentSet: false,
  trustStorePasswordSet: false,
}
const emptyOauth2 = { enabled: false, tokenUri: null, clientId: null, clientSecretSet: false, scope: null }

test('created, listed by name, updated, removed: with defaults told, and without secrets', async () => {
  const { client } = running
  const applicationId = await newApplication()
  const httpBasic = { enabled: true, username: 'pa', password: 'hunter2' }
  const created = await client.createCallbackUrl(
    urlOf(applicationId, { attributes: ['userId', 'userId', 'nonsense'], authentication: { httpBasic } }),
  )
  const { id, ...view } = created
  assert.deepEqual(view, {
    applicationId,
    name: 'bank',
    type: 'ACTIVATION_STATUS_CHANGE',
    callbackUrl: receiver.url,
    attributes: ['userId', 'nonsense'],
    authentication: {
      certificate: emptyCertificate,
      httpBasic: { enabled: true, username: 'pa', passwordSet: true },
      oauth2: emptyOauth2,
    },
    retentionPeriod: 'PT720H',
    initialBackoff: 'PT2S',
    maxAttempts: 1,
  })
  const another = await client.createCallbackUrl(urlOf(applicationId, { name: 'an earlier name' }))
  assert.deepEqual(await client.getCallbackUrlList({ applicationId }), { callbackUrlList: [another, created] })

  const settings = { retentionPeriod: 'P1DT2H', initialBackoff: 2.5, maxAttempts: 7 }
  const updated = await client.updateCallbackUrl({ id, ...urlOf(applicationId, { name: 'renamed', ...settings }) })
  assert.deepEqual(
    [updated.name, updated.attributes, updated.retentionPeriod, updated.initialBackoff, updated.maxAttempts],
    ['renamed', [], 'PT26H', 'PT2.5S', 7],
  )
  assert.deepEqual(await client.removeCallbackUrl({ id }), { id, removed: true })
  assert.deepEqual(await client.removeCallbackUrl({ id }), { id, removed: false })
  assert.deepEqual(await client.getCallbackUrlList({ applicationId }), { callbackUrlList: [another] })
  assert.deepEqual(await client.getCallbackUrlList({ applicationId: 'nobody' }), { callbackUrlList: [] })
})

test('a secret that an update leaves out stays, an empty one goes', async () => {
  const { client } = running
  const applicationId = await newApplication()
  const httpBasic = { enabled: true, username: 'pa', password: 'hunter2' }
  const { id } = await client.createCallbackUrl(urlOf(applicationId, { authentication: { httpBasic } }))
  const update = (password: string | null, enabled = true) =>
    client.updateCallbackUrl({
      id,
      ...urlOf(applicationId, { authentication: { httpBasic: { enabled, username: 'pa', password } } }),
    })
  assert.equal((await update(null)).authentication.httpBasic.passwordSet, true)
  await client.initActivation({ userId: 'alice', applicationId })
  await told(1)
  const header = receiver.received.at(-1)?.headers.authorization
  assert.equal(header, `Basic ${Buffer.from('pa:hunter2').toString('base64')}`)
  await assert.rejects(update(''), refusedWith('ERR0024'))
  assert.equal((await update('', false)).authentication.httpBasic.passwordSet, false)
})

test('secrets are sealed in the database for their row, and in no log', async () => {
  const applicationId = await newApplication()
  const httpBasic = { enabled: true, username: 'pa', password: 'very-secret-word' }
  await running.client.createCallbackUrl(urlOf(applicationId, { authentication: { httpBasic } }))
  const db = running.environment.database.forSchema<{ callback_url: { authentication_sealed: Uint8Array } }>(
    'powerauth',
  )
  const rows = await db.selectFrom('callback_url').select('authentication_sealed').execute()
  for (const { authentication_sealed } of rows)
    assert.ok(!Buffer.from(authentication_sealed).includes('very-secret-word'))
  assert.ok(!running.environment.logger.text().includes('very-secret-word'))
})

for (const [what, change, code] of [
  ['no address', { callbackUrl: 'bank' }, 'ERR0014'],
  ['an address of another kind', { callbackUrl: 'file:///etc/passwd' }, 'ERR0014'],
  ['a secret in the address', { callbackUrl: 'https://user:pw@bank.example/' }, 'ERR0014'],
  ['an unknown application', { applicationId: 'nobody' }, 'ERR0015'],
  ['Basic without a password', { authentication: { httpBasic: { enabled: true, username: 'a' } } }, 'ERR0024'],
  ['OAuth 2 without a secret', { authentication: { oauth2: { enabled: true, clientId: 'a' } } }, 'ERR0024'],
  [
    'two kinds of Authorization',
    {
      authentication: {
        httpBasic: { enabled: true, username: 'a', password: 'b' },
        oauth2: { enabled: true, tokenUri: 'https://as.example/token', clientId: 'a', clientSecret: 'b' },
      },
    },
    'ERR0024',
  ],
  [
    "a file of the server's",
    { authentication: { certificate: { enabled: true, useCustomKeyStore: true, keyStoreLocation: 'file:/k.p12' } } },
    'ERR0024',
  ],
  ['a certificate without one', { authentication: { certificate: { enabled: true } } }, 'ERR0024'],
  ['a thousand years', { retentionPeriod: 'P365000D' }, 'ERR0024'],
] as const satisfies readonly (readonly [string, Partial<CreateCallbackUrlRequest>, string])[]) {
  test(`refused: ${what}`, async () => {
    const applicationId = await newApplication()
    await assert.rejects(running.client.createCallbackUrl(urlOf(applicationId, change)), refusedWith(code))
    assert.deepEqual(await running.client.getCallbackUrlList({ applicationId }), { callbackUrlList: [] })
  })
}

test("another application's callback URL, or none, is not updated", async () => {
  const { id } = await running.client.createCallbackUrl(urlOf(await newApplication()))
  const other = await newApplication()
  await assert.rejects(running.client.updateCallbackUrl({ id, ...urlOf(other) }), refusedWith('ERR0024'))
  await assert.rejects(running.client.updateCallbackUrl({ id: 'x', ...urlOf(other) }), refusedWith('ERR0024'))
})

for (const [what, member] of [
  ['an unknown type', '"type":"LOGIN"'],
  ['a blank name', '"name":""'],
  ['no attempt', '"maxAttempts":0'],
  ['a duration that is none', '"initialBackoff":"2s"'],
  ['a negative duration', '"initialBackoff":-1'],
] as const) {
  test(`a request is not valid: ${what}`, async () => {
    const body = `{"requestObject":{"applicationId":"a","name":"n","type":"ACTIVATION_STATUS_CHANGE","callbackUrl":"https://b.example",${member}}}`
    const answer = await callPrivate(running, '/application/callback/create', body)
    assert.equal(answer.status, 400)
    assert.match(JSON.stringify(answer.body), /ERROR_HTTP_REQUEST/)
  })
}

test('every change of an activation, with the attributes that were asked for', async () => {
  const { client } = running
  const app = await createApp(running, `told-${Date.now()}`)
  await client.createCallbackUrl(
    urlOf(app.applicationId, { attributes: [...activationCallbackAttributes], maxAttempts: 5 }),
  )
  const device = await activeDevice(running, app, 'alice')
  const { activationId } = device
  await client.blockActivation({ activationId, reason: 'LOST' })
  await client.unblockActivation({ activationId })
  await client.removeActivation({ activationId })
  await client.removeActivation({ activationId })
  const bodies = await told(6)
  // Events that wait at the same time come in any order.
  assert.deepEqual(
    bodies.map(({ activationStatus }) => activationStatus).sort(),
    ['CREATED', 'PENDING_COMMIT', 'ACTIVE', 'BLOCKED', 'ACTIVE', 'REMOVED'].sort(),
  )
  const blocked = bodies.find(({ activationStatus }) => activationStatus === 'BLOCKED') ?? {}
  assert.deepEqual(Object.keys(blocked).sort(), ['activationId', 'type', ...activationCallbackAttributes].sort())
  assert.deepEqual(
    [blocked.type, blocked.activationId, blocked.userId, blocked.blockedReason, blocked.applicationId],
    ['ACTIVATION', activationId, 'alice', 'LOST', app.applicationId],
  )
})

test('an overdue activation, removed by whoever looks at it first, is told once', async () => {
  const applicationId = await newApplication()
  const { client, clock } = running
  await client.createCallbackUrl(urlOf(applicationId, { attributes: ['activationStatus'] }))
  const { activationId } = await client.initActivation({ userId: 'alice', applicationId })
  await told(1)
  clock.advance(301)
  await assert.rejects(client.commitActivation({ activationId }), refusedWith('ERR0007'))
  await assert.rejects(client.commitActivation({ activationId }), PowerAuthClientError)
  assert.deepEqual(
    (await told(2)).filter(({ activationStatus }) => activationStatus === 'REMOVED'),
    [{ type: 'ACTIVATION', activationId, activationStatus: 'REMOVED' }],
  )
})

test('every change of an operation, and none of a claim', async () => {
  const { client } = running
  const applicationId = await newApplication()
  await client.createCallbackUrl(
    urlOf(applicationId, { type: 'OPERATION_STATUS_CHANGE', attributes: [...operationCallbackAttributes] }),
  )
  const template = { templateName: 'payment', operationType: 'payment', dataTemplate: 'A1*A$'.concat('{amount}') }
  await client.createOperationTemplate({
    ...template,
    signatureType: ['POSSESSION_KNOWLEDGE'],
    maxFailureCount: 2,
    expiration: 300,
    proximityCheckEnabled: false,
  })
  const create = () =>
    client.createOperation({
      applications: [applicationId],
      templateName: 'payment',
      externalId: 'e-1',
      parameters: { amount: '100' },
    })
  const failing = await create()
  await client.operationClaim({ operationId: failing.id, userId: 'alice' })
  await client.failApprovalOperation({ operationId: failing.id })
  await client.failApprovalOperation({ operationId: failing.id })
  await assert.rejects(client.cancelOperation({ operationId: failing.id }), refusedWith('ERR0036'))
  const canceled = await create()
  await client.cancelOperation({ operationId: canceled.id, statusReason: 'CHANGED_MIND' })
  const bodies = await told(5)
  assert.deepEqual(
    new Set(bodies.map(({ operationId, status, failureCount }) => [operationId, status, failureCount].join())),
    new Set([
      `${failing.id},PENDING,0`,
      `${failing.id},PENDING,1`,
      `${failing.id},FAILED,2`,
      `${canceled.id},PENDING,0`,
      `${canceled.id},CANCELED,0`,
    ]),
  )
  const failed = bodies.find(({ status }) => status === 'FAILED') ?? {}
  assert.deepEqual(Object.keys(failed).sort(), ['operationId', 'type', ...operationCallbackAttributes].sort())
  assert.deepEqual(
    [failed.userId, failed.data, failed.externalId, failed.timestampFinalized],
    ['alice', 'A1*A100', 'e-1', running.clock.now().getTime()],
  )
})

test('retried by its own settings, with the same key, and FAILED when they are used up', async () => {
  const { client } = running
  const applicationId = await newApplication()
  await client.createCallbackUrl(urlOf(applicationId, { maxAttempts: 2, initialBackoff: 0 }))
  const statuses = [503, 503, 503]
  receiver.answer = () => statuses.shift() ?? 200
  const { activationId } = await client.initActivation({ userId: 'alice', applicationId })
  await told(2)
  const [first, second] = receiver.received.slice(seen)
  assert.ok(first?.key)
  assert.equal(second?.key, first.key)
  const db = running.environment.database.forSchema<{
    callback_event: { status: string; subject: string; attempts: number }
  }>('powerauth')
  const rows = () =>
    db.selectFrom('callback_event').select(['status', 'attempts']).where('subject', '=', activationId).execute()
  // Recorded right after the second answer.
  while ((await rows())[0]?.status === 'PROCESSING') await sleep(5)
  assert.deepEqual(await rows(), [{ status: 'FAILED', attempts: 2 }])
})

test('OAuth 2 client credentials', async () => {
  const { client } = running
  const applicationId = await newApplication()
  const authorizationServer = await startAuthorizationServer('bank', { now: () => new Date() })
  const { tokenUri, clientId, clientSecret } = authorizationServer
  const oauth2 = { enabled: true, tokenUri, clientId, clientSecret }
  await client.createCallbackUrl(urlOf(applicationId, { authentication: { oauth2 } }))
  await client.initActivation({ userId: 'alice', applicationId })
  await told(1)
  assert.match(receiver.received.at(-1)?.headers.authorization ?? '', /^Bearer ey/)
  await authorizationServer.close()
})

test('what waits for a callback URL goes with it', async () => {
  const { client } = running
  const applicationId = await newApplication()
  const { promise, resolve } = Promise.withResolvers<number>()
  receiver.answer = () => promise
  const { id } = await client.createCallbackUrl(urlOf(applicationId, { maxAttempts: 9 }))
  await client.initActivation({ userId: 'alice', applicationId })
  await told(1)
  await client.initActivation({ userId: 'alice', applicationId })
  await client.removeCallbackUrl({ id })
  resolve(200)
  const db = running.environment.database.forSchema<{ callback_event: { destination: string; last_error: string } }>(
    'powerauth',
  )
  const rows = await db.selectFrom('callback_event').select('last_error').where('destination', '=', id).execute()
  assert.ok(rows.some(({ last_error }) => last_error === 'its destination was removed'))
})

test('a key store and trusted roots by their contents become what the sender works with; the rest stays out', () => {
  const certificate = {
    enabled: true,
    useCustomKeyStore: true,
    keyStoreContent: 'MAA=',
    keyStorePassword: 'store',
    useCustomTrustStore: true,
    trustStoreContent: Buffer.from('-----BEGIN CERTIFICATE-----').toString('base64'),
  }
  const httpBasic = { enabled: false, username: 'a', password: 'b' }
  const stored = readAuthentication({ certificate, httpBasic })
  assert.deepEqual(credentialsOf(stored), {
    clientCertificate: { pfx: Uint8Array.of(0x30, 0), passphrase: 'store' },
    trustedRoots: '-----BEGIN CERTIFICATE-----',
  })
  // Kept where the next request leaves them out, as its answer never told them.
  const { keyStoreContent: _, keyStorePassword: __, ...rest } = certificate
  assert.deepEqual(readAuthentication({ certificate: rest }, stored).certificate, stored.certificate)
})

test('durations: what is written is read again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 36_500 * 86_400_000 }), (milliseconds) => {
      const seconds = milliseconds / 1000
      assert.ok(Math.abs(readDuration(writeDuration(seconds)) - seconds) < 1e-6)
    }),
  )
  assert.deepEqual(
    ['P30D', 'PT2.5S', 'P1DT2H3M4S', 'PT0S'].map((text) => writeDuration(readDuration(text))),
    ['PT720H', 'PT2.5S', 'PT26H3M4S', 'PT0S'],
  )
})
