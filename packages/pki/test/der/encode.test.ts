import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeOid, encodeDer, encodeOid, isCanonicalDer, PkiError, readDer } from '@cloudsigner/pki'
import fc from 'fast-check'
import { decodeInteger, decodeNamedBits, decodeTime } from '../../src/der/decode.ts'
import { generalizedTime, integer, namedBits, setOf, time } from '../../src/der/encode.ts'

test('object identifiers survive the round trip (X.690 §8.19)', () => {
  const oid = fc
    .tuple(fc.constantFrom(0n, 1n, 2n), fc.bigInt(0n, 39n), fc.array(fc.bigInt(0n, 2n ** 130n), { maxLength: 8 }))
    .map((arcs) => arcs.flat().join('.'))
  fc.assert(
    fc.property(oid, (text) => {
      const encoded = encodeOid(text)
      assert.ok(isCanonicalDer(encoded))
      assert.equal(decodeOid(readDer(encoded)), text)
    }),
  )
})

test('X.690 §8.19.5: 2.999.3 is 06 03 88 37 03', () => {
  assert.equal(Buffer.from(encodeOid('2.999.3')).toString('hex'), '0603883703')
})

for (const text of ['', '1', '3.1', '1.40', '1.2.', '1.02', '1.2.-3', 'a.b']) {
  test(`"${text}" is no object identifier`, () => {
    assert.throws(() => encodeOid(text), PkiError)
  })
}

test('integers survive the round trip, canonically', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 200n), (value) => {
      const encoded = integer(value)
      assert.ok(isCanonicalDer(encoded))
      assert.equal(decodeInteger(readDer(encoded)), value)
    }),
  )
})

test('named bits lose their trailing zeros (X.690 §11.2.2)', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(40), { maxLength: 9 }), (positions) => {
      const encoded = namedBits(positions)
      assert.ok(isCanonicalDer(encoded))
      assert.deepEqual(
        decodeNamedBits(readDer(encoded).content),
        [...positions].sort((a, b) => a - b),
      )
    }),
  )
})

test('SET OF comes out in ascending order (X.690 §11.6)', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (contents) => {
      assert.ok(isCanonicalDer(setOf(...contents.map((content) => encodeDer(0x04, content)))))
    }),
  )
})

test('times switch from UTCTime to GeneralizedTime in 2050 (RFC 5280 §4.1.2.5)', () => {
  const last = new Date('2049-12-31T23:59:59Z')
  const first = new Date('2050-01-01T00:00:00Z')
  assert.equal(readDer(time(last)).tag, 0x17)
  assert.equal(readDer(time(first)).tag, 0x18)
  for (const date of [last, first, new Date('1950-01-01T00:00:00Z')]) {
    assert.deepEqual(decodeTime(readDer(time(date))), date)
    assert.deepEqual(decodeTime(readDer(generalizedTime(date))), date)
  }
})

test('a day that no calendar has is refused', () => {
  const bytes = encodeDer(0x17, new TextEncoder().encode('260230120000Z'))
  assert.throws(() => decodeTime(readDer(bytes)), PkiError)
})

test('numbers and identifiers too long to be any are refused before they are computed', () => {
  assert.throws(() => decodeInteger(readDer(encodeDer(0x02, new Uint8Array(129).fill(1)))), PkiError)
  assert.throws(() => decodeOid(readDer(encodeDer(0x06, new Uint8Array(257).fill(1)))), PkiError)
})
