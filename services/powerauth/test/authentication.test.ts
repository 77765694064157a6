import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { base64Decode, base64Encode, decryptVaultKey, signWithDeviceKey } from '@cloudsigner/powerauth-protocol'
import { nodeCrypto as crypto } from '@cloudsigner/powerauth-protocol/node'
import { type App, activeDevice, createApp, type Device, json } from './fixtures/device.ts'
import { type Answer, type RunningService, send, startService } from './fixtures/service.ts'

let running: RunningService
let app: App
before(async () => {
  running = await startService()
  app = await createApp(running, 'authentication-tests')
})
after(() => running.close())

const refusal = (code: string, message: string) => ({ status: 'ERROR', responseObject: { code, message } })
const signatureInvalid = refusal('ERR_AUTHENTICATION', 'POWER_AUTH_SIGNATURE_INVALID')

function assertRefused(answer: Answer, status: number, body: unknown): void {
  assert.deepEqual([answer.status, answer.body], [status, body])
}

const statusOf = ({ activationId }: Device) => running.client.getActivationStatus({ activationId })

test('every factor type and every method is verified over the exact bytes', async () => {
  const device = await activeDevice(running, app)
  for (const type of [
    'possession',
    'possession_knowledge',
    'possession_biometry',
    'possession_knowledge_biometry',
  ] as const) {
    assertRefused(await device.validate({ type }), 200, { status: 'OK' })
  }
  const url = `${running.urls.public}/pa/v3/signature/validate`
  for (const method of ['PUT', 'DELETE']) {
    const headers = await device.authorize('/pa/signature/validate', 'any \u0000 bytes', { method })
    const init = { method, headers: { 'content-type': 'text/plain', ...headers }, body: 'any \u0000 bytes' }
    assert.equal((await send(url, init)).status, 200, method)
  }
  const headers = await device.authorize('/pa/signature/validate', 'a=1&b=x+y', { method: 'GET' })
  assert.equal((await send(`${url}?b=x%20y&a=1&flag`, { headers })).status, 200)
  const changed = await device.authorize('/pa/signature/validate', '{"amount":1}')
  assertRefused(await device.post('/pa/v3/signature/validate', '{"amount":2}', changed), 401, signatureInvalid)
})

test('a wrong PIN counts and blocks as configured; a right one forgives; unblocking starts anew', async () => {
  const device = await activeDevice(running, app, 'dave', 3)
  assertRefused(await device.validate({ pin: 'wrong' }), 401, signatureInvalid)
  assertRefused(await device.validate({ pin: 'wrong' }), 401, signatureInvalid)
  assert.equal((await statusOf(device)).failedAttempts, 2)
  assert.equal((await device.validate({ type: 'possession' })).status, 200)
  assert.equal((await statusOf(device)).failedAttempts, 2)
  assert.equal((await device.validate()).status, 200)
  assert.equal((await statusOf(device)).failedAttempts, 0)
  for (let attempt = 0; attempt < 3; attempt++) await device.validate({ pin: 'wrong' })
  const blocked = await statusOf(device)
  assert.deepEqual([blocked.activationStatus, blocked.blockedReason], ['BLOCKED', 'MAX_FAILED_ATTEMPTS'])
  assertRefused(await device.validate(), 401, signatureInvalid)
  await running.client.unblockActivation({ activationId: device.activationId })
  assert.equal((await device.validate()).status, 200)
  const { items } = await running.client.getSignatureAuditLog({
    userId: 'dave',
    timestampFrom: 0,
    timestampTo: '2100-01-01T00:00:00Z',
  })
  assert.deepEqual(items.map((item) => item.note).filter((note) => note === 'activation_invalid_state').length, 1)
  assert.equal(items.filter((item) => item.valid).length, 3)
})

test('a code is good once', async () => {
  const device = await activeDevice(running, app)
  const headers = await device.authorize('/pa/signature/validate', '{}')
  assert.equal((await device.post('/pa/v3/signature/validate', '{}', headers)).status, 200)
  assertRefused(await device.post('/pa/v3/signature/validate', '{}', headers), 401, signatureInvalid)
})

test('of twenty copies of one code sent at once, one is good', async () => {
  const device = await activeDevice(running, app, 'erin', 64)
  const headers = await device.authorize('/pa/signature/validate', '{}')
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => device.post('/pa/v3/signature/validate', '{}', headers)),
  )
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1)
  assert.equal((await statusOf(device)).failedAttempts, 19)
})

test('the window is twenty steps wide', async () => {
  const device = await activeDevice(running, app, 'frank', 10)
  const skip = async (steps: number) => {
    for (let step = 0; step < steps; step++) await device.authorize('/pa/signature/validate', '{}')
  }
  await skip(19)
  assert.equal((await device.validate()).status, 200)
  await skip(20)
  assertRefused(await device.validate(), 401, signatureInvalid)
})

test('an unsupported version or another application is refused and counted', async () => {
  const other = await createApp(running, 'other-application')
  const device = await activeDevice(running, app)
  assertRefused(await device.validate({ app: other }), 401, signatureInvalid)
  assert.equal((await statusOf(device)).failedAttempts, 1)
  const { versions } = await running.client.getApplicationDetail({ applicationId: 'other-application' })
  const applicationVersionId = versions[0]?.applicationVersionId ?? ''
  const mine = await activeDevice(running, other)
  await running.client.unsupportApplicationVersion({ applicationId: 'other-application', applicationVersionId })
  assertRefused(await mine.validate(), 401, signatureInvalid)
  assertRefused(
    await thrown(mine.temporaryKey('activation')),
    400,
    refusal('ERR_TEMPORARY_KEY', 'POWER_AUTH_TEMPORARY_KEY_FAILURE'),
  )
  await running.client.supportApplicationVersion({ applicationId: 'other-application', applicationVersionId })
  assert.equal((await mine.validate()).status, 200)
})

async function thrown(promise: Promise<unknown>): Promise<Answer> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason) => reason,
  )
  return Object(error).answer
}

test('the vault opens for the PIN, not for biometry, not for a wrong PIN', async () => {
  const device = await activeDevice(running, app)
  const { answer, opened } = await device.unlockVault()
  assert.equal(answer.status, 200)
  const encrypted = base64Decode(opened?.encryptedVaultEncryptionKey ?? '', 'key')
  const { transportKey, vaultEncryptionKey } = device.activationKeys
  assert.deepEqual(await decryptVaultKey(crypto, transportKey, encrypted), vaultEncryptionKey)
  const vaultInvalid = refusal('ERR_SECURE_VAULT', 'POWER_AUTH_SECURE_VAULT_INVALID')
  assertRefused((await device.unlockVault({ type: 'possession_biometry' })).answer, 400, vaultInvalid)
  assertRefused((await device.unlockVault({}, 'no reason!')).answer, 400, vaultInvalid)
  assertRefused((await device.unlockVault({ pin: 'wrong' })).answer, 401, signatureInvalid)
  assert.equal((await statusOf(device)).failedAttempts, 1)
})

test('an encrypted request is good once, in time, and for its own activation', async () => {
  const device = await activeDevice(running, app)
  const other = await activeDevice(running, app)
  const encryptionFailed = refusal('ERR_ENCRYPTION', 'POWER_AUTH_ENCRYPTION_FAILED')
  const ask = (request: unknown, headers = device.encryptionHeader('activation')) =>
    device.post('/pa/v3/user/info', JSON.stringify(request), headers)
  const outgoing = await device.encrypt('/pa/generic/activation', {})
  const first = await ask(outgoing.request)
  assert.equal(first.status, 200)
  assert.equal(Object(json(await outgoing.decryptResponse(first.body))).sub, 'alice')
  assertRefused(await ask(outgoing.request), 400, encryptionFailed)

  const now = running.clock.now().getTime()
  for (const timestamp of [now - 301_000, now + 301_000]) {
    assertRefused(
      await ask((await device.encrypt('/pa/generic/activation', {}, timestamp)).request),
      400,
      encryptionFailed,
    )
  }
  const foreign = (await device.encrypt('/pa/generic/activation', {})).request
  assertRefused(await ask(foreign, other.encryptionHeader('activation')), 400, encryptionFailed)
  assertRefused(await ask(foreign, device.encryptionHeader('application')), 400, encryptionFailed)
  const tampered = { ...foreign, mac: base64Encode(crypto.random(32)) }
  assertRefused(await ask(tampered), 400, encryptionFailed)
  assert.equal((await ask(foreign)).status, 200)
})

test('of ten copies of one encrypted request sent at once, one is answered', async () => {
  const device = await activeDevice(running, app)
  const { request } = await device.encrypt('/pa/generic/activation', {})
  const body = JSON.stringify(request)
  const ask = () => device.post('/pa/v3/user/info', body, device.encryptionHeader('activation'))
  const answers = await Promise.all(Array.from({ length: 10 }, ask))
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1)
})

test('a temporary key ends after five minutes, with its activation, or when it is removed', async () => {
  const device = await activeDevice(running, app)
  const ask = (request: unknown) =>
    device.post('/pa/v3/user/info', JSON.stringify(request), device.encryptionHeader('activation'))
  const late = await device.encrypt('/pa/generic/activation', {}, running.clock.now().getTime() + 299_000)
  running.clock.advance(300)
  assert.equal((await ask(late.request)).status, 400)
  const removed = await device.encrypt('/pa/generic/activation', {})
  const id = removed.request.temporaryKeyId ?? ''
  assert.deepEqual(await running.client.removeTemporaryKey({ id }), { id, removed: true })
  assert.deepEqual(await running.client.removeTemporaryKey({ id }), { id, removed: false })
  assert.equal((await ask(removed.request)).status, 400)
  const last = await device.encrypt('/pa/generic/activation', {})
  await running.client.removeActivation({ activationId: device.activationId })
  assert.equal((await ask(last.request)).status, 400)
  assert.equal((await thrown(device.temporaryKey('activation'))).status, 400)
})

test('a token speaks for its own activation, once each nonce, in time, until it is removed', async () => {
  const device = await activeDevice(running, app)
  const { token } = await device.createToken()
  assert.ok(token)
  const detail = async (header: Record<string, string>, by = device) => {
    const outgoing = await by.encrypt('/pa/generic/activation', {})
    const headers = { ...header, ...by.encryptionHeader('activation') }
    const answer = await by.post('/pa/v3/activation/detail', JSON.stringify(outgoing.request), headers)
    return { answer, opened: answer.status === 200 ? json(await outgoing.decryptResponse(answer.body)) : undefined }
  }
  const header = await device.tokenHeader(token)
  const { opened } = await detail(header)
  const { activationId } = device
  assert.deepEqual(opened, { status: 'OK', responseObject: { activationId, activationName: 'phone' } })
  const tokenInvalid = refusal('ERR_AUTHENTICATION', 'POWER_AUTH_TOKEN_INVALID')
  assertRefused((await detail(header)).answer, 401, tokenInvalid)
  assertRefused(
    (await detail(await device.tokenHeader(token, running.clock.now().getTime() - 301_000))).answer,
    401,
    tokenInvalid,
  )
  const forged = { tokenId: token.tokenId, tokenSecret: base64Encode(crypto.random(16)) }
  assertRefused((await detail(await device.tokenHeader(forged))).answer, 401, tokenInvalid)
  const other = await activeDevice(running, app)
  assert.equal((await detail(await device.tokenHeader(token), other)).answer.status, 400)
  const oneFactor = await device.createToken('possession')
  assert.ok(oneFactor.token)
  const typeInvalid = refusal('ERR_AUTHENTICATION', 'POWER_AUTH_SIGNATURE_TYPE_INVALID')
  assertRefused((await detail(await device.tokenHeader(oneFactor.token))).answer, 401, typeInvalid)

  const body = JSON.stringify({ requestObject: { tokenId: token.tokenId } })
  const strange = await other.authorize('/pa/token/remove', body)
  assert.equal((await other.post('/pa/v3/token/remove', body, strange)).status, 200)
  assert.equal((await detail(await device.tokenHeader(token))).answer.status, 200)
  const own = await device.authorize('/pa/token/remove', body)
  assert.equal((await device.post('/pa/v3/token/remove', body, own)).status, 200)
  assertRefused((await detail(await device.tokenHeader(token))).answer, 401, tokenInvalid)
})

test('a code over the plaintext or over the envelope renames', async () => {
  const device = await activeDevice(running, app)
  for (const over of ['plaintext', 'envelope']) {
    const plaintext = { activationName: `by ${over}` }
    const outgoing = await device.encrypt('/pa/generic/activation', plaintext)
    const body = JSON.stringify(outgoing.request)
    const headers = await device.authorize(
      '/pa/activation/rename',
      over === 'plaintext' ? JSON.stringify(plaintext) : body,
    )
    assert.equal((await device.post('/pa/v3/activation/rename', body, headers)).status, 200)
    assert.equal((await statusOf(device)).activationName, `by ${over}`)
  }
})

test('the device signature is verified by the pinned device key alone', async () => {
  const { client } = running
  const device = await activeDevice(running, app)
  const bytes = new TextEncoder().encode('the signed attributes')
  const signature = base64Encode(await signWithDeviceKey(crypto, device.pair, bytes))
  const jose = base64Encode(Uint8Array.from(await crypto.ecdsaP256Sign(device.pair, bytes)))
  const { activationId } = device
  const verify = (changes: object) =>
    client.verifyEcdsaSignature({ activationId, data: base64Encode(bytes), signature, ...changes })
  assert.deepEqual(await verify({}), { signatureValid: true })
  assert.deepEqual(await verify({ signature: jose, signatureFormat: 'JOSE' }), { signatureValid: true })
  assert.deepEqual(await verify({ data: base64Encode(bytes.subarray(1)) }), { signatureValid: false })
  assert.deepEqual(await verify({ signature: base64Encode(crypto.random(70)) }), { signatureValid: false })
  assert.deepEqual(await verify({ signatureFormat: 'JOSE' }), { signatureValid: false })
  await assert.rejects(verify({ activationId: 'nobody' }), { code: 'ERR0009' })
  await assert.rejects(verify({ data: 'AAA' }), { code: 'ERR0011' })
  const { activationId: waiting } = await client.initActivation({ userId: 'alice', applicationId: app.applicationId })
  await assert.rejects(verify({ activationId: waiting }), { code: 'ERR0008' })
})

test('the device removes its own activation', async () => {
  const device = await activeDevice(running, app)
  const answer = await device.post('/pa/v3/activation/remove', '', await device.authorize('/pa/activation/remove', ''))
  assertRefused(answer, 200, { status: 'OK', responseObject: { activationId: device.activationId } })
  assert.equal((await statusOf(device)).activationStatus, 'REMOVED')
  assertRefused(await device.validate(), 401, signatureInvalid)
})

test('no secret is in the log, and none in the audit', async () => {
  const device = await activeDevice(running, app, 'grace')
  await device.unlockVault()
  await device.validate({ pin: 'wrong' })
  const { items } = await running.client.getSignatureAuditLog({
    userId: 'grace',
    timestampFrom: 0,
    timestampTo: '2100-01-01T00:00:00Z',
  })
  const written = running.environment.logger.text() + JSON.stringify(items)
  const decoded = items.map((item) => Buffer.from(item.dataBase64 ?? '', 'base64').toString()).join()
  for (const secret of [app.applicationSecret, ...Object.values(device.activationKeys).map(base64Encode)]) {
    assert.ok(!written.includes(secret) && !decoded.includes(secret))
  }
})
