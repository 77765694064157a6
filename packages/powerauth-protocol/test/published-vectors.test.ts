/** The published vectors of protocol 3.x (wultra/powerauth-crypto), each file with the number of its cases. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { sharedPath, sharedTest } from '@cloudsigner/testing'
import { base64Decode, base64Encode } from '../src/encoding/base64.ts'
import { utf8 } from '../src/encoding/bytes.ts'
import { type CryptoProvider, type P256KeyPair, webCrypto } from '../src/index.ts'
import { nodeCrypto } from '../src/node.ts'
import { signActivationCode, verifyActivationCodeSignature } from '../src/v3/activation-signature.ts'
import {
  type AuthenticationCodeFormat,
  computeAuthenticationCode,
  parseAuthenticationCodeType,
} from '../src/v3/authentication-code.ts'
import { findCounter } from '../src/v3/counter-synchronization.ts'
import { associatedData, deriveSharedInfo2, sharedInfo1 } from '../src/v3/ecies-envelope.ts'
import { openMessage, sealMessage } from '../src/v3/ecies-message.ts'
import { computeActivationFingerprint } from '../src/v3/fingerprint.ts'
import { deriveActivationKeys, deriveMasterSecret } from '../src/v3/keys.ts'
import { decodePrivateKey } from '../src/v3/p256.ts'
import { activationStates, decryptStatusBlob, statusBlobIv } from '../src/v3/status-blob.ts'
import { parseProtocolVersion } from '../src/v3/version.ts'

type Texts = Readonly<Record<string, string>>
interface Case {
  readonly input: Texts
  readonly output: Texts
}

const providers: readonly (readonly [string, CryptoProvider])[] = [
  ['node:crypto', nodeCrypto],
  ['WebCrypto', webCrypto(globalThis.crypto)],
]

for (const [platform, crypto] of providers) {
  vectors('compute-master-secret-key', 20, async ({ input, output }) => {
    const device = pair(input, 'device')
    const server = pair(input, 'server')
    equal(await deriveMasterSecret(crypto, device, server.publicKey), output, 'masterSecretKey')
    equal(await deriveMasterSecret(crypto, server, device.publicKey), output, 'masterSecretKey')
  })

  vectors('compute-derived-keys', 20, async ({ input, output }) => {
    const keys = await deriveActivationKeys(crypto, bytes(input, 'masterSecretKey'))
    equal(keys.signaturePossessionKey, output, 'possessionFactorKey')
    equal(keys.signatureKnowledgeKey, output, 'knowledgeFactorKey')
    equal(keys.signatureBiometryKey, output, 'biometryFactorKey')
    equal(keys.transportKey, output, 'transportKey')
    equal(keys.vaultEncryptionKey, output, 'vaultEncryptionKey')
  })

  vectors('verify-activation-data-signature-v3', 20, async ({ input, output }) => {
    const master = pair(input, 'master')
    const code = text(input, 'activationCode')
    const verify = (signature: string) => verifyActivationCodeSignature(crypto, master.publicKey, code, signature)
    assert.equal(await verify(text(output, 'activationSignature')), true)
    assert.equal(await verify(await signActivationCode(crypto, master, code)), true)
  })

  vectors('public-key-fingerprint-v3', 100, async ({ input, output }) => {
    const fingerprint = await computeActivationFingerprint(crypto, {
      devicePublicKey: bytes(input, 'devicePublicKey'),
      activationId: text(output, 'activationId'),
      serverPublicKey: bytes(input, 'serverPublicKey'),
    })
    assert.equal(fingerprint, output.fingerprint)
  })

  vectors('activation-status-blob-iv', 32, async ({ input, output }) => {
    equal(await statusBlobIv(crypto, statusContext(input)), output, 'iv')
  })

  vectors('activation-status-blob-data', 8, async ({ input, output }) => {
    const status = await decryptStatusBlob(crypto, statusContext(input), bytes(input, 'encryptedStatusBlob'))
    assert.ok(status)
    const { activationStatus, ctrDataHash, ...numbers } = status
    assert.equal(String(activationStates[activationStatus]), output.activationStatus)
    equal(ctrDataHash, output, 'ctrDataHash')
    for (const [name, value] of Object.entries(numbers)) assert.equal(String(value), output[name], name)
    const ctrData = bytes(input, 'ctrData')
    const found = await findCounter(crypto, bytes(input, 'transportKey'), ctrData, ctrDataHash, status.ctrLookAhead)
    assert.equal(String(found?.steps ?? -1), output.counterDistance)
  })

  vectors('authentication-v3', 300, codeCase({ digits: 8 }))
  vectors('authentication-v31', 300, codeCase('base64'))
  vectors('authentication-offline', 200, codeCase())

  for (const scope of ['Activation', 'Application']) {
    for (const version of ['30', '31', '32', '33']) eciesVectors(scope, version)
  }

  function codeCase(fixed?: AuthenticationCodeFormat) {
    return async ({ input, output }: Case) => {
      const code = await computeAuthenticationCode(crypto, {
        type: parseAuthenticationCodeType(text(input, 'authenticationCodeType')),
        keys: {
          signaturePossessionKey: bytes(input, 'possessionFactorKey'),
          signatureKnowledgeKey: bytes(input, 'knowledgeFactorKey'),
          signatureBiometryKey: bytes(input, 'biometryFactorKey'),
        },
        ctrData: bytes(input, 'counterData'),
        data: bytes(input, 'data'),
        format: fixed ?? { digits: Number(input.componentLength) },
      })
      assert.equal(code, output.authenticationCode)
    }
  }

  function eciesVectors(scope: string, version: string) {
    const file = `v3_encryptor_E2ee_${scope}_Scope_Test_Vectors_${version}.json`
    sharedTest(`${file}, ${platform}: 25 cases`, 'vectors/powerauth', async () => {
      const cases = Object.values(read(file)).flatMap((list) => list as readonly Texts[])
      assert.equal(cases.length, 25)
      for (const vector of cases) await eciesCase(vector)
    })
  }

  async function eciesCase(vector: Texts) {
    const activationId = vector.activationId
    const parameters = {
      version: parseProtocolVersion(text(vector, 'protocolVersion')),
      sharedInfo1: '/pa/generic/application' as const, // not used here: the vectors give the envelope key
      application: {
        applicationKey: text(vector, 'applicationKey'),
        applicationSecret: text(vector, 'applicationSecret'),
      },
      ...(activationId !== undefined && { activation: { activationId, transportKey: bytes(vector, 'transportKey') } }),
    }
    const sharedInfo2 = await deriveSharedInfo2(crypto, parameters)
    equal(sharedInfo2, vector, 'sharedInfo2Base')
    const envelope = {
      version: parameters.version,
      envelopeKey: bytes(vector, 'envelopeKey'),
      sharedInfo2,
      associatedData: associatedData(parameters, vector.temporaryKeyId),
    }
    const requestNonce = optionalBytes(vector, 'requestNonce')
    const directions = {
      Request: { nonce: requestNonce, ephemeralPublicKey: bytes(vector, 'requestEphemeralPublicKey') },
      Response: {
        nonce: optionalBytes(vector, 'responseNonce') ?? requestNonce,
        ephemeralPublicKey: new Uint8Array(),
      },
    }
    for (const [name, direction] of Object.entries(directions)) {
      const timestamp = vector[`timestamp${name}`]
      const context = { ...direction, timestamp: timestamp === undefined ? undefined : Number(timestamp) }
      const plaintext = utf8(text(vector, `${name.toLowerCase()}Data`))
      const message = await sealMessage(crypto, envelope, context, plaintext)
      equal(message.encryptedData, vector, `encryptedData${name}`)
      equal(message.mac, vector, `${name.toLowerCase()}Mac`)
      assert.deepEqual(await openMessage(crypto, envelope, context, message), plaintext)
    }
  }

  function vectors(name: string, count: number, check: (vector: Case) => Promise<void>) {
    sharedTest(`docs_${name}, ${platform}: ${count} cases`, 'vectors/powerauth', async () => {
      const cases = read(`docs_${name}.json`).data as readonly Case[]
      assert.equal(cases.length, count)
      for (const vector of cases) await check(vector)
    })
  }
}

test('every constant of shared info 1 belongs to a scope', () => {
  assert.equal(Object.keys(sharedInfo1).length, 7)
})

function read(file: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(sharedPath('vectors/powerauth', file), 'utf8'))
}

function text(values: Texts, name: string): string {
  const value = values[name]
  assert.ok(value !== undefined, `the vector has ${name}`)
  return value
}

function bytes(values: Texts, name: string): Uint8Array {
  return base64Decode(text(values, name), name)
}

function optionalBytes(values: Texts, name: string): Uint8Array | undefined {
  return values[name] === undefined ? undefined : bytes(values, name)
}

function pair(values: Texts, whose: string): P256KeyPair {
  const privateKey = decodePrivateKey(bytes(values, `${whose}PrivateKey`))
  return { privateKey, publicKey: bytes(values, `${whose}PublicKey`) }
}

function statusContext(values: Texts) {
  return {
    transportKey: bytes(values, 'transportKey'),
    challenge: bytes(values, 'challenge'),
    nonce: bytes(values, 'nonce'),
  }
}

function equal(actual: Uint8Array, values: Texts, name: string): void {
  assert.equal(base64Encode(actual), values[name], name)
}
