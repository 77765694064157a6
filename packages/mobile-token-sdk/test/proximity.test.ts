import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MobileTokenError, parseProximityCode } from '../src/index.ts'

const jwtOf = (claims: object) =>
  ['eyJhbGciOiJub25lIn0', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'c2ln'].join('.')

test('links and JWTs are read, the link with either name of the code', () => {
  const found = { operationId: 'op-1', otp: '12345678', type: 'DEEPLINK' }
  for (const text of [
    'mtoken://login?oid=op-1&potp=12345678',
    'https://bank.example/op?oid=op-1&totp=12345678',
    jwtOf({ oid: 'op-1', potp: '12345678' }),
    `mtoken://login?code=${jwtOf({ oid: 'op-1', potp: '12345678' })}`,
  ])
    assert.deepEqual(parseProximityCode(text, 'DEEPLINK'), found, text)
})

test('anything else is refused, whatever it is', () => {
  const broken = [
    '',
    'op-1',
    'mtoken://login?oid=op-1',
    'mtoken://login?potp=12345678',
    'mtoken://login?oid=&potp=12345678',
    'mtoken://login?oid=op-1&potp=abc',
    jwtOf({ oid: 'op-1', potp: 12345678 }),
    jwtOf({ oid: 1, potp: '12345678' }),
    'a.bm90IGpzb24.c',
    'a.bnVsbA.c',
    `mtoken://x?oid=op-1&potp=12345678&x=${'x'.repeat(5000)}`,
  ]
  for (const text of broken)
    assert.throws(() => parseProximityCode(text, 'QR_CODE'), { code: 'invalid_proximity_code' }, text)
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true })), (text) => {
      try {
        parseProximityCode(text, 'QR_CODE')
      } catch (error) {
        assert.ok(error instanceof MobileTokenError && error.code === 'invalid_proximity_code')
      }
    }),
  )
})
