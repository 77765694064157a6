/** Operations of the mobile token and offline codes, with the genuine PowerAuth client as the phone. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { commit, createDevice, type Device, privateApi } from './device.ts'
import { member, text } from './http.ts'
import { logged, type StepOptions, succeeded } from './powerauth-client.ts'
import { stack } from './stack.ts'
import { strangerTest } from './stranger-test.ts'

const needs = ['java', 'powerauthClient'] as const
const operations = '/api/auth/token/app/operation'

async function activeDevice(): Promise<Device> {
  const device = await createDevice()
  await commit(device)
  return device
}

/** An operation for the device's user; its data is `A2`. */
async function createOperation(device: Device): Promise<string> {
  const templateName = `login-${randomUUID()}`
  await privateApi('/operation/template/create', {
    templateName,
    operationType: 'login',
    dataTemplate: 'A2',
    signatureType: ['POSSESSION_KNOWLEDGE'],
    maxFailureCount: 5,
    expiration: 300,
  })
  const applications = [device.applicationId]
  const operation = await privateApi('/operation/create', { userId: device.userId, applications, templateName })
  return text(operation, 'id')
}

async function decide(device: Device, path: string, body: unknown, given: StepOptions = {}) {
  const { powerauth } = await stack()
  await writeFile(device.file('operation'), JSON.stringify({ requestObject: body }))
  const call = { u: `${powerauth.public}${operations}${path}`, E: `/operation${path}`, t: 'POST' }
  return device.run('sign', { ...call, l: 'possession_knowledge', d: device.file('operation'), ...given })
}

strangerTest('operations: listed by a token, authorized by the PIN over their data', needs, async () => {
  const device = await activeDevice()
  const id = await createOperation(device)
  const { powerauth } = await stack()
  const token = await device.run('create-token', { l: 'possession_knowledge' })
  await writeFile(device.file('list'), '{}')
  const listed = await device.run('validate-token', {
    u: `${powerauth.public}${operations}/list`,
    t: 'POST',
    T: String(logged(token, 'tokenId')),
    S: String(logged(token, 'tokenSecret')),
    d: device.file('list'),
  })
  assert.ok(succeeded(listed), JSON.stringify(listed.log.slice(-2)))
  assert.match(JSON.stringify(listed.log), new RegExp(id))

  assert.ok(!succeeded(await decide(device, '/authorize', { id, data: 'A1*A100CZK' })), 'other data')
  assert.ok(!succeeded(await decide(device, '/authorize', { id, data: 'A2' }, { p: '9999' })), 'a wrong PIN')
  assert.ok(succeeded(await decide(device, '/authorize', { id, data: 'A2' })))
  const after = await privateApi('/operation/detail', { operationId: id, userId: device.userId })
  assert.equal(member(after, 'status'), 'APPROVED')
  assert.ok(!succeeded(await decide(device, '/authorize', { id, data: 'A2' })), 'again')
})

strangerTest('operations: rejected', needs, async () => {
  const device = await activeDevice()
  const id = await createOperation(device)
  const rejected = await decide(device, '/cancel', { id, reason: 'UNEXPECTED_OPERATION' }, { l: 'possession' })
  assert.ok(succeeded(rejected), JSON.stringify(rejected.log.slice(-2)))
  const after = await privateApi('/operation/detail', { operationId: id, userId: device.userId })
  assert.equal(member(after, 'status'), 'REJECTED')
})

strangerTest(
  'offline: the code that the device computes from a QR code verifies, for its data only',
  needs,
  async () => {
    const device = await activeDevice()
    const { activationId } = device
    const id = randomUUID()
    const operationData = 'A1*A100CZK*Q238400856/0300**D20190629*NUtility Bill Payment - 05/2019'
    const payload = await privateApi('/signature/offline/personalized/create', {
      activationId,
      data: `${id}\nPayment\nPlease confirm this payment\n${operationData}\nB`,
    })
    const qrCode = text(payload, 'offlineData').replaceAll('\n', '\\n')
    const computed = await device.run('compute-offline-signature', { q: qrCode })
    assert.ok(succeeded(computed), JSON.stringify(computed.log.slice(-2)))
    const signature = logged(computed, 'offlineSignature')
    const base64 = (value: string) => Buffer.from(value).toString('base64')
    const verify = (data: string) => {
      const uriId = base64('/operation/authorize/offline')
      const normalised = `POST&${uriId}&${text(payload, 'nonce')}&${base64(`${id}&${data}`)}`
      const request = { activationId, data: normalised, signature, allowBiometry: false }
      return privateApi('/signature/offline/verify', request)
    }
    assert.equal(member(await verify('A1*A999CZK'), 'signatureValid'), false)
    assert.equal(member(await verify(operationData), 'signatureValid'), true)
  },
)
