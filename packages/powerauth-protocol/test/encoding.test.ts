import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { base64Decode, base64Encode, base64UrlDecode, base64UrlEncode } from '../src/encoding/base64.ts'
import { concatWithSizes, constantTimeEqual, fold, long8 } from '../src/encoding/bytes.ts'
import { nodeCrypto } from '../src/node.ts'
import { derToRawSignature, rawToDerSignature } from '../src/v3/ecdsa-signature.ts'
import { decodePrivateKey, decodePublicKey } from '../src/v3/p256.ts'
import { refuses } from './refuses.ts'

const anyBytes = fc.uint8Array({ maxLength: 200 })

test('Base64 that decodes is Base64 that would have been written', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      assert.equal(base64Encode(bytes), Buffer.from(bytes).toString('base64'))
      assert.deepEqual(base64Decode(base64Encode(bytes), 'x'), bytes)
      assert.deepEqual(base64UrlDecode(base64UrlEncode(bytes), 'x'), bytes)
    }),
  )
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9+/=\n ]{0,12}$/), (text) => {
      let decoded: Uint8Array
      try {
        decoded = base64Decode(text, 'x')
      } catch {
        return
      }
      assert.equal(base64Encode(decoded), text)
    }),
  )
})

for (const text of ['A', 'AA', 'AAA', 'AB==', 'AAB=', 'AA\n==', '=AAA', 'AAA-', 'AAAA====', ' AAA']) {
  test(`Base64 refuses ${JSON.stringify(text)}`, () => refuses('invalid_encoding', () => base64Decode(text, 'x')))
}

test('Base64 of the wrong length is an argument error that says both lengths', () => {
  refuses('invalid_argument', () => base64Decode('AAAA', 'nonce', 16), /nonce must have 16 bytes, not 3/)
})

test('long texts do not depend on the stack', () => {
  const bytes = nodeCrypto.random(3_000_000)
  assert.deepEqual(base64Decode(base64Encode(bytes), 'x'), bytes)
  refuses('invalid_encoding', () => base64Decode(`${base64Encode(bytes)}!!!!`, 'x'))
})

test('a missing item of concatWithSizes has size 0', () => {
  assert.deepEqual(
    concatWithSizes('ab', undefined, Uint8Array.of(9)),
    Uint8Array.of(0, 0, 0, 2, 97, 98, 0, 0, 0, 0, 0, 0, 0, 1, 9),
  )
  assert.deepEqual(long8(0x0102030405), Uint8Array.of(0, 0, 0, 1, 2, 3, 4, 5))
  assert.deepEqual(fold(new Uint8Array(32).fill(5)), new Uint8Array(16))
})

test('constantTimeEqual compares whole values', () => {
  assert.equal(constantTimeEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 2)), true)
  assert.equal(constantTimeEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false)
  assert.equal(constantTimeEqual(Uint8Array.of(1, 2), Uint8Array.of(1)), false)
})

test('DER signatures we accept are DER signatures we would have written', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (raw) => {
      assert.deepEqual(derToRawSignature(rawToDerSignature(raw)), raw)
    }),
  )
  const signature = rawToDerSignature(new Uint8Array(64).fill(0x81))
  fc.assert(
    fc.property(fc.nat(signature.length - 1), fc.nat(255), (index, value) => {
      const changed = signature.with(index, value)
      let raw: Uint8Array
      try {
        raw = derToRawSignature(changed)
      } catch {
        return
      }
      assert.deepEqual(rawToDerSignature(raw), changed)
    }),
  )
})

test('compressed points become the uncompressed ones', async () => {
  for (let index = 0; index < 50; index++) {
    const { publicKey } = await nodeCrypto.generateP256KeyPair()
    const compressed = Uint8Array.of(2 + ((publicKey[64] ?? 0) & 1), ...publicKey.subarray(1, 33))
    assert.deepEqual(decodePublicKey(compressed), publicKey)
    assert.deepEqual(decodePublicKey(publicKey), publicKey)
  }
})

test('what is no point of the curve is refused', async () => {
  const { publicKey } = await nodeCrypto.generateP256KeyPair()
  const offCurve = publicKey.with(64, (publicKey[64] ?? 0) ^ 1)
  const tooLarge = Uint8Array.of(2, ...new Uint8Array(32).fill(0xff))
  for (const bytes of [
    offCurve,
    tooLarge,
    Uint8Array.of(0),
    new Uint8Array(),
    publicKey.subarray(0, 64),
    publicKey.with(0, 6),
  ]) {
    refuses('invalid_public_key', () => decodePublicKey(bytes))
  }
  const small = Array.from({ length: 8 }, (_, x) => Uint8Array.of(2, ...new Uint8Array(31), x))
  assert.ok(small.some((point) => throws(() => decodePublicKey(point)))) // about half of all x have no y
})

test('scalars of Java BigIntegers become 32 bytes', () => {
  assert.deepEqual(decodePrivateKey(Uint8Array.of(0, ...new Uint8Array(32).fill(0x99))), new Uint8Array(32).fill(0x99))
  assert.deepEqual(decodePrivateKey(Uint8Array.of(7)), new Uint8Array(32).with(31, 7))
  refuses('invalid_argument', () => decodePrivateKey(new Uint8Array(32)))
  refuses('invalid_argument', () => decodePrivateKey(new Uint8Array(33).fill(1)))
})

function throws(call: () => unknown): boolean {
  try {
    call()
    return false
  } catch {
    return true
  }
}
