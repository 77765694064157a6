/** Both providers, held to the same answers. */
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { test } from 'node:test'
import { encodeDer, encodeOid } from '@cloudsigner/pki'
import { browserCrypto } from '@cloudsigner/pki/browser'
import { generateKeySigner, keySigner, nodeCrypto } from '@cloudsigner/pki/node'
import { hex } from '../fixture.ts'

const sequence = (...members: readonly Uint8Array[]): Uint8Array => encodeDer(0x30, ...members)
const nullValue = Uint8Array.of(5, 0)
const data = new TextEncoder().encode('data')

const ecdsaWithSha256 = sequence(encodeOid('1.2.840.10045.4.3.2'))
const sha256WithRsa = sequence(encodeOid('1.2.840.113549.1.1.11'), nullValue)
const spki = (key: KeyObject) => new Uint8Array(key.export({ format: 'der', type: 'spki' }))

const sha = { 'SHA-256': '2.16.840.1.101.3.4.2.1', 'SHA-512': '2.16.840.1.101.3.4.2.3' } as const

/** RFC 4055 §3.1. */
function pss(hash: keyof typeof sha, saltLength: number): Uint8Array {
  const algorithm = sequence(encodeOid(sha[hash]))
  const mask = sequence(encodeOid('1.2.840.113549.1.1.8'), algorithm)
  const salt = encodeDer(0x02, Uint8Array.of(saltLength))
  const parameters = sequence(encodeDer(0xa0, algorithm), encodeDer(0xa1, mask), encodeDer(0xa2, salt))
  return sequence(encodeOid('1.2.840.113549.1.1.10'), parameters)
}

for (const [platform, crypto] of Object.entries({ Node: nodeCrypto, WebCrypto: browserCrypto(globalThis.crypto) })) {
  test(`${platform}: a key signs by its natural algorithm, and the provider verifies it`, async () => {
    const keys = [
      [generateKeyPairSync('ec', { namedCurve: 'P-256' }), '300a06082a8648ce3d040302'],
      [generateKeyPairSync('ec', { namedCurve: 'P-384' }), '300a06082a8648ce3d040303'],
      [generateKeyPairSync('ec', { namedCurve: 'P-521' }), '300a06082a8648ce3d040304'],
      [generateKeyPairSync('rsa', { modulusLength: 2048 }), '300d06092a864886f70d01010b0500'],
      [generateKeyPairSync('ed25519'), '300506032b6570'],
      [generateKeyPairSync('ml-dsa-44'), '300b0609608648016503040311'],
      [generateKeyPairSync('ml-dsa-65'), '300b0609608648016503040312'],
      [generateKeyPairSync('ml-dsa-87'), '300b0609608648016503040313'],
      [generateKeyPairSync('rsa-pss', { modulusLength: 2048 }), hex(pss('SHA-256', 32))],
    ] as const
    for (const [{ privateKey, publicKey }, algorithm] of keys) {
      const signer = keySigner(privateKey)
      assert.equal(hex(signer.signatureAlgorithm), algorithm)
      assert.deepEqual(signer.subjectPublicKeyInfo, spki(publicKey))
      const signature = await signer.sign(data)
      const verify = (content: Uint8Array) =>
        crypto.verify(signer.signatureAlgorithm, signer.subjectPublicKeyInfo, signature, content)
      assert.deepEqual([await verify(data), await verify(data.subarray(1))], [true, false])
    }
  })

  test(`${platform}: a pair of algorithm and key that do not belong together does not verify, nor throws`, async () => {
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
    for (const [algorithm, key] of pairs) assert.equal(await crypto.verify(algorithm, key, signature, data), false)
  })

  test(`${platform}: a digest longer than the RSA key is a signature that does not verify`, async () => {
    const key = spki(generateKeyPairSync('rsa', { modulusLength: 512 }).publicKey)
    const sha512WithRsa = sequence(encodeOid('1.2.840.113549.1.1.13'), nullValue)
    assert.equal(await crypto.verify(sha512WithRsa, key, new Uint8Array(64).fill(1), data), false)
  })

  test(`${platform}: hashes go on from a copy`, () => {
    const hash = crypto.createHash('SHA-256')
    hash.update(data)
    const copy = hash.copy()
    copy.update(data)
    assert.deepEqual(hash.digest(), crypto.digest('SHA-256', data))
    assert.deepEqual(copy.digest(), crypto.digest('SHA-256', Uint8Array.from([...data, ...data])))
  })

  test(`${platform}: octets of different lengths are not equal, and no error`, () => {
    assert.equal(crypto.timingSafeEqual(Uint8Array.of(1), Uint8Array.of(1, 2)), false)
    assert.equal(crypto.timingSafeEqual(Uint8Array.of(1), Uint8Array.of(1)), true)
    assert.equal(crypto.random(40).length, 40)
  })

  test(`${platform}: a key under id-RSASSA-PSS keeps to its parameters (RFC 4055 §3.3)`, async () => {
    const free = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
    // Node writes the hash's length as the least salt.
    const bound = generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256' })
    const signature = (key: KeyObject, hash: string, saltLength: number) =>
      new Uint8Array(sign(hash, data, { key, saltLength }))
    const verify = (algorithm: Uint8Array, key: KeyObject, value: Uint8Array) =>
      crypto.verify(algorithm, spki(key), value, data)
    const wide = signature(bound.privateKey, 'sha256', 40)
    assert.equal(await verify(pss('SHA-512', 20), free.publicKey, signature(free.privateKey, 'sha512', 20)), true)
    assert.equal(await verify(pss('SHA-256', 40), bound.publicKey, wide), true)
    assert.equal(await verify(pss('SHA-512', 40), bound.publicKey, wide), false)
    assert.equal(await verify(pss('SHA-256', 20), bound.publicKey, wide), false)
    assert.equal(await verify(sha256WithRsa, free.publicKey, wide), false)
  })

  test(`${platform}: ECDSA signatures are DER of two numbers that fit the curve`, async () => {
    const { signer } = await generateKeySigner('P-256')
    const verify = (signature: Uint8Array) =>
      crypto.verify(signer.signatureAlgorithm, signer.subjectPublicKeyInfo, signature, data)
    const one = encodeDer(0x02, Uint8Array.of(1))
    const bad = [
      sequence(one, encodeDer(0x02, Uint8Array.of(1, ...new Uint8Array(32)))),
      sequence(one, encodeDer(0x02, Uint8Array.of(0x80))),
      sequence(one, encodeDer(0x02, Uint8Array.of(0))),
      sequence(one, one, one),
      sequence(one),
      one,
      new Uint8Array(64),
    ]
    for (const signature of bad) assert.equal(await verify(signature), false)
  })

  test(`${platform}: every hash, piece by piece as at once`, () => {
    for (const [hash, name] of [
      ['SHA-1', 'sha1'],
      ['SHA-256', 'sha256'],
      ['SHA-384', 'sha384'],
      ['SHA-512', 'sha512'],
    ] as const) {
      const expected = new Uint8Array(createHash(name).update(data).update(data).digest())
      const incremental = crypto.createHash(hash)
      for (let round = 0; round < 2; round++) incremental.update(data)
      assert.deepEqual(incremental.digest(), expected)
      assert.deepEqual(crypto.digest(hash, Uint8Array.from([...data, ...data])), expected)
    }
  })
}

test('RSASSA-PSS is made by a key that could sign otherwise, where that is asked for', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const signer = keySigner(privateKey, { scheme: 'PSS', hash: 'SHA-512' })
  assert.deepEqual(signer.signatureAlgorithm, pss('SHA-512', 64))
  const signature = await signer.sign(data)
  for (const crypto of [nodeCrypto, browserCrypto(globalThis.crypto)])
    assert.equal(await crypto.verify(signer.signatureAlgorithm, signer.subjectPublicKeyInfo, signature, data), true)
})

test('a key that is bound to a hash signs with it', () => {
  const { privateKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha512' })
  assert.deepEqual(keySigner(privateKey).signatureAlgorithm, pss('SHA-512', 64))
})

for (const [curve, algorithm] of [
  ['brainpoolP256r1', '300a06082a8648ce3d040302'],
  ['brainpoolP384r1', '300a06082a8648ce3d040303'],
  ['brainpoolP512r1', '300a06082a8648ce3d040304'],
] as const) {
  test(`Node: ${curve} signs and verifies; WebCrypto, which lacks it, verifies nothing`, async () => {
    const signer = keySigner(generateKeyPairSync('ec', { namedCurve: curve }).privateKey)
    assert.equal(hex(signer.signatureAlgorithm), algorithm)
    const signature = await signer.sign(data)
    const verify = (crypto: typeof nodeCrypto) =>
      crypto.verify(signer.signatureAlgorithm, signer.subjectPublicKeyInfo, signature, data)
    assert.deepEqual([await verify(nodeCrypto), await verify(browserCrypto(globalThis.crypto))], [true, false])
  })
}
