/** The recorded 4.0 traffic, replayed on both sides. Counts say how much of it was looked at. */
import assert from 'node:assert/strict'
import { sharedTest } from '@cloudsigner/testing'
import { base64Encode } from '../../src/encoding/base64.ts'
import { utf8 } from '../../src/encoding/bytes.ts'
import { nodeCrypto } from '../../src/node.ts'
import { verifyActivationCodeSignature as verifyOfV3 } from '../../src/v3/activation-signature.ts'
import { verifyAuthenticationCode as verifyCodeOfV3 } from '../../src/v3/authentication-code.ts'
import { parseAuthorizationHeader as parseHeaderOfV3 } from '../../src/v3/headers.ts'
import { dataWithSecret, normalizeRequest } from '../../src/v3/normalized-data.ts'
import { offlineCodeData } from '../../src/v3/offline.ts'
import { verifyActivationCodeSignature } from '../../src/v4/activation-signature.ts'
import { computeAuthenticationCode, verifyAuthenticationCode } from '../../src/v4/authentication-code.ts'
import { type SharedInfo1, sharedInfo1 } from '../../src/v4/encryption.ts'
import { createOfflinePayload, verifyOfflinePayload } from '../../src/v4/offline.ts'
import { decapsulateSharedSecret } from '../../src/v4/shared-secret.ts'
import { deriveVaultKey, mayUnlock, parseVaultKeyIdentifier } from '../../src/v4/vault.ts'
import type { Exchange } from '../traces/trace.ts'
import { decapsulationKeys, decode } from './traces/recorded-keys.ts'
import { Replay } from './traces/replay.ts'
import { logged, readTrace, type Step } from './traces/trace.ts'

const expected = {
  'activation signature': 1,
  'code of 3.3': 1,
  'encrypted request': 25,
  'encrypted response': 25,
  'factor key': 2,
  'invalid code': 3,
  'key agreement': 4,
  'offline code': 2,
  'offline payload': 1,
  'private API without cryptography': 1,
  'status blob': 8,
  'temporary key': 22,
  'token digest': 3,
  'unprotected status': 1,
  'valid code': 21,
  'vault key': 3,
}

for (const name of ['v4-p384', 'v4-hybrid', 'v4-hybrid-l5']) {
  sharedTest(`trace ${name}`, 'vectors/powerauth', async () => {
    const trace = readTrace(name)
    assert.equal(trace.steps.length, 48)
    const replay = new Replay(nodeCrypto, trace)
    for (const step of trace.steps) {
      replay.learn(step)
      for (const exchange of step.exchanges ?? []) await exchangeOf(replay, step, exchange)
      if (step.call) await privateCall(replay, step, step.call)
      if (step.step === 'offline-compute') await offlineCode(replay, step)
      replay.finish(step)
    }
    assert.deepEqual(replay.counts, expected)
  })
}

async function exchangeOf(replay: Replay, step: Step, exchange: Exchange): Promise<void> {
  const { pathname } = new URL(exchange.request.url)
  const { headers, body } = exchange.request
  if (pathname === '/pa/v4/status') return replay.count('unprotected status')
  if (pathname === '/pa/v4/keystore/create') return replay.temporaryKey(step, exchange)
  if (headers['X-PowerAuth-Token'] !== undefined) await replay.token(exchange)
  if (pathname === '/pa/v4/upgrade/start') await codeOfV3(replay, step, exchange)
  if (body.includes('"temporaryKeyId"')) await encryptedExchange(replay, step, pathname, exchange)
  if (headers['X-PowerAuth-Authorization'] === undefined || pathname === '/pa/v4/upgrade/start') return
  await replay.authorization(step, exchange, pathname.replace('/pa/v4/', '/pa/'))
}

async function encryptedExchange(replay: Replay, step: Step, pathname: string, exchange: Exchange): Promise<void> {
  replay.encryptionHeader(exchange)
  const constant = sharedInfo1Of(pathname)
  const activationId = step.client?.statusBefore?.activationId
  const [request, response] = [JSON.parse(exchange.request.body), JSON.parse(exchange.response.body)]
  const plain = await replay.encrypted(constant, request, response, activationId)
  if (pathname.endsWith('/activation/create')) return createdActivation(replay, step, plain)
  if (pathname.endsWith('/upgrade/start')) {
    return replay.keyAgreement(step, JSON.parse(plain.request), JSON.parse(plain.response))
  }
  const [logRequest] = logged(step, 'plain-request')
  assert.equal(plain.request, logRequest?.text)
  assert.deepEqual(JSON.parse(plain.response), logged(step, 'plain-response')[0])
  if (pathname.endsWith('/activation/status')) return replay.statusBlob(step, plain.response)
  if (pathname.endsWith('/vault/unlock')) return vaultKey(replay, step, plain)
  if (pathname.endsWith('/password/change') || pathname.endsWith('/biometry/add')) return factorKey(replay, step, plain)
  return undefined
}

type Plain = { readonly request: string; readonly response: string }

/** The inner layer: the same temporary key, its own constant. */
async function createdActivation(replay: Replay, step: Step, plain: Plain): Promise<void> {
  const request = JSON.parse(plain.request)
  const response = JSON.parse(plain.response)
  assert.deepEqual(logged(step, 'layer-1-request')[0], request)
  const inner = await replay.encrypted('/pa/activation', request.activationData, response.activationData)
  assert.deepEqual(JSON.parse(inner.response), logged(step, 'layer-2-response')[0])
  await replay.keyAgreement(step, JSON.parse(inner.request), JSON.parse(inner.response))
}

async function vaultKey(replay: Replay, step: Step, plain: Plain): Promise<void> {
  const identifier = parseVaultKeyIdentifier(JSON.parse(plain.request).keyIdentifier)
  assert.equal(mayUnlock(identifier, 'possession_knowledge', { biometryForDevicePrivate: false }), true)
  const { activationSecret } = replay.activation(step.client?.statusBefore?.activationId ?? '')
  const key = await deriveVaultKey(replay.crypto, decode(activationSecret), identifier)
  assert.equal(base64Encode(key), JSON.parse(plain.response).vaultEncryptionKey)
  replay.count('vault key')
}

/** A new knowledge or biometry key: the exchange gives what the server keeps as the next one. */
async function factorKey(replay: Replay, step: Step, plain: Plain): Promise<void> {
  const { algorithm } = JSON.parse(plain.request)
  const [log] = logged(step, 'factor-key')
  const keys = decapsulationKeys(algorithm, log?.decapsulationKeys)
  const secret = base64Encode(await decapsulateSharedSecret(replay.crypto, algorithm, keys, JSON.parse(plain.response)))
  assert.equal(secret, log?.key)
  const after = step.server.activation
  assert.equal(secret, step.step === 'password-change' ? after?.knowledgeKeyNext : after?.biometryKeyNext)
  replay.count('factor key')
}

/** An upgrade starts with a code of 3.3, by the imported keys. */
async function codeOfV3(replay: Replay, step: Step, exchange: Exchange): Promise<void> {
  const header = parseHeaderOfV3(exchange.request.headers['X-PowerAuth-Authorization'] ?? '')
  assert.equal(header.version, '3.3')
  const imported = replay.trace.steps.find((other) => other.step === 'upgrade-import')?.call?.request ?? {}
  const uriId = '/pa/upgrade/start'
  const body = utf8(exchange.request.body)
  const normalized = normalizeRequest({ method: 'POST', uriId, nonce: header.nonce, body })
  const verification = await verifyCodeOfV3(nodeCrypto, {
    type: header.type,
    keys: {
      signaturePossessionKey: decode(imported.possessionKey),
      signatureKnowledgeKey: decode(imported.knowledgeKey),
    },
    ctrData: decode(imported.ctrData),
    data: dataWithSecret(normalized, replay.trace.application.applicationSecret),
    format: 'base64',
    code: header.code,
    lookAhead: 20,
  })
  assert.ok(verification.valid)
  assert.equal(base64Encode(verification.nextCtrData), step.server.activation?.ctrDataV3)
  replay.count('code of 3.3')
}

async function privateCall(replay: Replay, step: Step, call: NonNullable<Step['call']>): Promise<void> {
  const { path, request, response } = call
  if (path === '/activation/init') return activationSignatures(replay, response)
  if (path === '/offline/create') return offlinePayload(replay, request, response)
  if (path === '/offline/verify') return offlineVerified(replay, step, request)
  if (path === '/activation/commit') return replay.count('private API without cryptography')
  assert.equal(path, '/activation/import-v3')
}

async function activationSignatures(replay: Replay, response: Readonly<Record<string, unknown>>): Promise<void> {
  const code = String(response.activationCode)
  const signatures = { ...(response.activationSignatures as Record<string, string>) }
  for (const key of replay.masterKeys()) {
    assert.equal(await verifyActivationCodeSignature(replay.crypto, key, code, signatures[key.algorithm] ?? ''), true)
  }
  const masterOfV3 = decode(replay.trace.application.masterPublicKeys.ES256)
  assert.equal(await verifyOfV3(nodeCrypto, masterOfV3, code, signatures.ES256 ?? ''), true)
  replay.count('activation signature')
}

type Members = Readonly<Record<string, unknown>>

async function offlinePayload(replay: Replay, request: Members, response: Members): Promise<void> {
  const { personalizedDataMacKey } = await replay.utilityKeys(String(request.activationId))
  const masterPublicKey = decode(replay.trace.application.masterPublicKeys.ES384)
  const text = String(response.offlineData)
  const payload = await verifyOfflinePayload(replay.crypto, text, { masterPublicKey, personalizedDataMacKey })
  assert.equal(payload.data, request.data)
  const signer = { kind: 'personalized', personalizedDataMacKey } as const
  const { data, nonce } = payload
  assert.equal(await createOfflinePayload(replay.crypto, { data, nonce, signer }), text)
  replay.count('offline payload')
}

async function offlineCode(replay: Replay, step: Step): Promise<void> {
  const state = step.client?.statusBefore
  assert.ok(state?.possessionKey)
  const lines = (step.client?.options.q ?? '').split('\\n')
  const [operationId = '', , , operationData = ''] = lines
  const data = offlineCodeData({ operationId, operationData, nonce: lines.at(-2) ?? '' })
  const keys = {
    possessionKey: decode(state.possessionKey),
    knowledgeKey: await replay.knowledgeKey(state, step.client?.options.p ?? ''),
  }
  const code = await computeAuthenticationCode(replay.crypto, {
    type: 'possession_knowledge',
    keys,
    ctrData: decode(state.ctrData),
    data,
    format: { digits: 8 },
  })
  assert.equal(code, logged(step, 'offline-code')[0]?.code)
  replay.count('offline code')
}

async function offlineVerified(replay: Replay, step: Step, request: Members): Promise<void> {
  const activation = replay.activation(String(request.activationId))
  const verification = await verifyAuthenticationCode(replay.crypto, {
    type: 'possession_knowledge',
    keys: await replay.factorKeys(activation),
    ctrData: decode(activation.ctrData),
    data: dataWithSecret(String(request.data), 'offline'),
    format: { digits: 8 },
    code: String(request.code),
    lookAhead: 20,
  })
  assert.ok(verification.valid)
  assert.equal(base64Encode(verification.nextCtrData), step.server.activation?.ctrData)
  replay.count('offline code')
}

function sharedInfo1Of(pathname: string): SharedInfo1 {
  const own = pathname.replace('/pa/v4/', '/pa/')
  const constants = Object.keys(sharedInfo1) as SharedInfo1[]
  const found = constants.find((constant) => constant === own)
  if (found !== undefined) return found
  const applicationScope = pathname.endsWith('/activation/create') || pathname.endsWith('/echo/application')
  return applicationScope ? '/pa/generic/application' : '/pa/generic/activation'
}
