/** The recorded 3.x traffic, replayed on both sides. Counts say how much of it was looked at, and what was not. */
import assert from 'node:assert/strict'
import { sharedTest } from '@cloudsigner/testing'
import { base64Encode } from '../src/encoding/base64.ts'
import { nodeCrypto } from '../src/node.ts'
import { verifyActivationCodeSignature } from '../src/v3/activation-signature.ts'
import { computeAuthenticationCode } from '../src/v3/authentication-code.ts'
import { synchronizeCounter } from '../src/v3/counter-synchronization.ts'
import { verifyDeviceSignature } from '../src/v3/device-signature.ts'
import { type SharedInfo1, sharedInfo1 } from '../src/v3/ecies-envelope.ts'
import { computeActivationFingerprint } from '../src/v3/fingerprint.ts'
import { formatEncryptionHeader, parseEncryptionHeader } from '../src/v3/headers.ts'
import { protectKnowledgeKey, unlockKnowledgeKey } from '../src/v3/knowledge-key.ts'
import { buildMobileSdkConfig, parseMobileSdkConfig } from '../src/v3/mobile-sdk-config.ts'
import { offlineCodeData, verifyOfflinePayload } from '../src/v3/offline.ts'
import { decodePrivateKey } from '../src/v3/p256.ts'
import { decryptDevicePrivateKey, decryptVaultKey, encryptVaultKey } from '../src/v3/vault.ts'
import { decode, Replay } from './traces/replay.ts'
import { type DeviceState, type Exchange, logged, readTrace, type Step, type Trace } from './traces/trace.ts'

/** Beside these, steps of recovery are replayed as far as they are activations, codes and envelopes like any other. */
const whole = {
  'activation signature': 1,
  'counter synchronization': 8,
  'device state': 3,
  'encrypted request': 15,
  'encrypted response': 11,
  fingerprint: 3,
  'invalid code': 4,
  'offline code': 1,
  'offline payload': 2,
  'private API without cryptography': 5,
  'status blob': 8,
  'token digest': 3,
  'valid code': 14,
  'vault key': 1,
}
const deviceKey = {
  'activation signature': 1,
  'certification request': 1,
  'counter synchronization': 2,
  'device signature': 2,
  'device state': 1,
  'encrypted request': 5,
  'encrypted response': 4,
  fingerprint: 1,
  'invalid code': 1,
  'private API without cryptography': 3,
  'status blob': 2,
  'temporary key': 4,
  'valid code': 2,
  'vault key': 2,
}
const expected: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'v3.3': { ...whole, 'temporary key': 11 },
  'v3.2': whole,
  'v3.1': whole,
  'v3.3-device-key': deviceKey,
}

for (const [name, counts] of Object.entries(expected)) {
  sharedTest(`trace ${name}`, 'vectors/powerauth', async () => {
    const trace = readTrace(name)
    const replay = new Replay(nodeCrypto, trace)
    const config = parseMobileSdkConfig(trace.application.mobileSdkConfig)
    assert.equal(base64Encode(config.masterPublicKey), trace.application.masterPublicKey)
    assert.equal(buildMobileSdkConfig(config), trace.application.mobileSdkConfig)
    for (const step of trace.steps) {
      replay.learn(step)
      if (isCreate(step)) replay.finish(step) // the server's new key is needed to read its answer
      for (const exchange of step.exchanges) await exchangeOf(replay, trace, step, exchange)
      replay.finish(step)
      await clientSide(replay, trace, step)
    }
    assert.deepEqual(replay.counts, counts)
  })
}

async function exchangeOf(replay: Replay, trace: Trace, step: Step, exchange: Exchange): Promise<void> {
  const { pathname } = new URL(exchange.request.url)
  const { headers, body } = exchange.request
  if (pathname.includes('/powerauth-java-server/')) return privateApi(replay, trace, pathname, exchange)
  if (pathname.endsWith('/keystore/create')) return replay.temporaryKey(exchange)
  if (pathname.endsWith('/activation/status')) {
    await replay.statusBlob(exchange)
    return replay.count('status blob')
  }
  if (headers['X-PowerAuth-Token'] !== undefined) await replay.token(exchange)
  const encrypted = body.includes('"ephemeralPublicKey"')
  const plaintext = encrypted ? await encryptedExchange(replay, step, pathname, exchange) : body
  if (headers['X-PowerAuth-Authorization'] === undefined) return
  // Vault and tokens sign what is sent; where an endpoint of the application is encrypted, the client signs, then encrypts.
  const signed = encrypted && sharedInfo1Of(pathname) === '/pa/generic/activation' ? plaintext : body
  await replay.authorization(step, exchange, uriIdOf(pathname), signed)
}

async function encryptedExchange(replay: Replay, step: Step, pathname: string, exchange: Exchange): Promise<string> {
  const constant = sharedInfo1Of(pathname)
  const header = exchange.request.headers['X-PowerAuth-Encryption']
  if (header !== undefined) assert.equal(formatEncryptionHeader(parseEncryptionHeader(header)), header)
  const activationId = sharedInfo1[constant] === 'activation' ? step.client?.statusBefore?.activationId : undefined
  const request = JSON.parse(exchange.request.body)
  const response = exchange.response.status === 200 ? JSON.parse(exchange.response.body) : undefined
  const plain = await replay.encrypted(constant, request, response, activationId)
  if (constant === '/pa/token/create') replay.learnToken(plain.response)
  if (constant === '/pa/vault/unlock' && plain.response !== '') await vault(replay, step, plain.response)
  if (pathname.endsWith('/activation/create')) await create(replay, step, plain)
  return plain.request
}

/** The inner layer, and what both sides know once it was exchanged. */
async function create(replay: Replay, step: Step, plain: { request: string; response: string }): Promise<void> {
  const inner = JSON.parse(plain.request).activationData
  const answer = plain.response === '' ? undefined : JSON.parse(plain.response).activationData
  const layer2 = await replay.encrypted('/pa/activation', inner, answer)
  if (answer === undefined) return
  const { activationId, serverPublicKey, ctrData } = JSON.parse(layer2.response)
  const activation = replay.activation(activationId)
  assert.equal(activation.serverPublicKey, serverPublicKey)
  assert.equal(activation.ctrData, ctrData)
  assert.equal(JSON.parse(layer2.request).devicePublicKey, activation.devicePublicKey)
  const fingerprint = await computeActivationFingerprint(nodeCrypto, {
    devicePublicKey: decode(activation.devicePublicKey),
    activationId,
    serverPublicKey: decode(activation.serverPublicKey),
  })
  const done = step.client?.log.find(({ id }) => id.endsWith('-activation-done'))
  assert.equal({ ...(done?.object as { deviceKeyFingerprint?: string }) }.deviceKeyFingerprint, fingerprint)
  replay.count('fingerprint')
}

async function vault(replay: Replay, step: Step, plaintext: string): Promise<void> {
  const activation = replay.activation(step.client?.statusBefore?.activationId ?? '')
  const keys = await replay.keys(activation)
  const encrypted = decode(JSON.parse(plaintext).encryptedVaultEncryptionKey)
  const vaultKey = await decryptVaultKey(nodeCrypto, keys.transportKey, encrypted)
  assert.deepEqual(vaultKey, keys.vaultEncryptionKey)
  assert.deepEqual(await encryptVaultKey(nodeCrypto, keys.transportKey, vaultKey), encrypted)
  const state = step.client?.statusBefore
  const scalar = await decryptDevicePrivateKey(nodeCrypto, vaultKey, decode(state?.encryptedDevicePrivateKey ?? ''))
  const unlocked = String(logged(step, 'vault-unlock-vault-unlocked').devicePrivateKey)
  assert.deepEqual(scalar, decodePrivateKey(decode(unlocked)))
  replay.count('vault key')
}

async function privateApi(replay: Replay, trace: Trace, pathname: string, exchange: Exchange): Promise<void> {
  const { requestObject } = JSON.parse(exchange.request.body)
  const { responseObject } = JSON.parse(exchange.response.body)
  if (pathname.endsWith('/activation/init')) {
    const { activationCode, activationSignature } = responseObject
    const { publicKey } = replay.master
    assert.ok(await verifyActivationCodeSignature(nodeCrypto, publicKey, activationCode, activationSignature))
    replay.count('activation signature')
  } else if (pathname.endsWith('/ecdsa/verify')) {
    const { devicePublicKey } = replay.activation(requestObject.activationId)
    const [data, signature] = [decode(requestObject.data), decode(requestObject.signature)]
    const valid = await verifyDeviceSignature(nodeCrypto, decode(devicePublicKey), data, signature)
    assert.equal(valid, responseObject.signatureValid)
    replay.count('device signature')
  } else if (pathname.endsWith('personalized/create')) {
    const first = trace.steps.find(isCreate)?.server.activation
    const payload = await verifyOfflinePayload(nodeCrypto, responseObject.offlineData, {
      masterPublicKey: replay.master.publicKey,
      serverPublicKey: decode(first?.serverPublicKey ?? ''),
    })
    assert.equal(payload.data, requestObject.data)
    assert.equal(payload.nonce, responseObject.nonce)
    replay.count('offline payload')
  } else if (pathname.endsWith('/offline/verify')) {
    replay.count('offline code') // computed by the client in the step before, where it is made again
  } else {
    replay.count('private API without cryptography')
  }
}

/** What the client's own record says: its keys, its counter, the codes it computed without a request. */
async function clientSide(replay: Replay, trace: Trace, step: Step): Promise<void> {
  const { client } = step
  if (client === undefined) return
  if (isCreate(step) && client.statusAfter !== null) await deviceState(replay, client.statusAfter, '1234')
  if (client.method === 'status' && client.statusBefore !== null) {
    const exchange = step.exchanges[0]
    assert.ok(exchange)
    await synchronization(replay, step, exchange, client.statusBefore)
  }
  if (step.step === 'device-csr') await certificationRequest(replay, step)
  if (client.method === 'compute-offline-signature') await offlineCode(replay, trace, step)
}

async function deviceState(replay: Replay, state: DeviceState, pin: string): Promise<void> {
  const keys = await replay.keys(replay.activation(state.activationId))
  assert.equal(base64Encode(keys.transportKey), state.transportMasterKey)
  assert.equal(base64Encode(keys.signaturePossessionKey), state.signaturePossessionKey)
  assert.equal(base64Encode(keys.signatureBiometryKey), state.signatureBiometryKey)
  const salt = decode(state.signatureKnowledgeKeySalt)
  const derivation = { hash: 'SHA-1', salt, iterations: 10_000 } as const
  const atRest = decode(state.signatureKnowledgeKeyEncrypted)
  assert.deepEqual(await unlockKnowledgeKey(nodeCrypto, atRest, pin, derivation), keys.signatureKnowledgeKey)
  assert.deepEqual(await protectKnowledgeKey(nodeCrypto, keys.signatureKnowledgeKey, pin, derivation), atRest)
  replay.count('device state')
}

async function synchronization(replay: Replay, step: Step, exchange: Exchange, state: DeviceState): Promise<void> {
  const { status, transportKey } = await replay.statusBlob(exchange)
  const local = { ctrData: decode(state.ctrData), ctrByte: state.counter & 0xff }
  const result = await synchronizeCounter(nodeCrypto, transportKey, local, status)
  const behind = step.step === 'status-client-behind'
  assert.equal(result.kind, behind ? 'server_ahead' : 'in_sync', step.step)
  replay.count('counter synchronization')
}

/** The device key's signature over the CertificationRequestInfo, which is the first element of the request. */
async function certificationRequest(replay: Replay, step: Step): Promise<void> {
  const pem = String(logged(step, 'csr').csr)
  const der = decode(pem.replace(/-----[^-]+-----|\n/g, ''))
  const info = der.subarray(3, 3 + 3 + (der[5] ?? 0))
  const signature = der.subarray(3 + info.length + 12 + 3) // after ecdsa-with-SHA256 and the header of the BIT STRING
  const { devicePublicKey } = replay.activation(step.client?.statusBefore?.activationId ?? '')
  assert.equal(await verifyDeviceSignature(nodeCrypto, decode(devicePublicKey), info, signature), true)
  replay.count('certification request')
}

async function offlineCode(replay: Replay, trace: Trace, step: Step): Promise<void> {
  const state = step.client?.statusBefore
  const text = (step.client?.options.q ?? '').replaceAll('\\n', '\n')
  const [operationId = '', , , operationData = ''] = text.split('\n')
  const nonce = text.split('\n').at(-2) ?? ''
  const code = await computeAuthenticationCode(nodeCrypto, {
    type: 'possession_knowledge',
    keys: await replay.keys(replay.activation(state?.activationId ?? '')),
    ctrData: decode(state?.ctrData ?? ''),
    data: offlineCodeData({ operationId, operationData, nonce }),
    format: { digits: 8 },
  })
  assert.equal(code, logged(step, 'signature-offline-compute-finished').offlineSignature)
  assert.ok(trace.steps.some(({ exchanges }) => exchanges.some(({ request }) => request.body.includes(code))))
}

/** A step that exchanges keys: by code or by recovery code (the custom one is refused, so that it has no activation). */
function isCreate(step: Step): boolean {
  const method = step.client?.method
  return (method === 'create' || method === 'create-recovery') && step.server.activation !== undefined
}

function uriIdOf(pathname: string): string {
  const path = pathname.replace('/enrollment-server', '')
  return path.startsWith('/pa/v3/') ? path.replace('/pa/v3/', '/pa/') : '/operation/authorize'
}

function sharedInfo1Of(pathname: string): SharedInfo1 {
  if (pathname.endsWith('/vault/unlock')) return '/pa/vault/unlock'
  if (pathname.endsWith('/token/create')) return '/pa/token/create'
  if (pathname.endsWith('/recovery/confirm')) return '/pa/recovery/confirm'
  const applicationScope = pathname.endsWith('/activation/create') || pathname.endsWith('/config/oidc')
  return applicationScope ? '/pa/generic/application' : '/pa/generic/activation'
}
