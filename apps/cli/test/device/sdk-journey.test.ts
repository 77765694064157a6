/** The SDK against the real PowerAuth service over HTTP: every call of it, and what goes wrong. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { verifyDeviceSignature } from '@cloudsigner/powerauth-protocol'
import { nodeCrypto } from '@cloudsigner/powerauth-protocol/node'
import {
  memoryStorage,
  PowerAuth,
  PowerAuthError,
  type PowerAuthErrorCode,
  type PowerAuthOptions,
  possession,
  possessionWithBiometry,
  possessionWithPassword,
} from '@cloudsigner/powerauth-sdk'
import { type RunningPowerAuth, startPowerAuth } from './running-powerauth.ts'

const applicationId = 'sdk-journey'
const pin = '1234'
let server: RunningPowerAuth
let mobileSdkConfig: string

before(async () => {
  server = await startPowerAuth()
  mobileSdkConfig = await server.createApplication(applicationId)
})
after(() => server.close())

test('a device activates, is committed, proves itself, signs, and is removed', async () => {
  const { phone, options } = await activated()
  assert.deepEqual(await phone.fetchActivationStatus(), {
    state: 'ACTIVE',
    failedAttempts: 0,
    maxFailedAttempts: 5,
    remainingAttempts: 5,
  })
  await phone.validatePassword(pin)

  const data = new TextEncoder().encode('signed attributes')
  const signature = await phone.signWithDevicePrivateKey(possessionWithPassword(pin), data)
  assert.equal(await verifyDeviceSignature(nodeCrypto, phone.devicePublicKey, data, signature), true)
  const { signatureValid } = await server.client.verifyEcdsaSignature({
    activationId: phone.activationId ?? '',
    data: Buffer.from(data).toString('base64'),
    signature: Buffer.from(signature).toString('base64'),
  })
  assert.equal(signatureValid, true)

  const again = await PowerAuth.open(options)
  await again.validatePassword(pin)
  await again.removeActivation(possessionWithPassword(pin))
  assert.equal(again.hasActivation, false)
  assert.equal((await PowerAuth.open(options)).hasActivation, false)
})

test('the fingerprint is the one that the back office sees, and nothing is stored before it was compared', async () => {
  const { phone, options, init } = await device()
  const { activationId, fingerprint } = await phone.createActivation({ code: init.activationCode, name: 'phone' })
  const status = await server.client.getActivationStatus({ activationId })
  assert.equal(status.devicePublicKeyFingerprint, fingerprint)
  assert.equal(phone.activationFingerprint, fingerprint)
  assert.equal((await PowerAuth.open(options)).hasActivation, false)
  await phone.persistActivation({ password: pin })
  assert.equal((await phone.fetchActivationStatus()).state, 'PENDING_COMMIT')
})

test('the signature of a QR code is verified', async () => {
  const { phone, init } = await device()
  const { activationCode: code, activationSignature: signature } = init
  const other = await server.client.initActivation({ userId: 'bob', applicationId })
  await refuses('activation_signature_invalid', phone.createActivation({ code: `${code}#AAAA`, name: 'p' }))
  const swapped = `${code}#${other.activationSignature}`
  await refuses('activation_signature_invalid', phone.createActivation({ code: swapped, name: 'p' }))
  await phone.createActivation({ code: `${code}#${signature}`, name: 'phone' })
})

test('a code is read as people type it; a typing error and an unknown code are told apart', async () => {
  const { phone, init } = await device()
  await refuses('invalid_activation_code', phone.createActivation({ code: 'AAAAA-AAAAA-AAAAA-AAAAB', name: 'p' }))
  const unknown = await refuses(
    'request_refused',
    phone.createActivation({ code: 'AAAAA-AAAAA-AAAAA-AAAAA', name: 'p' }),
  )
  assert.equal(unknown.serverCode, 'ERR_ACTIVATION')
  const typed = init.activationCode.toLowerCase().replaceAll('-', '').replaceAll('o', '0').replaceAll('i', '1')
  await phone.createActivation({ code: typed, name: 'phone' })
})

test('a one-time password is asked at the key exchange where init says so', async () => {
  const more = { activationOtp: '987654', commitPhase: 'ON_KEY_EXCHANGE' } as const
  const { phone, init } = await device(more)
  await refuses('request_refused', phone.createActivation({ code: init.activationCode, name: 'p', otp: '000000' }))
  await phone.createActivation({ code: init.activationCode, name: 'p', otp: '987654' })
  await phone.persistActivation({ password: pin })
  assert.equal((await phone.fetchActivationStatus()).state, 'ACTIVE')
})

test('a wrong PIN is counted and blocks; the right one helps no more until the bank unblocks', async () => {
  const { phone } = await activated({ maxFailureCount: 2 })
  await refuses('authentication_failed', phone.validatePassword('9999'))
  assert.equal((await phone.fetchActivationStatus()).remainingAttempts, 1)
  await refuses(
    'authentication_failed',
    phone.signWithDevicePrivateKey(possessionWithPassword('9999'), new Uint8Array(1)),
  )
  assert.equal((await phone.fetchActivationStatus()).state, 'BLOCKED')
  await refuses('authentication_failed', phone.validatePassword(pin))
  await server.client.unblockActivation({ activationId: phone.activationId ?? '' })
  await phone.validatePassword(pin)
})

test('the PIN changes on the device, after the old one was proven', async () => {
  const { phone } = await activated()
  await refuses('authentication_failed', phone.changePassword('9999', '4321'))
  await phone.validatePassword(pin)
  await phone.changePassword(pin, '4321')
  await phone.validatePassword('4321')
  await refuses('authentication_failed', phone.validatePassword(pin))
  await refuses('invalid_argument', phone.changePassword('4321', '1'))
})

test('biometry is set up later through the vault, or at once, and is a factor of its own', async () => {
  const { phone } = await activated()
  const request = { method: 'POST', uriId: '/x', body: '{}' }
  await refuses('biometry_missing', phone.authenticationHeader(possessionWithBiometry(), request))
  await phone.addBiometry(pin)
  await phone.tokens.create('by biometry', possessionWithBiometry())
  await phone.removeBiometry()
  await refuses('biometry_missing', phone.tokens.create('again', possessionWithBiometry()))
})

test('tokens are kept by name, show themselves, rename and detail work, and go', async () => {
  const { phone, options } = await activated()
  await refuses('token_missing', phone.activationDetail('main'))
  await phone.tokens.create('main', possessionWithPassword(pin))
  assert.equal((await phone.activationDetail('main')).activationName, 'phone')
  const { activationName } = await phone.renameActivation(possessionWithPassword(pin), 'Alice’s phone')
  assert.equal(activationName, 'Alice’s phone')
  const again = await PowerAuth.open(options)
  assert.equal((await again.activationDetail('main')).activationName, 'Alice’s phone')
  await again.tokens.remove('main', possession())
  assert.equal(again.tokens.has('main'), false)
})

test('a device whose answers were lost goes on, and one that fell behind catches up', async () => {
  const { phone, options } = await activated()
  const request = { method: 'POST', uriId: '/pa/signature/validate', body: '{}' }
  for (let lost = 0; lost < 15; lost++) await phone.authenticationHeader(possession(), request)
  await phone.fetchActivationStatus() // more than half the window ahead: a code is sent so that the server follows
  for (let lost = 0; lost < 15; lost++) await phone.authenticationHeader(possession(), request)
  await phone.validatePassword(pin)

  const before = await options.storage.load()
  assert.ok(before)
  await phone.validatePassword(pin)
  await phone.validatePassword(pin)
  await options.storage.save(before)
  const restored = await PowerAuth.open(options)
  await refuses('authentication_failed', restored.validatePassword(pin)) // an old counter is no counter
  await options.storage.save(before)
  const synchronized = await PowerAuth.open(options)
  assert.equal((await synchronized.fetchActivationStatus()).failedAttempts, 1)
  await synchronized.validatePassword(pin)
})

test('a device too far ahead is told that it is lost', async () => {
  const { phone } = await activated()
  const request = { method: 'POST', uriId: '/x', body: '' }
  for (let lost = 0; lost < 21; lost++) await phone.authenticationHeader(possession(), request)
  await refuses('counter_deadlock', phone.fetchActivationStatus())
})

test('calls made at once go one after the other', async () => {
  const { phone } = await activated()
  await Promise.all(Array.from({ length: 8 }, () => phone.validatePassword(pin)))
  assert.equal((await phone.fetchActivationStatus()).failedAttempts, 0)
})

test('a removed activation is told from a blocked one', async () => {
  const { phone } = await activated()
  await server.client.removeActivation({ activationId: phone.activationId ?? '' })
  assert.equal((await phone.fetchActivationStatus()).state, 'REMOVED')
  await phone.removeActivationLocal()
  await refuses('activation_missing', phone.fetchActivationStatus())
})

test('offline: the code of a signed payload verifies at the server', async () => {
  const { phone } = await activated()
  const data = 'op-1\nPayment\nPlease confirm\nA1*A100CZK\nB'
  const activationId = phone.activationId ?? ''
  const { offlineData, nonce } = await server.client.createPersonalizedOfflineSignaturePayload({ activationId, data })
  const signature = await phone.offlineCode(possessionWithPassword(pin), offlineData)
  assert.match(signature, /^\d{8}-\d{8}$/)
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const signed = `POST&${base64('/operation/authorize/offline')}&${nonce}&${base64('op-1&A1*A100CZK')}`
  const verified = await server.client.verifyOfflineSignature({
    activationId,
    data: signed,
    signature,
    allowBiometry: false,
  })
  assert.equal(verified.signatureValid, true)
  await refuses('invalid_argument', phone.offlineCode(possessionWithPassword(pin), offlineData.replace('100', '900')))
})

test('clocks may differ: the device learns the server’s', async () => {
  const off = { now: () => new Date(server.clock.now().getTime() - 3_600_000) }
  const { phone } = await activated({}, off)
  await phone.tokens.create('main', possessionWithPassword(pin))
  await phone.activationDetail('main')
})

async function device(more: object = {}, clock: PowerAuthOptions['clock'] = server.clock) {
  const init = await server.client.initActivation({ userId: 'alice', applicationId, ...more })
  let biometryKey: Uint8Array | undefined
  const options: PowerAuthOptions = {
    mobileSdkConfig,
    baseUrl: server.publicUrl,
    storage: memoryStorage(),
    crypto: nodeCrypto,
    fetch,
    clock,
    biometry: {
      save: async (key) => {
        biometryKey = key.slice()
      },
      load: async () => biometryKey,
      clear: async () => {
        biometryKey = undefined
      },
    },
  }
  return { phone: await PowerAuth.open(options), options, init }
}

async function activated(more: object = {}, clock?: PowerAuthOptions['clock']) {
  const { phone, options, init } = await device(more, clock)
  await phone.createActivation({ code: init.activationCode, name: 'phone', platform: 'android', deviceInfo: 'test' })
  await phone.persistActivation({ password: pin })
  await server.client.commitActivation({ activationId: init.activationId })
  return { phone, options }
}

async function refuses(code: PowerAuthErrorCode, call: Promise<unknown>): Promise<PowerAuthError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof PowerAuthError, `expected ${code}, got ${error}`)
  assert.equal(error.code, code, error.message)
  return error
}
