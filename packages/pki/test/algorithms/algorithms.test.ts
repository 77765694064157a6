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
import { generateKeySigner, keySigner, nodeCrypto } from '@cloudsigner/pki/node'
import { bytesOf, hex } from '../fixture.ts'

const sequence = (...members: readonly Uint8Array[]): Uint8Array => encodeDer(0x30, ...members)
const nullValue = Uint8Array.of(5, 0)
const data = new TextEncoder().encode('data')
const unsupported = (error: unknown) => error instanceof PkiError && error.code === 'algorithm_unsupported'

const ecdsaWithSha256 = sequence(encodeOid('1.2.840.10045.4.3.2'))
const sha256WithRsa = sequence(encodeOid('1.2.840.113549.1.1.11'), nullValue)
const spki = (key: KeyObject) => new Uint8Array(key.export({ format: 'der', type: 'spki' }))

test('a key signs by its natural algorithm, and the provider verifies it', async () => {
  const keys = [
    [generateKeyPairSync('ec', { namedCurve: 'P-256' }), '300a06082a8648ce3d040302'],
    [generateKeyPairSync('ec', { namedCurve: 'P-384' }), '300a06082a8648ce3d040303'],
    [generateKeyPairSync('ec', { namedCurve: 'P-521' }), '300a06082a8648ce3d040304'],
    [generateKeyPairSync('rsa', { modulusLength: 2048 }), '300d06092a864886f70d01010b0500'],
    [generateKeyPairSync('ed25519'), '300506032b6570'],
  ] as const
  for (const [{ privateKey, publicKey }, algorithm] of keys) {
    const signer = keySigner(privateKey)
    assert.equal(hex(signer.signatureAlgorithm), algorithm)
    assert.deepEqual(signer.subjectPublicKeyInfo, spki(publicKey))
    const signature = await signer.sign(data)
    const verify = (content: Uint8Array) =>
      nodeCrypto.verify(signer.signatureAlgorithm, signer.subjectPublicKeyInfo, signature, content)
    assert.deepEqual([await verify(data), await verify(data.subarray(1))], [true, false])
  }
})

test('another hash where it is asked for', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  assert.equal(readSignatureAlgorithm(keySigner(privateKey, { hash: 'SHA-512' }).signatureAlgorithm).hash, 'SHA-512')
})

test('a pair of algorithm and key that do not belong together does not verify, nor throws', async () => {
  const { signer } = await generateKeySigner('P-256')
  const signature = await signer.sign(data)
  const rsa = spki(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey)
  const pairs: readonly (readonly [Uint8Array, Uint8Array])[] = [
    [sha256WithRsa, signer.subjectPublicKeyInfo],
    [ecdsaWithSha256, rsa],
    [sha256WithRsa, rsa],
    [sequence(encodeOid('2.999.1')), signer.subjectPublicKeyInfo],
    [nullValue, signer.subjectPublicKeyInfo],
    [ecdsaWithSha256, new Uint8Array()],
    // The point (0, 0), which is on no curve.
    [ecdsaWithSha256, Uint8Array.from([...signer.subjectPublicKeyInfo.subarray(0, 27), ...new Uint8Array(64)])],
  ]
  for (const [algorithm, key] of pairs) assert.equal(await nodeCrypto.verify(algorithm, key, signature, data), false)
})

test('a digest longer than the RSA key is a signature that does not verify', async () => {
  const key = spki(generateKeyPairSync('rsa', { modulusLength: 512 }).publicKey)
  const sha512WithRsa = sequence(encodeOid('1.2.840.113549.1.1.13'), nullValue)
  assert.equal(await nodeCrypto.verify(sha512WithRsa, key, new Uint8Array(64).fill(1), data), false)
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
  assert.throws(() => info(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })), unsupported)
  assert.throws(() => info(generateKeyPairSync('ed448')), unsupported)
})

test('compressed points and unnamed curves are refused', () => {
  const key = (parameters: Uint8Array, point: Uint8Array) =>
    sequence(sequence(encodeOid('1.2.840.10045.2.1'), parameters), encodeDer(0x03, Uint8Array.of(0), point))
  const p256 = encodeOid('1.2.840.10045.3.1.7')
  assert.throws(() => readPublicKeyInfo(key(p256, Uint8Array.of(2, ...new Uint8Array(32)))), unsupported)
  assert.throws(() => readPublicKeyInfo(key(sequence(), Uint8Array.of(4, ...new Uint8Array(64)))), unsupported)
  assert.throws(() => defaultSignatureAlgorithm(key(p256, new Uint8Array(3))), unsupported)
})

test('hashes go on from a copy', () => {
  const hash = nodeCrypto.createHash('SHA-256')
  hash.update(data)
  const copy = hash.copy()
  copy.update(data)
  assert.deepEqual(hash.digest(), nodeCrypto.digest('SHA-256', data))
  assert.deepEqual(copy.digest(), nodeCrypto.digest('SHA-256', Uint8Array.from([...data, ...data])))
})

test('octets of different lengths are not equal, and no error', () => {
  assert.equal(nodeCrypto.timingSafeEqual(Uint8Array.of(1), Uint8Array.of(1, 2)), false)
  assert.equal(nodeCrypto.timingSafeEqual(Uint8Array.of(1), Uint8Array.of(1)), true)
  assert.equal(nodeCrypto.random(40).length, 40)
})
