import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeDer, PkiError } from '@cloudsigner/pki'
import fc from 'fast-check'
import { normalizeBer } from '../../src/der/ber.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const normalized = (text: string): string => Buffer.from(normalizeBer(hex(text)).der).toString('hex')

test('indefinite lengths become definite (X.690 §8.1.3.6)', () => {
  assert.equal(normalized('30 80 02 01 05 30 80 05 00 00 00 00 00'), '300702010530020500')
})

test('segments of an OCTET STRING become one (X.690 §8.7.3)', () => {
  assert.equal(normalized('24 80 04 02 01 02 24 05 04 03 03 04 05 00 00'), '04050102030405')
})

test('lengths in too many octets shrink', () => {
  assert.equal(normalized('30 83 00 00 03 02 01 05'), '3003020105')
})

test('DER stays the same bytes, in place', () => {
  const der = hex('30 06 02 01 05 04 01 00')
  const { der: kept, end } = normalizeBer(der)
  assert.equal(kept.buffer, der.buffer)
  assert.equal(end, der.length)
})

for (const [name, bytes] of [
  ['an indefinite primitive', '04 80 00 00'],
  ['a missing end-of-contents', '30 80 02 01 05'],
  ['a member that ends beyond its element', '30 03 02 05 01 02 03 04 05'],
  ['an OCTET STRING with another type inside', '24 03 02 01 05'],
  ['a length of seven octets', '30 87 00 00 00 00 00 00 01'],
] as const) {
  test(`refuses ${name}`, () => {
    assert.throws(() => normalizeBer(hex(bytes)), PkiError)
  })
}

test('nesting is bounded', () => {
  const deep = new Uint8Array(10_000)
  for (let i = 0; i < deep.length; i += 2) deep.set([0x30, 0x80], i)
  assert.throws(() => normalizeBer(deep), /deeper/)
})

test('no input makes it throw anything but PkiError, and what comes out does not change again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        const { der } = normalizeBer(bytes)
        assert.deepEqual(normalizeBer(der).der, der)
      } catch (error) {
        assert.ok(error instanceof PkiError, String(error))
      }
    }),
    { numRuns: 3000 },
  )
})

test('a message of very many elements is read where it is DER, and refused where it would have to be rewritten', () => {
  const nulls = new Uint8Array(600_000)
  for (let i = 0; i < nulls.length; i += 2) nulls[i] = 0x05
  const der = encodeDer(0x30, nulls)
  assert.equal(normalizeBer(der).der.length, der.length)
  const indefinite = Uint8Array.from([0x30, 0x80, ...nulls, 0, 0])
  assert.throws(
    () => normalizeBer(indefinite),
    (error) => error instanceof PkiError && error.code === 'too_large',
  )
})
