import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { base64Decode, base64Encode } from '../../src/encoding/base64.ts'
import { nodeCrypto } from '../../src/node.ts'
import { ProtocolError } from '../../src/protocol-error.ts'
import { answerActivation, startActivation } from '../../src/v4/activation.ts'
import type { CryptoProviderV4 } from '../../src/v4/crypto-provider.ts'
import { computeActivationFingerprint } from '../../src/v4/fingerprint.ts'
import { deriveBranch, deriveUtilityKeys, expandUtilityKeys } from '../../src/v4/key-tree.ts'
import { decodePrivateKeySeed, decodeSubjectPublicKey, encodeSubjectPublicKey } from '../../src/v4/post-quantum-keys.ts'
import { answerSharedSecretRequest, startSharedSecretExchange } from '../../src/v4/shared-secret.ts'
import { parseSharedSecretRequest } from '../../src/v4/shared-secret-objects.ts'
import { parsePublicKeys } from '../../src/v4/signature-keys.ts'
import { refuses, refusesLater } from '../refuses.ts'
import { activationId, agreed, algorithmList, wire } from './fixture.ts'
import { providers } from './providers.ts'

for (const algorithm of algorithmList) {
  for (const [platform, client] of providers) {
    for (const [other, server] of providers) {
      test(`${algorithm}: ${platform} and ${other} agree on a secret`, async () => {
        const exchange = await startSharedSecretExchange(client, algorithm)
        const { response, secret } = await answerSharedSecretRequest(server, wire(exchange.request))
        assert.deepEqual(await exchange.accept(wire(response)), secret)
        assert.equal(secret.length, 32)
        await refusesLater('invalid_argument', () => exchange.accept(response)) // the private halves are gone
      })
    }
  }

  test(`${algorithm}: both sides of an activation have the same secret, keys and fingerprint`, async () => {
    const { device, server, activation } = await agreed(algorithm)
    assert.deepEqual(activation, server.activation)
    const [ours, theirs] = [activation, server.activation]
    const fingerprint = await computeActivationFingerprint(nodeCrypto, { ...ours, activationId })
    assert.match(fingerprint, /^[0-9]{8}$/)
    assert.equal(await computeActivationFingerprint(nodeCrypto, { ...theirs, activationId }), fingerprint)
    const swapped = { ...ours, devicePublicKeys: ours.serverPublicKeys, activationId }
    assert.notEqual(await computeActivationFingerprint(nodeCrypto, swapped), fingerprint)
    assert.equal(device.deviceKeys.mlDsa === undefined, algorithm === 'EC_P384')
  })
}

test('a changed ciphertext, salt or suite gives no common secret', async () => {
  const { request, accept } = await startSharedSecretExchange(nodeCrypto, 'EC_P384_ML_L3')
  const { response, secret } = await answerSharedSecretRequest(nodeCrypto, request)
  const [point = '', ciphertext = ''] = response.encapsulatedKeys
  const bytes = base64Decode(ciphertext, 'ciphertext')
  const changed = base64Encode(bytes.with(5, (bytes[5] ?? 0) ^ 1))
  // FIPS 203 §6.3: implicit rejection, no error to learn from
  assert.notDeepEqual(await accept({ ...response, encapsulatedKeys: [point, changed] }), secret)
})

const requests: Readonly<Record<string, (request: Record<string, unknown>) => unknown>> = {
  'no object': () => null,
  'no keys': ({ algorithm }) => ({ algorithm }),
  'one key of two': (request) => ({ ...request, encapsulationKeys: keysOf(request).slice(0, 1) }),
  'a third key': (request) => ({ ...request, encapsulationKeys: [...keysOf(request), 'AAAA'] }),
  'a key that is no text': (request) => ({ ...request, encapsulationKeys: [keysOf(request)[0], 1] }),
  'a key that is not Base64': (request) => ({ ...request, encapsulationKeys: [keysOf(request)[0], '!!'] }),
  'a key without end': (request) => ({ ...request, encapsulationKeys: [keysOf(request)[0], 'AAAA'.repeat(1000)] }),
}
for (const [what, change] of Object.entries(requests)) {
  test(`a request with ${what} is refused`, async () => {
    const { request } = await startSharedSecretExchange(nodeCrypto, 'EC_P384_ML_L3')
    await refusesLater('invalid_key_exchange', () => answerSharedSecretRequest(nodeCrypto, change(wire(request))))
  })
}

test('points off the curve and lattice keys out of range never reach the mathematics', async () => {
  const { request } = await startSharedSecretExchange(nodeCrypto, 'EC_P384_ML_L3')
  const [point = '', spki = ''] = request.encapsulationKeys
  const off = base64Decode(point, 'point')
  const bad = base64Decode(spki, 'spki').fill(0xff, 22, 100) // coefficients of 4095 ≥ q
  for (const encapsulationKeys of [
    [base64Encode(off.with(96, (off[96] ?? 0) ^ 1)), spki],
    [point, base64Encode(bad)],
    [point, point],
    [spki, spki],
  ]) {
    await refusesLater('invalid_public_key', () =>
      answerSharedSecretRequest(nodeCrypto, { ...request, encapsulationKeys }),
    )
  }
})

test('an answer misses nothing', async () => {
  const start = () => startSharedSecretExchange(nodeCrypto, 'EC_P384')
  const { request } = await start()
  const { response } = await answerSharedSecretRequest(nodeCrypto, request)
  for (const bad of [
    null,
    { ...response, salt: undefined },
    { ...response, salt: 'AAAA' },
    { ...response, encapsulatedKeys: [] },
    { ...response, encapsulatedKeys: ['AAAA'] },
  ]) {
    const exchange = await start()
    await refusesLater('invalid_key_exchange', () => exchange.accept(bad))
  }
})

test('an answer with a point off the curve is refused before the private key meets it', async () => {
  const { request, accept } = await startSharedSecretExchange(nodeCrypto, 'EC_P384')
  const { response } = await answerSharedSecretRequest(nodeCrypto, request)
  const point = base64Decode(response.encapsulatedKeys[0] ?? '', 'point')
  const off = base64Encode(point.with(96, (point[96] ?? 0) ^ 1))
  await refusesLater('invalid_public_key', () => accept({ ...response, encapsulatedKeys: [off] }))
})

test('suites that are unknown, of tests only, or not available are refused by name', async () => {
  for (const algorithm of ['ML_L3', 'ML_L5', 'EC_P256', 'ec_p384', '', undefined, 'toString']) {
    refuses('unsupported_algorithm', () => parseSharedSecretRequest({ algorithm, encapsulationKeys: ['AAAA'] }))
  }
  const { postQuantum: _, ...without } = nodeCrypto
  const ecOnly: CryptoProviderV4 = without
  await refusesLater('unsupported_algorithm', () => startSharedSecretExchange(ecOnly, 'EC_P384_ML_L5'))
  await startSharedSecretExchange(ecOnly, 'EC_P384')
})

test('device keys are exactly those of the suite', async () => {
  const { request } = await startActivation(nodeCrypto, 'EC_P384_ML_L3')
  const ec = await startActivation(nodeCrypto, 'EC_P384')
  for (const devicePublicKeys of [
    undefined,
    {},
    { ecdsa: request.devicePublicKeys.ecdsa },
    { ...request.devicePublicKeys, mldsa: request.devicePublicKeys.ecdsa },
    { ...request.devicePublicKeys, ecdsa: '!' },
  ]) {
    await refusesLater('invalid_public_key', () => answerActivation(nodeCrypto, { ...request, devicePublicKeys }))
  }
  const superfluous = { ...ec.request, devicePublicKeys: request.devicePublicKeys }
  await refusesLater('invalid_public_key', () => answerActivation(nodeCrypto, superfluous))
  refuses('invalid_public_key', () => parsePublicKeys('EC_P384_ML_L5', request.devicePublicKeys))
})

test('a server that answers without counter or keys is refused', async () => {
  for (const change of [{ ctrData: undefined }, { ctrData: 'AAAA' }]) {
    const device = await startActivation(nodeCrypto, 'EC_P384')
    const { response } = await answerActivation(nodeCrypto, device.request)
    await refusesLater('invalid_key_exchange', () => device.accept({ ...response, ...change }))
  }
})

test('KDK_UTILITY is all that a device needs of its branch', async () => {
  const secret = new Uint8Array(32).fill(7)
  const kdkUtility = await deriveBranch(nodeCrypto, secret, 'utility')
  assert.deepEqual(await expandUtilityKeys(nodeCrypto, kdkUtility), await deriveUtilityKeys(nodeCrypto, secret))
  await refusesLater('invalid_argument', () => deriveUtilityKeys(nodeCrypto, new Uint8Array(16)))
})

test('lattice keys have one encoding only', async () => {
  const sets = fc.constantFrom('ML-KEM-768', 'ML-KEM-1024', 'ML-DSA-65', 'ML-DSA-87')
  fc.assert(
    fc.property(sets, fc.uint8Array({ maxLength: 60 }), fc.nat(2700), (set, insert, at) => {
      const sizes = { 'ML-KEM-768': 1184, 'ML-KEM-1024': 1568, 'ML-DSA-65': 1952, 'ML-DSA-87': 2592 } as const
      const spki = encodeSubjectPublicKey(set, new Uint8Array(sizes[set]))
      const changed = Uint8Array.of(...spki.subarray(0, at), ...insert, ...spki.subarray(at))
      const raw = decodedOrNull(() => decodeSubjectPublicKey(set, changed))
      if (raw !== null) assert.deepEqual(encodeSubjectPublicKey(set, raw), changed)
    }),
  )
  const spki = encodeSubjectPublicKey('ML-DSA-65', new Uint8Array(1952))
  for (let at = 0; at < 22; at++) {
    refuses('invalid_public_key', () => decodeSubjectPublicKey('ML-DSA-65', spki.with(at, (spki[at] ?? 0) ^ 1)))
  }
  refuses('invalid_encoding', () => decodePrivateKeySeed('ML-DSA-65', new Uint8Array(54)))
})

function keysOf(request: Record<string, unknown>): unknown[] {
  return Array.isArray(request.encapsulationKeys) ? request.encapsulationKeys : []
}

function decodedOrNull<T>(decode: () => T): T | null {
  try {
    return decode()
  } catch (error) {
    assert.ok(error instanceof ProtocolError)
    return null
  }
}
