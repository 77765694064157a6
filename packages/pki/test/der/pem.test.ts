import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeBase64, derToPem, encodeBase64, PkiError, pemBlocks, pemToDer } from '@cloudsigner/pki'
import fc from 'fast-check'

test('PEM survives the round trip, alone and among others (RFC 7468)', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }), (contents) => {
      const text = contents.map((der) => `Subject: CN=x\n${derToPem(der, 'CERTIFICATE')}`).join('\r\n')
      assert.deepEqual(pemBlocks(text, 'CERTIFICATE'), contents)
    }),
  )
})

test('lines are 64 characters long', () => {
  const [, ...lines] = derToPem(new Uint8Array(100), 'X').split('\n')
  assert.equal(lines[0]?.length, 64)
})

test('a label is matched whole', () => {
  const text = derToPem(Uint8Array.of(1), 'CERTIFICATE REQUEST')
  assert.deepEqual(pemBlocks(text, 'CERTIFICATE'), [])
  assert.throws(() => pemToDer(text, 'CERTIFICATE'), PkiError)
})

for (const [name, text] of [
  ['no block', 'hello'],
  ['two blocks', derToPem(Uint8Array.of(1), 'A').repeat(2)],
  ['another label at its end', '-----BEGIN A-----\nAQ==\n-----END B-----\n'],
] as const) {
  test(`pemToDer refuses ${name}`, () => {
    assert.throws(
      () => pemToDer(text),
      (error) => error instanceof PkiError && error.code === 'pem_malformed',
    )
  })
}

test('Base64 has one spelling for each octet string', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.deepEqual(decodeBase64(encodeBase64(bytes)), bytes)
    }),
  )
  for (const text of ['A', 'AQ=', 'AR==', 'AQ==AQ==', 'A-==', '=AQ=']) {
    assert.throws(() => decodeBase64(text), PkiError, text)
  }
})
