/** Our device SDK of protocol 4.0 against a counterpart whose cryptography is the genuine library's, in every suite. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import {
  base64Decode,
  base64Encode,
  deriveActivationKeys,
  normalizeRequest,
  protectKnowledgeKey,
} from '@cloudsigner/powerauth-protocol'
import { nodeCrypto } from '@cloudsigner/powerauth-protocol/node'
import {
  type Algorithm,
  algorithms,
  buildMobileSdkConfig,
  decodeSubjectPublicKey,
  parsePublicKeys,
  verifyDeviceJws,
  verifyDeviceSignatures,
} from '@cloudsigner/powerauth-protocol/v4'
import {
  type BiometryStore,
  type Fetch,
  memoryStorage,
  PowerAuthError,
  possession,
  possessionWithBiometry,
  possessionWithPassword,
  type StateStorage,
} from '@cloudsigner/powerauth-sdk'
import { browserCrypto, PowerAuth, type SdkCrypto } from '@cloudsigner/powerauth-sdk/v4'
import { member, postJson, text } from './http.ts'
import { atEnd, once } from './lifetime.ts'
import { strangerTest } from './stranger-test.ts'
import { tools } from './tools.ts'

const needs = ['java', 'powerauthClient'] as const
const pin = possessionWithPassword('1234')

/** The counterpart's address, with an application of its own. */
const counterpart = once(async () => {
  const child = spawn('java', ['-XX:TieredStopAtLevel=1', '-jar', tools.powerauthClient.path, 'serve-v4', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  atEnd(async () => {
    child.kill('SIGKILL')
  })
  for await (const line of createInterface(child.stdout)) {
    const url = /https?:\/\/\S+/.exec(line)?.[0]
    if (url !== undefined) return { url, application: await ask(url, '/application/create', { applicationId: 'ours' }) }
  }
  throw new Error('the counterpart printed no address')
})

/** What stands where the private API would. */
async function ask(url: string, path: string, requestObject: object): Promise<unknown> {
  const { status, body } = await postJson(`${url}/harness${path}`, { requestObject })
  assert.equal(status, 200, JSON.stringify(body))
  return member(body, 'responseObject')
}

const platforms: readonly (readonly [string, (algorithm: Algorithm) => Promise<SdkCrypto>])[] = [
  ['node:crypto', async () => nodeCrypto],
  ['WebCrypto and noble', (algorithm) => browserCrypto(globalThis.crypto, algorithm)],
]

for (const algorithm of algorithms) {
  for (const [platform, cryptoOf] of platforms) {
    strangerTest(`the whole life of an activation of ${algorithm}, by ${platform}`, needs, async () => {
      const { phone, server } = await activated(algorithm, await cryptoOf(algorithm))
      await factors(phone, server)
      await keysAndTokens(phone, algorithm, server)
      await phone.removeActivation(possessionWithPassword('5678'))
      assert.equal(phone.hasActivation, false)
      assert.equal(member(await server.state(), 'state'), 5)
    })
  }

  strangerTest(
    `an activation of 3.3 becomes one of ${algorithm}, also where the last answer is lost`,
    needs,
    async () => {
      const device = await former(algorithm)
      let losing = true
      const phone = await device.open((url, init) => {
        if (losing && url.endsWith('/upgrade/confirm')) throw new TypeError('fetch failed')
        return fetch(url, init)
      })
      assert.equal(phone.upgradeAvailable, true)
      await rejects('activation_missing', phone.validatePassword('1234'))
      await rejects('authentication_failed', phone.upgradeActivation({ password: '9999' }))
      await rejects('network', phone.upgradeActivation({ password: '1234', biometry: true }))
      losing = false
      const again = await device.open(fetch)
      assert.equal((await again.fetchActivationStatus()).state, 'ACTIVE')
      await again.validatePassword('1234')
      await again.requestAuthenticated(possessionWithBiometry(), validate)
      assert.equal(again.algorithm, algorithm)
      assert.equal((await again.fetchActivationStatus()).remainingAttempts, 5)
    },
  )
}

const validate = { uriId: '/pa/auth/validate', path: '/pa/v4/auth/validate', requestObject: { a: 'ö' } }

async function activated(algorithm: Algorithm, crypto: SdkCrypto) {
  const { url, application } = await counterpart()
  const applicationKey = text(application, 'applicationKey')
  const init = await ask(url, '/activation/init', { applicationKey, userId: 'alice', maxFailureCount: 5 })
  const activationId = text(init, 'activationId')
  const server = {
    url,
    activationId,
    state: async () => member(await ask(url, '/activation/state', { activationId }), 'activation'),
    ask: (path: string, request: object) => ask(url, path, { activationId, ...request }),
  }
  const phone = await open(algorithm, crypto, memoryStorage())
  const code = `${text(init, 'activationCode')}#${text(init, 'activationSignatures', 'ES384')}`
  const { fingerprint } = await phone.createActivation({ code, name: 'phone', platform: 'android' })
  assert.equal(fingerprint, member(await server.state(), 'fingerprint'))
  await phone.persistActivation({ password: '1234', biometry: true })
  const pending = await phone.fetchActivationStatus()
  assert.deepEqual(
    [pending.state, pending.confirmationPending, pending.biometryEnabled],
    ['PENDING_COMMIT', false, true],
  )
  await server.ask('/activation/commit', {})
  assert.equal((await phone.fetchActivationStatus()).state, 'ACTIVE')
  return { phone, server }
}

type Server = Awaited<ReturnType<typeof activated>>['server']

async function factors(phone: PowerAuth, server: Server): Promise<void> {
  for (const authentication of [possession(), pin, possessionWithBiometry()]) {
    await phone.requestAuthenticated(authentication, validate)
  }
  await rejects('authentication_failed', phone.validatePassword('9999'))
  assert.equal((await phone.fetchActivationStatus()).failedAttempts, 1)
  await phone.validatePassword('1234')
  await phone.changePassword('1234', '5678')
  await phone.validatePassword('5678')
  await rejects('authentication_failed', phone.validatePassword('1234'))
  await phone.validatePassword('5678')
  await phone.removeBiometry()
  assert.equal((await phone.fetchActivationStatus()).biometryEnabled, false)
  await rejects('biometry_missing', phone.requestAuthenticated(possessionWithBiometry(), validate))
  await phone.addBiometry('5678')
  await phone.requestAuthenticated(possessionWithBiometry(), validate)
  const data = '5ff1b1ed\nPayment\nPlease confirm\nA1*A100CZK\nB'
  const offline = await server.ask('/offline/create', { data })
  const payload = text(offline, 'offlineData')
  assert.equal((await phone.verifyOfflinePayload(payload)).data, data)
  await rejects('invalid_argument', phone.verifyOfflinePayload(payload.replace('A100', 'A900')))
  const { nonce } = await phone.verifyOfflinePayload(payload)
  const body = new TextEncoder().encode('5ff1b1ed&A1*A100CZK')
  const covered = normalizeRequest({ method: 'POST', uriId: '/operation/authorize/offline', nonce, body })
  const code = await phone.offlineCode(possessionWithPassword('5678'), payload)
  const verified = await server.ask('/offline/verify', { data: covered, code })
  assert.equal(member(verified, 'authenticationValid'), true)
}

async function keysAndTokens(phone: PowerAuth, algorithm: Algorithm, server: Server): Promise<void> {
  const password = possessionWithPassword('5678')
  const data = new TextEncoder().encode('signed attributes')
  const keys = parsePublicKeys(algorithm, member(await server.state(), 'devicePublicKeys'))
  const signatures = await phone.signWithDevicePrivateKeys(password, data)
  assert.equal(await verifyDeviceSignatures(nodeCrypto, algorithm, keys, data, signatures), true)
  const jws = await phone.signJwsWithDevicePrivateKeys(possessionWithBiometry(), data)
  assert.deepEqual(await verifyDeviceJws(nodeCrypto, algorithm, keys, jws), data)
  await rejects('authentication_failed', phone.signWithDevicePrivateKeys(possessionWithPassword('0000'), data))
  const vault = { kind: '2fa', index: 7 } as const
  const key = await phone.fetchApplicationVaultKey(password, vault)
  assert.deepEqual(await phone.fetchApplicationVaultKey(possessionWithBiometry(), vault), key)
  await phone.tokens.create('list', password)
  const shown = await phone.requestWithToken('list', { path: '/harness/token/echo', requestObject: {} })
  assert.equal(text(shown, 'responseObject', 'activationId'), server.activationId)
  assert.equal((await phone.renameActivation(password, 'renamed')).activationName, 'renamed')
  assert.equal((await phone.activationDetail('list')).activationName, 'renamed')
  await phone.tokens.remove('list', possession())
  assert.equal((await phone.fetchUserInfo()).sub, 'alice')
  const echoed = await phone.requestEncrypted('application', '/harness/echo/application', { ping: 1 })
  assert.deepEqual(echoed, { echo: { ping: 1 } })
}

/** A device with an activation of 3.3, as our SDK stores one, that the counterpart knows too. */
async function former(algorithm: Algorithm) {
  const { url, application } = await counterpart()
  const activationId = randomUUID()
  const applicationKey = text(application, 'applicationKey')
  const keys = await deriveActivationKeys(nodeCrypto, nodeCrypto.random(16))
  const { signaturePossessionKey, signatureKnowledgeKey, transportKey } = keys
  const ctrData = nodeCrypto.random(16)
  await ask(url, '/activation/import-v3', {
    activationId,
    applicationKey,
    possessionKey: base64Encode(signaturePossessionKey),
    knowledgeKey: base64Encode(signatureKnowledgeKey),
    ctrData: base64Encode(ctrData),
    counter: 0,
  })
  const { publicKey } = await nodeCrypto.generateP256KeyPair()
  const derivation = { hash: 'SHA-256', salt: nodeCrypto.random(16), iterations: 1000 } as const
  const bytes = {
    serverPublicKey: publicKey,
    devicePublicKey: publicKey,
    transportKey,
    signaturePossessionKey,
    protectedKnowledgeKey: await protectKnowledgeKey(nodeCrypto, signatureKnowledgeKey, '1234', derivation),
    knowledgeSalt: derivation.salt,
    encryptedDevicePrivateKey: nodeCrypto.random(48),
    ctrData,
  }
  const encoded = Object.fromEntries(Object.entries(bytes).map(([name, value]) => [name, base64Encode(value)]))
  const { iterations: knowledgeIterations } = derivation
  const state = { format: 1, activationId, applicationKey, ...encoded, knowledgeIterations, ctrByte: 0, tokens: {} }
  const storage = memoryStorage()
  await storage.save(new TextEncoder().encode(JSON.stringify(state)))
  const biometry = biometryInMemory()
  return { open: (fetching: Fetch) => open(algorithm, nodeCrypto, storage, biometry, fetching) }
}

async function open(
  algorithm: Algorithm,
  crypto: SdkCrypto,
  storage: StateStorage,
  biometry: BiometryStore = biometryInMemory(),
  fetching: Fetch = fetch,
): Promise<PowerAuth> {
  const { url, application } = await counterpart()
  const key = (name: string) => base64Decode(text(application, 'masterPublicKeys', name), name)
  const mobileSdkConfig = buildMobileSdkConfig({
    applicationKey: text(application, 'applicationKey'),
    applicationSecret: text(application, 'applicationSecret'),
    masterPublicKeys: {
      ES256: key('ES256'),
      ES384: key('ES384'),
      'ML-DSA-65': decodeSubjectPublicKey('ML-DSA-65', key('ML-DSA-65')),
      'ML-DSA-87': decodeSubjectPublicKey('ML-DSA-87', key('ML-DSA-87')),
    },
  })
  const clock = { now: () => new Date() }
  return PowerAuth.open({ mobileSdkConfig, algorithm, baseUrl: url, storage, crypto, fetch: fetching, clock, biometry })
}

function biometryInMemory(): BiometryStore {
  let kept: Uint8Array | undefined
  return {
    save: async (key) => {
      kept = key.slice()
    },
    load: async () => kept?.slice(),
    clear: async () => {
      kept = undefined
    },
  }
}

async function rejects(code: string, call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => error instanceof PowerAuthError && error.code === code)
}
