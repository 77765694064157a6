import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { base64Encode } from '../src/encoding/base64.ts'
import { type EncryptedRequest, type EncryptionParameters, protocolVersions, webCrypto } from '../src/index.ts'
import { nodeCrypto } from '../src/node.ts'
import { decryptRequest, deriveServerEnvelope, encryptRequest } from '../src/v3/ecies.ts'
import { refusesLater } from './refuses.ts'

const application = { applicationKey: 'm/oA+8eJzr4Vm2GZ/IjaHw==', applicationSecret: 'xTepXBSIeNqHXkAFguxPXQ==' }
const activation = { activationId: '2dc1edb0-b240-4f92-b62c-141c1941d308', transportKey: new Uint8Array(16).fill(7) }
const temporaryKeyId = 'aaebf600-2ac4-4130-bf43-6c2cbdf69e5a'
const recipient = await nodeCrypto.generateP256KeyPair()
const browser = webCrypto(globalThis.crypto)

test('both directions, all versions, both scopes, both platforms', async () => {
  const anyVersion = fc.constantFrom(...protocolVersions)
  await fc.assert(
    fc.asyncProperty(
      anyVersion,
      fc.boolean(),
      fc.boolean(),
      fc.uint8Array(),
      fc.uint8Array(),
      async (version, act, swap, question, answer) => {
        const [client, server] = swap ? [browser, nodeCrypto] : [nodeCrypto, browser]
        const parameters = { ...scope(act), version }
        const key = { publicKey: recipient.publicKey, ...(version === '3.3' && { temporaryKeyId }) }
        const outgoing = await encryptRequest(
          client,
          { ...parameters, recipient: key, timestamp: 1_795_473_283_864 },
          question,
        )
        const wire = JSON.parse(JSON.stringify(outgoing.request))
        const incoming = await decryptRequest(server, { ...parameters, recipient }, wire)
        assert.deepEqual(incoming.plaintext, question)
        const response = await incoming.encryptResponse(answer, 1_795_473_283_999)
        assert.deepEqual(await outgoing.decryptResponse(JSON.parse(JSON.stringify(response))), answer)
      },
    ),
    { numRuns: 60 },
  )
})

test("the members of a 3.3 request are the genuine client's, in its order", async () => {
  const { request } = await example()
  assert.deepEqual(Object.keys(request), [
    'temporaryKeyId',
    'ephemeralPublicKey',
    'encryptedData',
    'mac',
    'nonce',
    'timestamp',
  ])
})

const tampered: Readonly<Record<string, (request: EncryptedRequest) => EncryptedRequest>> = {
  encryptedData: (request) => ({ ...request, encryptedData: flip(request.encryptedData) }),
  mac: (request) => ({ ...request, mac: flip(request.mac) }),
  nonce: (request) => ({ ...request, nonce: flip(request.nonce ?? '') }),
  timestamp: (request) => ({ ...request, timestamp: (request.timestamp ?? 0) + 1 }),
  temporaryKeyId: (request) => ({ ...request, temporaryKeyId: 'baebf600-2ac4-4130-bf43-6c2cbdf69e5a' }),
}
for (const [member, change] of Object.entries(tampered)) {
  test(`a changed ${member} does not authenticate`, async () => {
    const { parameters, request } = await example()
    await refusesLater('decryption_failed', () =>
      decryptRequest(nodeCrypto, { ...parameters, recipient }, change(request)),
    )
  })
}

for (const member of ['temporaryKeyId', 'ephemeralPublicKey', 'encryptedData', 'mac', 'nonce', 'timestamp']) {
  test(`a 3.3 request without ${member} is no envelope`, async () => {
    const { parameters, request } = await example()
    const lacking = { ...request, [member]: undefined }
    await refusesLater('invalid_envelope', () => decryptRequest(nodeCrypto, { ...parameters, recipient }, lacking))
  })
}

test('a member that the version does not know is refused', async () => {
  const { parameters, request } = await example()
  const older = { ...parameters, version: '3.2' as const, recipient }
  await refusesLater('invalid_envelope', () => decryptRequest(nodeCrypto, older, request), /temporaryKeyId is unknown/)
})

test('an ephemeral key off the curve never reaches ECDH', async () => {
  const { parameters, request } = await example()
  const bad = {
    ...request,
    ephemeralPublicKey: base64Encode(recipient.publicKey.with(64, (recipient.publicKey[64] ?? 0) ^ 1)),
  }
  await refusesLater('invalid_public_key', () => decryptRequest(nodeCrypto, { ...parameters, recipient }, bad))
})

test('another application secret, scope or transport key does not decrypt', async () => {
  const { parameters, request } = await example(true)
  const others: readonly EncryptionParameters[] = [
    { ...parameters, application: { ...application, applicationSecret: application.applicationKey } },
    { ...parameters, activation: { ...activation, transportKey: new Uint8Array(16) } },
    { ...parameters, sharedInfo1: '/pa/vault/unlock' },
    { ...scope(false), version: '3.3' },
  ]
  for (const other of others) {
    await refusesLater('decryption_failed', () => decryptRequest(nodeCrypto, { ...other, recipient }, request))
  }
})

test('a constant of the other scope is refused, on both sides', async () => {
  const wrong = { version: '3.2', sharedInfo1: '/pa/vault/unlock', application } as const
  const key = { publicKey: recipient.publicKey }
  await refusesLater('invalid_argument', () =>
    encryptRequest(nodeCrypto, { ...wrong, recipient: key, timestamp: 0 }, new Uint8Array()),
  )
  await refusesLater('invalid_argument', () =>
    deriveServerEnvelope(nodeCrypto, { ...wrong, recipient }, recipient.publicKey),
  )
})

test('the response of one exchange does not answer another', async () => {
  const [first, second] = [await example(), await example()]
  const incoming = await decryptRequest(nodeCrypto, { ...first.parameters, recipient }, first.request)
  const response = await incoming.encryptResponse(new Uint8Array(3), 1)
  await refusesLater('decryption_failed', () => second.decryptResponse(response))
  await refusesLater('invalid_envelope', () => second.decryptResponse({ ...response, mac: undefined }))
})

function scope(activationScope: boolean): Omit<EncryptionParameters, 'version'> {
  return activationScope
    ? { sharedInfo1: '/pa/generic/activation', application, activation }
    : { sharedInfo1: '/pa/generic/application', application }
}

async function example(activationScope = false) {
  const parameters = { ...scope(activationScope), version: '3.3' as const }
  const key = { publicKey: recipient.publicKey, temporaryKeyId }
  const outgoing = await encryptRequest(
    nodeCrypto,
    { ...parameters, recipient: key, timestamp: 1000 },
    new Uint8Array(5),
  )
  return { parameters, ...outgoing }
}

function flip(base64: string): string {
  return (base64.startsWith('A') ? 'B' : 'A') + base64.slice(1)
}
