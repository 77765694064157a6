/** The published vectors of protocol 4.0 (wultra/powerauth-crypto, powerauth-mobile-sdk), on both providers. */
import assert from 'node:assert/strict'
import { createECDH } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { sharedPath, sharedTest } from '@cloudsigner/testing'
import { base64Decode, base64Encode } from '../../src/encoding/base64.ts'
import { utf8, utf8Decode } from '../../src/encoding/bytes.ts'
import { advanceCounter, nextCounter } from '../../src/v4/counter.ts'
import type { CryptoProviderV4 } from '../../src/v4/crypto-provider.ts'
import { decryptRequest, encryptRequest, type SharedInfo1 } from '../../src/v4/encryption.ts'
import { kdf, kdfPassword } from '../../src/v4/kdf.ts'
import { decodePrivateKey } from '../../src/v4/p384.ts'
import { decapsulateSharedSecret } from '../../src/v4/shared-secret.ts'
import type { Algorithm } from '../../src/v4/suites.ts'
import { computeTokenDigest, verifyTokenDigest } from '../../src/v4/token-digest.ts'
import { providers } from './providers.ts'

type Texts = Readonly<Record<string, string>>

for (const [platform, crypto] of providers) {
  vectors('v4new_kdf', 2, async (vector) => {
    const length = Number(vector.outSize)
    const key = await kdf(crypto, bytes(vector, 'key'), text(vector, 'label'), bytes(vector, 'custom'), length)
    assert.equal(base64Encode(key), vector.derivedKey)
  })

  vectors('v4new_pbkdf', 1, async (vector) => {
    const key = await kdfPassword(crypto, text(vector, 'password'), bytes(vector, 'salt'))
    assert.equal(base64Encode(key), vector.derivedKey)
  })

  vectors('v4_hash_Hash_Based_Counter_Test_Vectors', 10, async (vector) => {
    let ctrData = bytes(vector, 'ctrData[0]')
    const first = ctrData
    for (let step = 1; step <= 20; step++) {
      ctrData = await nextCounter(crypto, ctrData)
      assert.equal(base64Encode(ctrData), vector[`ctrData[${step}]`])
    }
    assert.deepEqual(await advanceCounter(crypto, first, 20), ctrData)
  })

  vectors('v4new_sharedsecret_ECDHE_P384_salted', 4, sharedSecret(crypto, 'EC_P384'))
  vectors('v4new_sharedsecret_ECDHE_P384_MLKEM_768_salted', 1, sharedSecret(crypto, 'EC_P384_ML_L3'))
  vectors('v4new_sharedsecret_ECDHE_P384_MLKEM_1024_salted', 1, sharedSecret(crypto, 'EC_P384_ML_L5'))

  vectors('v4_token_Token_Digest_Test_Vectors', 100, async (vector) => {
    const parameters = {
      tokenSecret: bytes(vector, 'tokenSecret'),
      nonce: text(vector, 'nonce'),
      timestamp: Number(utf8Decode(bytes(vector, 'timestamp'), 'timestamp')),
    }
    assert.equal(await computeTokenDigest(crypto, parameters), vector.tokenDigest)
    assert.equal(await verifyTokenDigest(crypto, { ...parameters, tokenDigest: text(vector, 'tokenDigest') }), true)
  })

  vectors('v4new_encryptor_E2ee_Application_Scope_40', 3, encryption(crypto, '/pa/generic/application'))
  vectors('v4new_encryptor_E2ee_Activation_Scope_40', 3, encryption(crypto, '/pa/generic/activation'))

  function vectors(name: string, count: number, check: (vector: Texts) => Promise<void>) {
    sharedTest(`${name}, ${platform}: ${count} cases`, 'vectors/powerauth', async () => {
      const file = JSON.parse(readFileSync(sharedPath('vectors/powerauth', `${name}.json`), 'utf8'))
      const cases: readonly Texts[] = Object.values(file).filter(Array.isArray).flat()
      assert.equal(cases.length, count)
      for (const vector of cases) await check(vector)
    })
  }
}

/** The client's side: its recorded private halves and the server's answer give the recorded secret. */
function sharedSecret(crypto: CryptoProviderV4, algorithm: Algorithm) {
  return async (vector: Texts) => {
    const seed = vector.pqcClientSeed
    const keys = {
      ec: pairOf(bytes(vector, 'ecClientPrivateKey')),
      ...(seed !== undefined && { mlKem: { seed: base64Decode(seed, 'seed'), publicKey: new Uint8Array() } }),
    }
    const ciphertext = vector.pqcCiphertext ?? vector.pqcCiphertex
    const response = {
      salt: text(vector, 'salt'),
      encapsulatedKeys: [text(vector, 'ecServerPublicKey'), ...(ciphertext === undefined ? [] : [ciphertext])],
    }
    const secret = await decapsulateSharedSecret(crypto, algorithm, keys, response)
    assert.equal(base64Encode(secret), vector.sharedSecret)
  }
}

/** Both directions, each sealed again with the recorded nonces and opened. */
function encryption(crypto: CryptoProviderV4, constant: SharedInfo1) {
  return async (vector: Texts) => {
    const activation = vector.activationId !== undefined && {
      activation: { activationId: vector.activationId, sharedInfo2Key: bytes(vector, 'sharedInfo2Key') },
    }
    const parameters = {
      sharedInfo1: constant,
      application: {
        applicationKey: text(vector, 'applicationKey'),
        applicationSecret: text(vector, 'applicationSecret'),
      },
      ...activation,
      secret: bytes(vector, 'envelopeKey'),
    }
    const sameRandom: CryptoProviderV4 = { ...crypto, random: () => bytes(vector, 'nonce') }
    const timestamp = Number(vector.timestampRequest)
    const temporaryKeyId = text(vector, 'temporaryKeyId')
    const plaintext = utf8(text(vector, 'requestData'))
    const outgoing = await encryptRequest(sameRandom, { ...parameters, temporaryKeyId, timestamp }, plaintext)
    assert.equal(outgoing.request.encryptedData, vector.encryptedDataRequest)
    const incoming = await decryptRequest(crypto, parameters, outgoing.request)
    assert.deepEqual(incoming.plaintext, plaintext)
    const answer = utf8(text(vector, 'responseData'))
    const response = await incoming.encryptResponse(answer, Number(vector.timestampResponse))
    assert.equal(response.encryptedData, vector.encryptedDataResponse)
    assert.deepEqual(await outgoing.decryptResponse(response), answer)
  }
}

function pairOf(scalar: Uint8Array) {
  const privateKey = decodePrivateKey(scalar)
  const ecdh = createECDH('secp384r1')
  ecdh.setPrivateKey(privateKey)
  return { privateKey, publicKey: new Uint8Array(ecdh.getPublicKey()) }
}

function text(values: Texts, name: string): string {
  const value = values[name]
  assert.ok(value !== undefined, `the vector has ${name}`)
  return value
}

function bytes(values: Texts, name: string): Uint8Array {
  return base64Decode(text(values, name), name)
}
