import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { base64Decode, base64Encode } from '../../src/encoding/base64.ts'
import { nodeCrypto } from '../../src/node.ts'
import { ProtocolError } from '../../src/protocol-error.ts'
import { open, seal } from '../../src/v4/aead.ts'
import { decryptRequest, type EncryptionParameters, encryptRequest } from '../../src/v4/encryption.ts'
import { type EncryptedRequest, parseEncryptedRequest } from '../../src/v4/encryption-objects.ts'
import { refuses, refusesLater } from '../refuses.ts'
import { activationId, application, flip, temporaryKeyId, wire } from './fixture.ts'
import { providers } from './providers.ts'

const secret = new Uint8Array(32).fill(3)
const activation = { activationId, sharedInfo2Key: new Uint8Array(32).fill(4) }

test('both directions, both scopes, both platforms', async () => {
  const platforms = fc.constantFrom(...providers.map(([, crypto]) => crypto))
  const payload = fc.uint8Array({ maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(platforms, platforms, fc.boolean(), payload, payload, async (client, server, act, ask, answer) => {
      const parameters = scope(act)
      const outgoing = await encryptRequest(client, { ...parameters, temporaryKeyId, timestamp: 1000 }, ask)
      const incoming = await decryptRequest(server, parameters, wire(outgoing.request))
      assert.deepEqual(incoming.plaintext, ask)
      assert.deepEqual(await outgoing.decryptResponse(wire(await incoming.encryptResponse(answer, 2000))), answer)
    }),
    { numRuns: 40 },
  )
})

const tampered: Readonly<Record<string, (request: EncryptedRequest) => EncryptedRequest>> = {
  encryptedData: (request) => ({ ...request, encryptedData: flip(request.encryptedData) }),
  'the last byte': (request) => {
    const bytes = base64Decode(request.encryptedData, 'data')
    return { ...request, encryptedData: base64Encode(bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1)) }
  },
  'a length': (request) => ({
    ...request,
    encryptedData: base64Encode(base64Decode(request.encryptedData, 'd').subarray(0, 40)),
  }),
  nonce: (request) => ({ ...request, nonce: flip(request.nonce) }),
  "the response's half of the nonce": (request) => ({
    ...request,
    nonce: request.nonce.slice(0, 16) + flip(request.nonce.slice(16)),
  }),
  timestamp: (request) => ({ ...request, timestamp: request.timestamp + 1 }),
  temporaryKeyId: (request) => ({ ...request, temporaryKeyId: activationId }),
}
for (const [what, change] of Object.entries(tampered)) {
  test(`a changed ${what} does not authenticate`, async () => {
    const { parameters, request } = await example()
    await refusesLater('decryption_failed', () => decryptRequest(nodeCrypto, parameters, change(request)))
  })
}

const malformed: Readonly<Record<string, object>> = {
  'no temporary key': { temporaryKeyId: undefined },
  'an id with a line in it': { temporaryKeyId: 'a\nb' },
  'no data': { encryptedData: '' },
  'data that is not Base64': { encryptedData: '!' },
  'a short nonce': { nonce: 'AAAAAAAAAAAAAAAAAAAAAA==' },
  'twice the same nonce': { nonce: base64Encode(new Uint8Array(24)) },
  'no time': { timestamp: '1' },
  'a negative time': { timestamp: -1 },
  'an ephemeral key of 3.x': { ephemeralPublicKey: 'AAAA' },
  'a MAC of 3.x': { mac: 'AAAA' },
}
for (const [what, change] of Object.entries(malformed)) {
  test(`a request with ${what} is no envelope`, async () => {
    const { parameters, request } = await example()
    await refusesLater('invalid_envelope', () => decryptRequest(nodeCrypto, parameters, { ...request, ...change }))
  })
}

test('any object is an envelope or an error of this package', () => {
  const keys = fc.constantFrom('temporaryKeyId', 'encryptedData', 'nonce', 'timestamp', 'mac')
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.dictionary(keys, fc.anything())), (value) => {
      try {
        parseEncryptedRequest(value)
      } catch (error) {
        assert.ok(error instanceof ProtocolError && error.code === 'invalid_envelope')
      }
    }),
  )
})

test('another secret, scope, constant or application does not decrypt', async () => {
  const { request } = await example(true)
  const parameters = scope(true)
  const others: readonly EncryptionParameters[] = [
    { ...parameters, secret: new Uint8Array(32) },
    { ...parameters, application: { ...application, applicationSecret: application.applicationKey } },
    { ...parameters, application: { ...application, applicationKey: application.applicationSecret } },
    { ...parameters, activation: { ...activation, sharedInfo2Key: secret } },
    { ...parameters, activation: { ...activation, activationId: temporaryKeyId } },
    { ...parameters, sharedInfo1: '/pa/vault/unlock' },
    scope(false),
  ]
  for (const other of others) {
    await refusesLater('decryption_failed', () => decryptRequest(nodeCrypto, other, request))
  }
  const wrong = { ...scope(false), sharedInfo1: '/pa/vault/unlock' } as const
  await refusesLater('invalid_argument', () => decryptRequest(nodeCrypto, wrong, request))
})

test('a response answers its own request, once, and is no request', async () => {
  const [first, second] = [await example(), await example()]
  const incoming = await decryptRequest(nodeCrypto, first.parameters, first.request)
  const response = await incoming.encryptResponse(new Uint8Array(3), 1)
  await refusesLater('invalid_argument', () => incoming.encryptResponse(new Uint8Array(4), 1))
  await refusesLater('decryption_failed', () => second.decryptResponse(response))
  await refusesLater('decryption_failed', () => first.decryptResponse({ ...response, timestamp: 2 }))
  await refusesLater('decryption_failed', () => first.decryptResponse({ ...first.request, nonce: undefined }))
  await refusesLater('invalid_envelope', () => first.decryptResponse({ ...response, mac: 'AAAA' }))
  await refusesLater('invalid_envelope', () => first.decryptResponse({ ...response, timestamp: undefined }))
})

test('what the AEAD opens, it has sealed: any change of nonce, tag, cryptogram, context or data is noticed', async () => {
  const context = { key: secret, keyContext: Uint8Array.of(1), associatedData: Uint8Array.of(2) }
  const sealed = await seal(nodeCrypto, context, new Uint8Array(12), Uint8Array.of(1, 2, 3))
  assert.equal(sealed.length, 12 + 32 + 3)
  assert.deepEqual(await open(nodeCrypto, context, sealed), Uint8Array.of(1, 2, 3))
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.with(at, (sealed[at] ?? 0) ^ 0x80)
    await refusesLater('decryption_failed', () => open(nodeCrypto, context, changed))
  }
  for (const other of [{ keyContext: Uint8Array.of(2) }, { associatedData: Uint8Array.of(1) }]) {
    await refusesLater('decryption_failed', () => open(nodeCrypto, { ...context, ...other }, sealed))
  }
  await refusesLater('decryption_failed', () => open(nodeCrypto, context, sealed.subarray(0, 43)))
  await refusesLater('invalid_argument', () => seal(nodeCrypto, context, new Uint8Array(11), sealed))
  await refusesLater('invalid_argument', () => open(nodeCrypto, { ...context, key: new Uint8Array(16) }, sealed))
  refuses('invalid_envelope', () => parseEncryptedRequest(undefined))
})

function scope(activationScope: boolean): EncryptionParameters {
  return activationScope
    ? { sharedInfo1: '/pa/generic/activation', application, activation, secret }
    : { sharedInfo1: '/pa/generic/application', application, secret }
}

async function example(activationScope = false) {
  const parameters = scope(activationScope)
  const request = { ...parameters, temporaryKeyId, timestamp: 1000 }
  return { parameters, ...(await encryptRequest(nodeCrypto, request, new Uint8Array(5))) }
}
