import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFixedClock, openTestEnvironment, withRealPostgres } from '@cloudsigner/service/testing'
import { type App, activeDevice, createApp, Device } from './fixtures/device.ts'
import { type RunningService, startIn } from './fixtures/service.ts'

/** PGlite has one connection, on which rivals never meet: so two replicas on a real server. */
test('two replicas on one PostgreSQL keep every rule that needs a lock', async (t) => {
  await withRealPostgres(async (server) => {
    const clock = createFixedClock()
    const environment = await openTestEnvironment({ clock, database: await server.open({ clock }) })
    const replicas = await Promise.all([
      startIn(environment, clock),
      startIn({ ...environment, database: await server.open({ clock }) }, clock),
    ])
    const [first, second] = replicas
    const app = await createApp(first, 'replicas')

    await t.test('of forty copies of one code one is good', () => oneCode(first, second, app))
    await t.test('wrong PINs at once block after as many as are allowed', () => wrongPins(first, second, app))
    await t.test('of twenty copies of one encrypted request one is answered', () => oneEnvelope(first, second, app))
    await t.test('one activation code makes one activation', () => oneActivation(first, second, app))
    await t.test('wrong OTPs at once are all counted', () => wrongOtps(first, second, app))
    await t.test('one application of a name', () => oneApplication(first, second))

    await Promise.all(replicas.map((replica) => replica.close()))
    await environment.close()
  })
})

const alternating = (first: RunningService, second: RunningService, count: number) =>
  Array.from({ length: count }, (_, index) => (index % 2 === 0 ? first : second))

/** The same device, talking to another replica. */
function at(running: RunningService, device: Device): Device {
  const { activationId, serverPublicKey, ctrData, keys } = device
  return Object.assign(new Device(running, device.app, device.pair), { activationId, serverPublicKey, ctrData, keys })
}

async function oneCode(first: RunningService, second: RunningService, app: App): Promise<void> {
  const device = await activeDevice(first, app, 'alice', 200)
  const headers = await device.authorize('/pa/signature/validate', '{}')
  const answers = await Promise.all(
    alternating(first, second, 40).map((replica) =>
      at(replica, device).post('/pa/v3/signature/validate', '{}', headers),
    ),
  )
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1)
  const { items } = await first.client.getSignatureAuditLog({
    userId: 'alice',
    timestampFrom: 0,
    timestampTo: '2100-01-01T00:00:00Z',
  })
  assert.deepEqual([items.length, items.filter((item) => item.valid).length], [40, 1])
}

async function wrongPins(first: RunningService, second: RunningService, app: App): Promise<void> {
  const device = await activeDevice(first, app, 'bob', 7)
  await Promise.all(alternating(first, second, 20).map((replica) => at(replica, device).validate({ pin: 'wrong' })))
  const status = await second.client.getActivationStatus({ activationId: device.activationId })
  assert.deepEqual([status.activationStatus, status.failedAttempts], ['BLOCKED', 7])
  const history = await first.client.getActivationHistory({
    activationId: device.activationId,
    timestampFrom: 0,
    timestampTo: '2100-01-01T00:00:00Z',
  })
  assert.equal(history.items.filter((item) => item.activationStatus === 'BLOCKED').length, 1)
}

async function oneEnvelope(first: RunningService, second: RunningService, app: App): Promise<void> {
  const device = await activeDevice(first, app)
  const body = JSON.stringify((await device.encrypt('/pa/generic/activation', {})).request)
  const answers = await Promise.all(
    alternating(first, second, 20).map((replica) =>
      at(replica, device).post('/pa/v3/user/info', body, device.encryptionHeader('activation')),
    ),
  )
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, ...Array(19).fill(400)])
}

async function oneActivation(first: RunningService, second: RunningService, app: App): Promise<void> {
  const { activationCode } = await first.client.initActivation({ userId: 'carol', applicationId: app.applicationId })
  const devices = await Promise.all(alternating(first, second, 10).map((replica) => Device.make(replica, app)))
  const answers = await Promise.all(devices.map((device) => device.activate(activationCode)))
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, ...Array(9).fill(400)])
}

async function wrongOtps(first: RunningService, second: RunningService, app: App): Promise<void> {
  const created = await first.client.initActivation({
    userId: 'dave',
    applicationId: app.applicationId,
    activationOtp: '1',
    maxFailureCount: 4,
  })
  const { activationId } = created
  await (await Device.make(first, app)).activate(created.activationCode)
  const codes = await Promise.all(
    alternating(first, second, 10).map(({ client }) =>
      client.commitActivation({ activationId, activationOtp: '2' }).then(
        () => 'committed',
        (error) => Object(error).code,
      ),
    ),
  )
  assert.equal(codes.filter((code) => code === 'ERR0031').length, 4)
  assert.equal((await first.client.getActivationStatus({ activationId })).activationStatus, 'REMOVED')
}

async function oneApplication(first: RunningService, second: RunningService): Promise<void> {
  const results = await Promise.allSettled(
    alternating(first, second, 8).map(({ client }) => client.createApplication({ applicationId: 'once' })),
  )
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1)
  const { versions } = await first.client.getApplicationDetail({ applicationId: 'once' })
  assert.equal(versions.length, 1)
}
