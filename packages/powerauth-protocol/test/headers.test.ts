import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ProtocolError } from '../src/protocol-error.ts'
import {
  formatAuthorizationHeader,
  formatEncryptionHeader,
  formatTokenHeader,
  parseAuthorizationHeader,
  parseEncryptionHeader,
  parseTokenHeader,
} from '../src/v3/headers.ts'
import { refuses } from './refuses.ts'

const activationId = '2dc1edb0-b240-4f92-b62c-141c1941d308'
const applicationKey = 'm/oA+8eJzr4Vm2GZ/IjaHw=='
const nonce = 'bWgIejRrm+qR1P9j0L0JGQ=='
const authorization = {
  activationId,
  applicationKey,
  nonce,
  type: 'possession_knowledge',
  code: 't7YhkMrs4RIbSqSkwVXkkobw6ohvgL8PkERLfI5aiPA=',
  version: '3.3',
} as const
const token = {
  tokenId: activationId,
  tokenDigest: 't7YhkMrs4RIbSqSkwVXkkobw6ohvgL8PkERLfI5aiPA=',
  nonce,
  timestamp: 1_795_473_292_024,
  version: '3.3',
} as const

test('what is written is read', () => {
  assert.deepEqual(parseAuthorizationHeader(formatAuthorizationHeader(authorization)), authorization)
  assert.deepEqual(parseTokenHeader(formatTokenHeader(token)), token)
  for (const header of [
    { applicationKey, version: '3.2' },
    { applicationKey, activationId, version: '3.2' },
  ] as const) {
    assert.deepEqual(parseEncryptionHeader(formatEncryptionHeader(header)), header)
  }
})

test('members come in any order and types in either case', () => {
  const text = `PowerAuth version="3.3",application_key="${applicationKey}"`
  assert.deepEqual(parseEncryptionHeader(text), { applicationKey, version: '3.3' })
  const upper = formatAuthorizationHeader(authorization).replace('possession_knowledge', 'POSSESSION_KNOWLEDGE')
  assert.deepEqual(parseAuthorizationHeader(upper), authorization)
})

const written = formatAuthorizationHeader(authorization)
const wrong: Readonly<Record<string, string>> = {
  'another scheme': written.replace('PowerAuth', 'Bearer'),
  'a missing member': written.replace(/pa_nonce="[^"]*", /, ''),
  'a member twice': `${written}, pa_version="3.3"`,
  'an activation id that is no UUID': written.replace(activationId, 'x'),
  'a nonce of another length': written.replace(nonce, 'AAAA'),
  'an application key that is no Base64': written.replace(applicationKey, '!'.repeat(24)),
  'a code of an odd length': written.replace(authorization.code, 'AAAA'),
  'an unknown type': written.replace('possession_knowledge', 'confession'),
  'a member without value': written.replace(/pa_version="3.3"/, 'pa_version'),
  'no end': written + ' '.repeat(2000),
  nothing: '',
}
for (const [what, text] of Object.entries(wrong)) {
  test(`a header with ${what} is refused`, () => refuses('invalid_header', () => parseAuthorizationHeader(text)))
}

test('a version that is not spoken has its own code', () => {
  for (const version of ['4.0', '2.1', '3.4', 'x']) {
    refuses('unsupported_version', () => parseAuthorizationHeader(written.replace('3.3"', `${version}"`)))
  }
})

test('times of tokens are 9 to 15 digits', () => {
  for (const timestamp of ['1', '-179547329202', '1e12', '1234567890123456']) {
    const text = formatTokenHeader(token).replace(String(token.timestamp), timestamp)
    refuses('invalid_header', () => parseTokenHeader(text))
  }
})

test('any text is a header or a ProtocolError', () => {
  const near = fc.tuple(fc.nat(written.length), fc.string({ unit: 'binary', maxLength: 5 }))
  fc.assert(
    fc.property(near, ([index, insert]) => {
      try {
        parseAuthorizationHeader(written.slice(0, index) + insert + written.slice(index + 3))
      } catch (error) {
        assert.ok(error instanceof ProtocolError)
      }
    }),
  )
})
