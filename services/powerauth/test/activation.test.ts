import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  base64Decode,
  base64Encode,
  computeActivationFingerprint,
  decryptStatusBlob,
  verifyActivationCodeSignature,
} from '@cloudsigner/powerauth-protocol'
import { nodeCrypto as crypto } from '@cloudsigner/powerauth-protocol/node'
import { type App, activeDevice, createApp, Device } from './fixtures/device.ts'
import { type RunningService, startService } from './fixtures/service.ts'

let running: RunningService
let app: App
before(async () => {
  running = await startService()
  app = await createApp(running, 'activation-tests')
})
after(() => running.close())

async function init(options: { activationOtp?: string; commitPhase?: 'ON_COMMIT' | 'ON_KEY_EXCHANGE' } = {}) {
  return running.client.initActivation({ userId: 'alice', applicationId: app.applicationId, ...options })
}

test('an activation goes from its code to ACTIVE, and both sides show the same fingerprint', async () => {
  const { client } = running
  const created = await init()
  assert.ok(
    await verifyActivationCodeSignature(
      crypto,
      app.masterPublicKey,
      created.activationCode,
      created.activationSignature,
    ),
  )
  assert.equal((await client.getActivationStatus(created)).activationStatus, 'CREATED')

  const device = await Device.make(running, app)
  assert.equal((await device.activate(created.activationCode, { platform: 'ios', deviceInfo: 'iphone' })).status, 200)
  assert.equal(device.activationId, created.activationId)
  const pending = await client.getActivationStatus(created)
  assert.equal(pending.activationStatus, 'PENDING_COMMIT')
  const fingerprint = await computeActivationFingerprint(crypto, {
    devicePublicKey: device.pair.publicKey,
    activationId: device.activationId,
    serverPublicKey: device.serverPublicKey,
  })
  assert.equal(pending.devicePublicKeyFingerprint, fingerprint)
  assert.equal(pending.platform, 'ios')
  assert.equal(pending.activationCode, null)

  assert.deepEqual(await client.commitActivation(created), { activationId: created.activationId, activated: true })
  assert.equal((await client.getActivationStatus(created)).activationStatus, 'ACTIVE')
  const history = await client.getActivationHistory({
    activationId: created.activationId,
    timestampFrom: 0,
    timestampTo: '2100-01-01T00:00:00.000Z',
  })
  assert.deepEqual(
    history.items.map((item) => item.activationStatus),
    ['CREATED', 'PENDING_COMMIT', 'ACTIVE'],
  )
  assert.equal((await device.validate()).status, 200)
})

test('the status blob opens with the device key alone, and is random for strangers', async () => {
  const device = await activeDevice(running, app)
  const challenge = crypto.random(16)
  const ask = async (activationId: string) => {
    const requestObject = { activationId, challenge: base64Encode(challenge) }
    const answer = await device.post('/pa/v3/activation/status', JSON.stringify({ requestObject }))
    const { responseObject } = answer.body as { responseObject: { encryptedStatusBlob: string; nonce: string } }
    const nonce = base64Decode(responseObject.nonce, 'nonce')
    const blob = base64Decode(responseObject.encryptedStatusBlob, 'blob')
    return decryptStatusBlob(crypto, { transportKey: device.activationKeys.transportKey, challenge, nonce }, blob)
  }
  const status = await ask(device.activationId)
  assert.equal(status?.activationStatus, 'ACTIVE')
  assert.equal(status?.ctrLookAhead, 20)
  assert.equal(status?.maxFailedAttempts, 3)
  assert.equal(await ask('00000000-0000-4000-8000-000000000000'), null)
  await running.client.removeActivation({ activationId: device.activationId })
  assert.equal((await ask(device.activationId))?.activationStatus, 'REMOVED')
})

test('an unknown activation looks like a removed one', async () => {
  const status = await running.client.getActivationStatus({ activationId: 'nobody' })
  assert.equal(status.activationStatus, 'REMOVED')
  assert.equal(status.userId, 'unknown')
  // Not 'unknown': the Java client's model knows powerauth, fido2 and null.
  assert.equal(status.protocol, null)
  assert.equal(status.timestampCreated, '1970-01-01T00:00:00.000+00:00')
})

test('a code is good once, and only in its own application', async () => {
  const other = await createApp(running, 'another application')
  const created = await init()
  const stranger = await Device.make(running, other)
  assert.deepEqual((await stranger.activate(created.activationCode)).body, activationInvalid)
  const device = await Device.make(running, app)
  assert.equal((await device.activate(created.activationCode)).status, 200)
  const second = await Device.make(running, app)
  const answer = await second.activate(created.activationCode)
  assert.equal(answer.status, 400)
  assert.deepEqual(answer.body, activationInvalid)
})

const activationInvalid = {
  status: 'ERROR',
  responseObject: { code: 'ERR_ACTIVATION', message: 'POWER_AUTH_ACTIVATION_INVALID' },
}

test('a device key off the curve ends the activation', async () => {
  const created = await init()
  const device = await Device.make(running, app)
  const devicePublicKey = base64Encode(
    Uint8Array.from(device.pair.publicKey, (byte, index) => (index === 64 ? byte ^ 1 : byte)),
  )
  const answer = await device.activate(created.activationCode, { devicePublicKey })
  assert.equal(answer.status, 400)
  assert.deepEqual(answer.body, activationInvalid)
  assert.equal((await running.client.getActivationStatus(created)).activationStatus, 'REMOVED')
})

test('an overdue activation is REMOVED when somebody asks, and cannot be committed', async () => {
  const waiting = await init()
  const pending = await init()
  const device = await Device.make(running, app)
  await device.activate(pending.activationCode)
  running.clock.advance(301)
  assert.equal((await running.client.getActivationStatus(waiting)).activationStatus, 'REMOVED')
  await assert.rejects(running.client.commitActivation(pending), { code: 'ERR0007' })
  await assert.rejects(running.client.commitActivation(pending), { code: 'ERR0008' })
})

test('an OTP of the commit is counted, and the last wrong one removes', async () => {
  const created = await running.client.initActivation({
    userId: 'alice',
    applicationId: app.applicationId,
    activationOtp: '246810',
    maxFailureCount: 2,
  })
  const device = await Device.make(running, app)
  await device.activate(created.activationCode)
  const commit = (activationOtp?: string) =>
    running.client.commitActivation({ activationId: created.activationId, ...(activationOtp && { activationOtp }) })
  await assert.rejects(commit('000000'), { code: 'ERR0031' })
  assert.equal((await running.client.getActivationStatus(created)).failedAttempts, 1)
  await assert.rejects(commit(), { code: 'ERR0031' })
  assert.equal((await running.client.getActivationStatus(created)).activationStatus, 'REMOVED')
  await assert.rejects(commit('246810'), { code: 'ERR0008' })
})

test('an OTP of the key exchange makes the activation ACTIVE at once', async () => {
  const created = await init({ activationOtp: 'sesame', commitPhase: 'ON_KEY_EXCHANGE' })
  const device = await Device.make(running, app)
  assert.equal((await device.activate(created.activationCode)).status, 400)
  const status = await running.client.getActivationStatus(created)
  assert.equal(status.activationStatus, 'CREATED')
  assert.equal(status.failedAttempts, 1)
  assert.equal((await device.activate(created.activationCode, { activationOtp: 'sesame' })).status, 200)
  assert.equal((await running.client.getActivationStatus(created)).activationStatus, 'ACTIVE')
})

test('an OTP can be set before the commit', async () => {
  const created = await init()
  const { activationId } = created
  await assert.rejects(running.client.updateActivationOtp({ activationId, activationOtp: '1' }), { code: 'ERR0008' })
  const device = await Device.make(running, app)
  await device.activate(created.activationCode)
  await running.client.updateActivationOtp({ activationId, activationOtp: '13579' })
  await assert.rejects(running.client.commitActivation({ activationId, activationOtp: '1' }), { code: 'ERR0031' })
  await running.client.commitActivation({ activationId, activationOtp: '13579' })
  assert.equal((await running.client.getActivationStatus(created)).failedAttempts, 0)
})

test('block, unblock and remove say what they refuse', async () => {
  const { client } = running
  const { activationId } = await activeDevice(running, app)
  const blocked = await client.blockActivation({ activationId, reason: 'LOST' })
  assert.deepEqual(blocked, { activationId, activationStatus: 'BLOCKED', blockedReason: 'LOST' })
  assert.equal((await client.unblockActivation({ activationId })).activationStatus, 'ACTIVE')
  await client.removeActivation({ activationId })
  await assert.rejects(client.blockActivation({ activationId }), { code: 'ERR0008' })
  await assert.rejects(client.unblockActivation({ activationId }), { code: 'ERR0008' })
  assert.equal((await client.removeActivation({ activationId })).removed, true)
  for (const method of ['blockActivation', 'unblockActivation', 'removeActivation', 'commitActivation'] as const) {
    await assert.rejects(client[method]({ activationId: 'nobody' }), { code: 'ERR0009' })
  }
})

test('lists, flags and names', async () => {
  const { client } = running
  const first = await activeDevice(running, app, 'bob')
  running.clock.advance(1)
  const second = await activeDevice(running, app, 'bob')
  const list = await client.getActivationListForUser({ userId: 'bob' })
  assert.deepEqual(
    list.activations.map((activation) => activation.activationId),
    [second.activationId, first.activationId],
  )
  const { activationId } = first
  assert.deepEqual(
    (await client.addActivationFlags({ activationId, activationFlags: ['A', 'B', 'A'] })).activationFlags,
    ['A', 'B'],
  )
  assert.deepEqual((await client.removeActivationFlags({ activationId, activationFlags: ['A'] })).activationFlags, [
    'B',
  ])
  const found = await client.lookupActivations({ userIds: ['bob'], activationFlags: ['B'] })
  assert.equal(found.activations.length, 1)
  const renamed = await client.updateActivationName({ activationId, activationName: 'red', externalUserId: 'office' })
  assert.equal(renamed.activationName, 'red')
  await client.updateStatusForActivations({
    activationIds: [first.activationId, second.activationId],
    activationStatus: 'BLOCKED',
  })
  const statuses = (await client.getActivationListForUser({ userId: 'bob', activationStatuses: ['BLOCKED'] }))
    .activations
  assert.equal(statuses.length, 2)
})

test('bulk status is all or none', async () => {
  const { client } = running
  const { activationId } = await activeDevice(running, app, 'carol')
  const activationIds = [activationId, 'ffffffff-none']
  await assert.rejects(client.updateStatusForActivations({ activationIds, activationStatus: 'REMOVED' }), {
    code: 'ERR0009',
  })
  assert.equal((await client.getActivationStatus({ activationId })).activationStatus, 'ACTIVE')
})
