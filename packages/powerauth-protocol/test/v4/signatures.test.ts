import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { base64Encode, base64UrlDecode, base64UrlEncode } from '../../src/encoding/base64.ts'
import { utf8 } from '../../src/encoding/bytes.ts'
import { nodeCrypto } from '../../src/node.ts'
import { ProtocolError } from '../../src/protocol-error.ts'
import { signActivationCode, verifyActivationCodeSignature } from '../../src/v4/activation-signature.ts'
import {
  signDeviceJws,
  signWithDeviceKeys,
  verifyDeviceJws,
  verifyDeviceSignature,
  verifyDeviceSignatures,
} from '../../src/v4/device-signature.ts'
import { signKmacJws, verifyHs384, verifyJws, verifyKmacJws } from '../../src/v4/json-web-signature.ts'
import {
  bestAlgorithm,
  buildMobileSdkConfig,
  masterVerifyingKeys,
  parseMobileSdkConfig,
} from '../../src/v4/mobile-sdk-config.ts'
import { createOfflinePayload, verifyOfflinePayload } from '../../src/v4/offline.ts'
import { generateKeyPairs, publicKeysOf, signingKeys, verifyingKeys } from '../../src/v4/signature-keys.ts'
import {
  issueTemporaryKey,
  readTemporaryKeyRequest,
  requestTemporaryKey,
  verifyTemporaryKeyRequest,
} from '../../src/v4/temporary-key.ts'
import { refuses, refusesLater } from '../refuses.ts'
import { activationId, algorithmList, application, flip, nonce } from './fixture.ts'
import { browserCrypto } from './providers.ts'

const data = utf8('signed attributes')
const hybrid = await generateKeyPairs(nodeCrypto, 'EC_P384_ML_L3')
const hybridPublic = publicKeysOf(hybrid)
const verifiers = verifyingKeys('EC_P384_ML_L3', hybridPublic)
const payload = utf8('{"amount":10}')

for (const algorithm of algorithmList) {
  test(`${algorithm}: every algorithm of the suite signs, and all must verify`, async () => {
    const pairs = await generateKeyPairs(browserCrypto, algorithm)
    const keys = publicKeysOf(pairs)
    const signatures = await signWithDeviceKeys(browserCrypto, algorithm, pairs, data)
    assert.equal(await verifyDeviceSignatures(nodeCrypto, algorithm, keys, data, signatures), true)
    assert.equal(await verifyDeviceSignatures(nodeCrypto, algorithm, keys, payload, signatures), false)
    for (const [name, signature] of Object.entries(signatures)) {
      const changed = { ...signatures, [name]: signature.with(20, (signature[20] ?? 0) ^ 1) }
      assert.equal(await verifyDeviceSignatures(nodeCrypto, algorithm, keys, data, changed), false)
      const { [name as keyof typeof signatures]: _, ...missing } = signatures
      assert.equal(await verifyDeviceSignatures(nodeCrypto, algorithm, keys, data, missing), false)
    }
    const jws = await signDeviceJws(browserCrypto, algorithm, pairs, payload)
    assert.equal(jws.startsWith('{'), algorithm !== 'EC_P384')
    assert.deepEqual(await verifyDeviceJws(nodeCrypto, algorithm, keys, jws), payload)
    const compact = await signDeviceJws(nodeCrypto, algorithm, pairs, payload, 'ES384')
    assert.deepEqual(await verifyDeviceJws(browserCrypto, algorithm, keys, compact, 'ES384'), payload)
  })
}

test('a single algorithm is asked for by name, and the suite must have it', async () => {
  const { ES384 } = await signWithDeviceKeys(nodeCrypto, 'EC_P384_ML_L3', hybrid, data)
  assert.ok(ES384)
  const signed = { algorithm: 'ES384', data, signature: ES384 } as const
  assert.equal(await verifyDeviceSignature(nodeCrypto, 'EC_P384_ML_L3', hybridPublic, signed), true)
  const asLattice = { ...signed, algorithm: 'ML-DSA-65' } as const
  assert.equal(await verifyDeviceSignature(nodeCrypto, 'EC_P384_ML_L3', hybridPublic, asLattice), false)
  const strange = { ...signed, algorithm: 'ML-DSA-87' } as const
  await refusesLater('unsupported_algorithm', () =>
    verifyDeviceSignature(nodeCrypto, 'EC_P384_ML_L3', hybridPublic, strange),
  )
})

test('half a hybrid JWS, another payload, another order of trust or a critical header is no JWS', async () => {
  const jws = JSON.parse(await signDeviceJws(nodeCrypto, 'EC_P384_ML_L3', hybrid, payload))
  const [first, second] = jws.signatures
  const critical = { ...first, protected: base64UrlEncode(utf8('{"alg":"ES384","crit":["b64"],"b64":false}')) }
  const forgeries: readonly unknown[] = [
    { ...jws, signatures: [first] },
    { ...jws, signatures: [second] },
    { ...jws, signatures: [first, first] },
    { ...jws, signatures: [] },
    { ...jws, signatures: [{ ...first, signature: second.signature }, second] },
    { ...jws, signatures: [critical, second] },
    { ...jws, signatures: [first, second, second] },
    { ...jws, signatures: [first, { protected: second.protected }] },
    { ...jws, payload: base64UrlEncode(utf8('{"amount":11}')) },
    { ...jws, payload: undefined },
    { signatures: jws.signatures },
    [],
  ]
  for (const forged of forgeries) {
    await refusesLater('invalid_jwt', () => verifyJws(nodeCrypto, verifiers, JSON.stringify(forged)))
  }
  const texts: readonly unknown[] = ['', 'a.b', '{', `{"payload":"${'A'.repeat(70_000)}"}`, undefined, 1]
  for (const text of texts) await refusesLater('invalid_jwt', () => verifyJws(nodeCrypto, verifiers, text))
  await refusesLater('invalid_jwt', () => verifyJws(nodeCrypto, [], JSON.stringify(jws)))
  assert.equal(await verifyDeviceJws(nodeCrypto, 'EC_P384_ML_L3', hybridPublic, 'x'), null)
})

test('a critical extension is refused even under a good signature (RFC 7515 §4.1.11)', async () => {
  const header = base64UrlEncode(utf8('{"alg":"ES384","crit":["exp"],"exp":1}'))
  const input = `${header}.${base64UrlEncode(payload)}`
  const raw = await nodeCrypto.ecdsaP384Sign(hybrid.ecdsa, utf8(input))
  const [es384] = verifiers
  assert.ok(es384)
  const jws = `${input}.${base64UrlEncode(raw)}`
  await refusesLater('invalid_jwt', () => verifyJws(nodeCrypto, [es384], jws), /critical/)
})

test('any text is a JWS or an invalid_jwt', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
      await refusesLater('invalid_jwt', () => verifyJws(nodeCrypto, verifiers, text))
      await refusesLater('invalid_jwt', () => verifyHs384(nodeCrypto, new Uint8Array(32), text))
    }),
  )
})

test('a KMAC JWS holds for its key and payload', async () => {
  const key = new Uint8Array(32).fill(1)
  const jws = await signKmacJws(nodeCrypto, key, payload)
  assert.deepEqual(await verifyKmacJws(browserCrypto, key, jws), payload)
  await refusesLater('invalid_jwt', () => verifyKmacJws(nodeCrypto, new Uint8Array(32), jws))
  await refusesLater('invalid_jwt', () => verifyHs384(nodeCrypto, key, jws))
  await refusesLater('invalid_jwt', () => verifyKmacJws(nodeCrypto, key, `${jws}A`))
})

const temporaryKeyMacKey = new Uint8Array(32).fill(2)
const scopes = {
  application: { application },
  activation: { application, activation: { activationId, temporaryKeyMacKey } },
}

for (const [name, scope] of Object.entries(scopes)) {
  test(`a temporary key of ${name} scope is asked for, issued and accepted`, async () => {
    const asked = await requestTemporaryKey(browserCrypto, scope, 'EC_P384_ML_L3')
    assert.equal(readTemporaryKeyRequest(asked.jwt).applicationKey, application.applicationKey)
    const request = await verifyTemporaryKeyRequest(nodeCrypto, asked.jwt, scope)
    const issued = await issue(request)
    const key = await asked.accept(issued.jws, verifiers)
    assert.deepEqual(key, { id: 'a-key', secret: issued.secret, issuedAt: 1000, expiresAt: 301_000 })
  })
}

test('a request of another scope, application or key is refused', async () => {
  const ofApplication = (await requestTemporaryKey(nodeCrypto, scopes.application, 'EC_P384')).jwt
  const ofActivation = (await requestTemporaryKey(nodeCrypto, scopes.activation, 'EC_P384')).jwt
  const other = { applicationKey: application.applicationKey, applicationSecret: application.applicationKey }
  const foreign = { application: { ...application, applicationKey: application.applicationSecret } }
  const wrong = { application, activation: { activationId, temporaryKeyMacKey: new Uint8Array(32) } }
  for (const [jwt, scope] of [
    [ofApplication, scopes.activation],
    [ofActivation, scopes.application],
    [ofApplication, { application: other }],
    [ofApplication, foreign],
    [ofActivation, wrong],
    [ofActivation, { application, activation: { activationId: 'another', temporaryKeyMacKey } }],
    [flip(ofApplication), scopes.application],
    [`${ofApplication}A`, scopes.application],
    ['', scopes.application],
  ] as const) {
    await refusesLater('invalid_jwt', () => verifyTemporaryKeyRequest(nodeCrypto, jwt, scope))
  }
})

test('an answer to another request, or signed by half the suite, is refused', async () => {
  const first = await requestTemporaryKey(nodeCrypto, scopes.application, 'EC_P384_ML_L3')
  const second = await requestTemporaryKey(nodeCrypto, scopes.application, 'EC_P384_ML_L3')
  const { jws } = await issue(readTemporaryKeyRequest(first.jwt))
  await refusesLater('invalid_jwt', () => second.accept(jws, verifiers))
  const half = JSON.parse(jws)
  half.signatures.pop()
  await refusesLater('invalid_jwt', () => first.accept(JSON.stringify(half), verifiers))
  await first.accept(jws, verifiers)
})

function issue(request: ReturnType<typeof readTemporaryKeyRequest>) {
  const signers = signingKeys('EC_P384_ML_L3', hybrid)
  return issueTemporaryKey(nodeCrypto, { request, id: 'a-key', issuedAt: 1000, expiresAt: 301_000, signers })
}

test('activation signatures hold for their code and algorithm', async () => {
  const code = 'W65WE-3T7VI-7FBS2-A4OYA'
  for (const [index, key] of signingKeys('EC_P384_ML_L3', hybrid).entries()) {
    const signature = await signActivationCode(nodeCrypto, key, code)
    const verifier = verifiers[index] ?? { algorithm: 'ES384', publicKey: data }
    assert.equal(await verifyActivationCodeSignature(browserCrypto, verifier, code, signature), true)
    assert.equal(await verifyActivationCodeSignature(nodeCrypto, verifier, 'AAAAA-AAAAA-AAAAA-AAAAA', signature), false)
    await refusesLater('invalid_encoding', () => verifyActivationCodeSignature(nodeCrypto, verifier, code, '!'))
  }
})

test('offline payloads: the MAC of the activation or the signature of the master key', async () => {
  const personalizedDataMacKey = new Uint8Array(32).fill(3)
  const keys = { masterPublicKey: hybrid.ecdsa.publicKey, personalizedDataMacKey }
  const lines = { data: 'id\nTitle\nMessage\nA1\nB', nonce }
  const personalized = await createOfflinePayload(nodeCrypto, {
    ...lines,
    signer: { kind: 'personalized', personalizedDataMacKey },
  })
  const general = await createOfflinePayload(nodeCrypto, {
    ...lines,
    totp: '12345678',
    signer: { kind: 'nonPersonalized', master: hybrid.ecdsa },
  })
  assert.equal((await verifyOfflinePayload(nodeCrypto, personalized, keys)).data, lines.data)
  assert.equal((await verifyOfflinePayload(nodeCrypto, general, keys)).data, `${lines.data}\n12345678`)
  for (const forged of [
    personalized.replace('A1', 'A9'),
    personalized.replace('\n2', '\n0'),
    personalized.replace('\n2', '\n1'),
    general.replace('\n0', '\n2'),
    general.replace('12345678', '12345679'),
    `${personalized}\n`,
    '',
    'a\nb',
  ]) {
    await refusesLater('invalid_offline_payload', () => verifyOfflinePayload(nodeCrypto, forged, keys))
  }
})

test('SDK configurations name the best suite that their keys permit', async () => {
  const l5 = publicKeysOf(await generateKeyPairs(nodeCrypto, 'EC_P384_ML_L5'))
  const { publicKey: ES256 } = await nodeCrypto.generateP256KeyPair()
  const full = {
    ES256,
    ES384: hybridPublic.ecdsa,
    'ML-DSA-65': hybridPublic.mlDsa ?? data,
    'ML-DSA-87': l5.mlDsa ?? data,
  }
  const { 'ML-DSA-87': _, ...withL3 } = full
  const { 'ML-DSA-65': __, ...ecOnly } = withL3
  const bests = { EC_P384: ecOnly, EC_P384_ML_L3: withL3, EC_P384_ML_L5: full }
  for (const [best, masterPublicKeys] of Object.entries(bests)) {
    const parsed = parseMobileSdkConfig(buildMobileSdkConfig({ ...application, masterPublicKeys }))
    assert.deepEqual(parsed, { ...application, masterPublicKeys })
    assert.equal(bestAlgorithm(parsed.masterPublicKeys), best)
  }
  assert.equal(masterVerifyingKeys('EC_P384_ML_L5', full).length, 2)
  refuses('invalid_public_key', () => masterVerifyingKeys('EC_P384_ML_L3', ecOnly))
  refuses('invalid_public_key', () =>
    buildMobileSdkConfig({ ...application, masterPublicKeys: { ...full, ES384: ES256 } }),
  )
  const compressed = Uint8Array.of(2 + ((full.ES384[96] ?? 0) & 1), ...full.ES384.subarray(1, 49))
  const samples = parseMobileSdkConfig(
    buildMobileSdkConfig({ ...application, masterPublicKeys: { ES384: compressed } }),
  )
  assert.deepEqual(samples.masterPublicKeys.ES384, full.ES384)
  const head = Uint8Array.of(1, 16, ...new Uint8Array(16), 16, ...new Uint8Array(16))
  const onlyV3 = Uint8Array.of(...head, 1, 1, 65, ...ES256)
  refuses('invalid_configuration', () => parseMobileSdkConfig(base64Encode(onlyV3)))
  const twice = Uint8Array.of(...head, 2, 2, 97, ...full.ES384, 2, 97, ...full.ES384)
  refuses('invalid_configuration', () => parseMobileSdkConfig(base64Encode(twice)))
})

test('any bytes are a configuration or an error of this package', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 150 }), (bytes) => {
      try {
        parseMobileSdkConfig(base64Encode(Uint8Array.of(1, ...bytes)))
        assert.fail('random bytes hold no point')
      } catch (error) {
        assert.ok(error instanceof ProtocolError)
      }
    }),
  )
  assert.equal(base64UrlDecode('', 'nothing').length, 0)
})
