import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import {
  defaultSignatureAlgorithm,
  encodeDer,
  encodeOid,
  PkiError,
  readHashAlgorithm,
  readPublicKeyInfo,
  readSignatureAlgorithm,
} from '@cloudsigner/pki'
import { keySigner } from '@cloudsigner/pki/node'
import { bytesOf } from '../fixture.ts'

const sequence = (...members: readonly Uint8Array[]): Uint8Array => encodeDer(0x30, ...members)
const nullValue = Uint8Array.of(5, 0)
const unsupported = (error: unknown) => error instanceof PkiError && error.code === 'algorithm_unsupported'

const spki = (key: KeyObject) => new Uint8Array(key.export({ format: 'der', type: 'spki' }))

test('another hash where it is asked for', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  assert.equal(readSignatureAlgorithm(keySigner(privateKey, { hash: 'SHA-512' }).signatureAlgorithm).hash, 'SHA-512')
})

for (const [name, algorithm] of [
  ['an unknown OID', sequence(encodeOid('2.999.1'))],
  ['ECDSA with parameters', sequence(encodeOid('1.2.840.10045.4.3.2'), nullValue)],
  ['RSA with other parameters than NULL', sequence(encodeOid('1.2.840.113549.1.1.11'), sequence())],
  ['PSS without parameters', sequence(encodeOid('1.2.840.113549.1.1.10'))],
  [
    'PSS with another mask hash',
    bytesOf(
      '303906092a864886f70d01010a302c a00f300d06096086480165030402010500 a119 301706092a864886f70d010108300a06082a864886f70d0205',
    ),
  ],
  ['two parameters', sequence(encodeOid('1.2.840.113549.1.1.11'), nullValue, nullValue)],
  ['an OID named as a property of every object', sequence(encodeDer(0x06, Uint8Array.of(1)))],
] as const) {
  test(`no signature algorithm: ${name}`, () => {
    assert.throws(() => readSignatureAlgorithm(algorithm), unsupported)
  })
}

test('hash algorithms with NULL and without parameters are one (RFC 5754 §2)', () => {
  const sha384 = encodeOid('2.16.840.1.101.3.4.2.2')
  assert.equal(readHashAlgorithm(sequence(sha384)), 'SHA-384')
  assert.equal(readHashAlgorithm(sequence(sha384, nullValue)), 'SHA-384')
  assert.throws(() => readHashAlgorithm(sequence(sha384, sequence())), unsupported)
})

test('keys are named by what they are', () => {
  const info = ({ publicKey }: { publicKey: KeyObject }) => readPublicKeyInfo(spki(publicKey))
  assert.deepEqual(info(generateKeyPairSync('ec', { namedCurve: 'P-256' })), { algorithm: 'EC', curve: 'P-256' })
  assert.deepEqual(info(generateKeyPairSync('ed25519')), { algorithm: 'Ed25519' })
  assert.deepEqual(info(generateKeyPairSync('rsa', { modulusLength: 2048 })), { algorithm: 'RSA', modulusBits: 2048 })
  assert.deepEqual(info(generateKeyPairSync('ec', { namedCurve: 'brainpoolP512r1' })), {
    algorithm: 'EC',
    curve: 'brainpoolP512r1',
  })
  assert.deepEqual(info(generateKeyPairSync('ml-dsa-65')), { algorithm: 'ML-DSA-65' })
  assert.deepEqual(info(generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha384' })), {
    algorithm: 'RSA',
    modulusBits: 2048,
    pss: { hash: 'SHA-384' },
  })
  assert.throws(() => info(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })), unsupported)
  assert.throws(() => info(generateKeyPairSync('ed448')), unsupported)
})

test('an ML-DSA key of another length, or with parameters, is none (RFC 9881 §4)', () => {
  const key = (octets: number, ...parameters: readonly Uint8Array[]) =>
    sequence(
      sequence(encodeOid('2.16.840.1.101.3.4.3.17'), ...parameters),
      encodeDer(0x03, Uint8Array.of(0), new Uint8Array(octets)),
    )
  assert.deepEqual(readPublicKeyInfo(key(1312)), { algorithm: 'ML-DSA-44' })
  assert.throws(() => readPublicKeyInfo(key(1311)), unsupported)
  assert.throws(() => readPublicKeyInfo(key(1312, nullValue)), unsupported)
})

test('compressed points and unnamed curves are refused', () => {
  const key = (parameters: Uint8Array, point: Uint8Array) =>
    sequence(sequence(encodeOid('1.2.840.10045.2.1'), parameters), encodeDer(0x03, Uint8Array.of(0), point))
  const p256 = encodeOid('1.2.840.10045.3.1.7')
  assert.throws(() => readPublicKeyInfo(key(p256, Uint8Array.of(2, ...new Uint8Array(32)))), unsupported)
  assert.throws(() => readPublicKeyInfo(key(sequence(), Uint8Array.of(4, ...new Uint8Array(64)))), unsupported)
  assert.throws(() => defaultSignatureAlgorithm(key(p256, new Uint8Array(3))), unsupported)
})
