import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '../src/node.ts'
import {
  createTemporaryKeyRequest,
  issueTemporaryKey,
  readTemporaryKeyRequest,
  verifyTemporaryKeyRequest,
  verifyTemporaryKeyResponse,
} from '../src/v3/temporary-key.ts'
import { refuses, refusesLater } from './refuses.ts'

const application = { applicationKey: 'm/oA+8eJzr4Vm2GZ/IjaHw==', applicationSecret: 'xTepXBSIeNqHXkAFguxPXQ==' }
const activation = { activationId: '2dc1edb0-b240-4f92-b62c-141c1941d308', transportKey: new Uint8Array(16).fill(7) }
const { transportKey } = activation
const signer = await nodeCrypto.generateP256KeyPair()
const { publicKey } = await nodeCrypto.generateP256KeyPair()
const times = { issuedAt: 1_795_473_283_407, expiresAt: 1_795_473_583_407 }

test('a key is asked for and brought, in both scopes', async () => {
  for (const asked of [{ application }, { application, activation }]) {
    const { jwt, claims } = await createTemporaryKeyRequest(nodeCrypto, { ...asked, issuedAt: times.issuedAt })
    const secrets = { application, ...('activation' in asked && { transportKey }) }
    const verified = await verifyTemporaryKeyRequest(nodeCrypto, jwt, secrets)
    assert.deepEqual(verified, claims)
    assert.deepEqual(readTemporaryKeyRequest(jwt), claims)
    const answer = await issueTemporaryKey(nodeCrypto, {
      request: verified,
      id: 'some-id',
      publicKey,
      ...times,
      signer,
    })
    const response = { jwt: answer, request: claims, signerPublicKey: signer.publicKey }
    assert.deepEqual(await verifyTemporaryKeyResponse(nodeCrypto, response), { id: 'some-id', publicKey, ...times })
  }
})

test('a request under other secrets, or of the other scope, is refused', async () => {
  const { jwt } = await createTemporaryKeyRequest(nodeCrypto, { application, issuedAt: 0 })
  const other = { ...application, applicationSecret: application.applicationKey }
  await refusesLater('invalid_jwt', () => verifyTemporaryKeyRequest(nodeCrypto, jwt, { application: other }))
  await refusesLater('invalid_jwt', () => verifyTemporaryKeyRequest(nodeCrypto, jwt, { application, transportKey }))
  const elsewhere = { ...application, applicationKey: application.applicationSecret }
  await refusesLater('invalid_jwt', () => verifyTemporaryKeyRequest(nodeCrypto, jwt, { application: elsewhere }))
})

const forged: Readonly<Record<string, (jwt: string) => string>> = {
  'with another payload': (jwt) => replacePart(jwt, 1, { applicationKey: application.applicationKey, challenge: 'x' }),
  'without signature': (jwt) => `${jwt.split('.').slice(0, 2).join('.')}.`,
  'with alg none': (jwt) => replacePart(jwt, 0, { alg: 'none' }),
  'with a critical extension': (jwt) => replacePart(jwt, 0, { alg: 'HS256', crit: ['x'] }),
  'of two parts': (jwt) => jwt.split('.').slice(0, 2).join('.'),
  'that is no JSON': (jwt) => ['AAAA', ...jwt.split('.').slice(1)].join('.'),
  'that is no Base64url': (jwt) => jwt.replace('.', '.='),
  'that is huge': (jwt) => jwt + 'A'.repeat(10_000),
}
for (const [what, forge] of Object.entries(forged)) {
  test(`a request ${what} is refused`, async () => {
    const { jwt } = await createTemporaryKeyRequest(nodeCrypto, { application, issuedAt: 0 })
    await refusesLater('invalid_jwt', () => verifyTemporaryKeyRequest(nodeCrypto, forge(jwt), { application }))
  })
}

test('claims that are missing, or of the wrong type, are refused', async () => {
  const { jwt } = await createTemporaryKeyRequest(nodeCrypto, { application, issuedAt: 0 })
  for (const claims of [{}, { applicationKey: 1, challenge: 'x' }, { applicationKey: 'x' }, [], null]) {
    refuses('invalid_jwt', () => readTemporaryKeyRequest(replacePart(jwt, 1, claims)))
  }
  refuses('invalid_jwt', () => readTemporaryKeyRequest(undefined))
})

test('an answer to another challenge, or by another key, is refused', async () => {
  const { claims } = await createTemporaryKeyRequest(nodeCrypto, { application, issuedAt: 0 })
  const answer = await issueTemporaryKey(nodeCrypto, { request: claims, id: 'i', publicKey, ...times, signer })
  const response = { jwt: answer, request: claims, signerPublicKey: signer.publicKey }
  const others = [
    { ...response, request: { ...claims, challenge: 'other' } },
    { ...response, request: { ...claims, activationId: 'other' } },
    { ...response, signerPublicKey: publicKey },
  ]
  for (const other of others) await refusesLater('invalid_jwt', () => verifyTemporaryKeyResponse(nodeCrypto, other))
})

function replacePart(jwt: string, index: number, value: unknown): string {
  return jwt
    .split('.')
    .with(index, Buffer.from(JSON.stringify(value)).toString('base64url'))
    .join('.')
}
