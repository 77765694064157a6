import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normalizedData, parseAuthorizationHeader, parseTokenHeader } from '../src/domain/powerauth-header.ts'

const code = {
  activationId: 'c564e700-7e86-4a87-b6c8-a5a0cc89683f',
  applicationKey: 'UNfS0VZX3JhbmRvbQ0123w==',
  nonce: 'kYjzVBB8Y0ZFabxSWbWovQ==',
  signatureType: 'possession_knowledge',
  signature: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
  version: '3.3',
}
const codeHeader = `PowerAuth pa_activation_id="${code.activationId}", pa_application_key="${code.applicationKey}", pa_nonce="${code.nonce}", pa_signature_type="possession_knowledge", pa_signature="${code.signature}", pa_version="3.3"`

const token = {
  tokenId: 'd6561669-34d6-4fee-8913-89477687a5cb',
  tokenDigest: 'VqAXEhziiT27lxoqREjtcQ0123456789abcdefghijk=',
  nonce: code.nonce,
  timestamp: '1780315200000',
  version: '3.3',
}
const tokenHeader = `PowerAuth token_id="${token.tokenId}", token_digest="${token.tokenDigest}", nonce="${token.nonce}", timestamp="${token.timestamp}", version="3.3"`

test('a code and a token are read', () => {
  assert.deepEqual(parseAuthorizationHeader(codeHeader), code)
  assert.deepEqual(parseAuthorizationHeader(codeHeader.replace('possession_k', 'POSSESSION_K')), code)
  assert.deepEqual(parseTokenHeader(tokenHeader), token)
})

for (const [what, change] of [
  ['another scheme', ['PowerAuth', 'Bearer']],
  ['no activation', [/pa_activation_id="[^"]*", /, '']],
  ['an activation that is no UUID', ['c564e700', 'c564e70']],
  ['a short nonce', ['kYjzVBB8', 'kYjz']],
  ['a signature that is none', [code.signature, '<script>']],
  ['version 4', ['pa_version="3.3"', 'pa_version="4.0"']],
  ['a member twice', ['pa_version="3.3"', 'pa_version="3.3", pa_version="3.2"']],
] as const) {
  test(`a code with ${what} is none`, () => {
    const [from, to] = change
    assert.equal(parseAuthorizationHeader(codeHeader.replace(from, to)), null)
  })
}

test('a token is no code, a code no token, and nothing is neither', () => {
  assert.equal(parseAuthorizationHeader(tokenHeader), null)
  assert.equal(parseTokenHeader(codeHeader), null)
  assert.equal(parseAuthorizationHeader(undefined), null)
  assert.equal(parseTokenHeader(tokenHeader.replace(token.timestamp, 'now')), null)
  assert.equal(parseTokenHeader(`${tokenHeader}${' '.repeat(3000)}`), null)
})

test('whatever comes is read or refused', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 500 }), (text) => {
      parseAuthorizationHeader(`PowerAuth ${text}`)
      parseTokenHeader(text)
    }),
  )
})

test('the data of a code: method, resource, nonce and body (protocol 3, §8.2)', () => {
  const data = normalizedData('post', '/app/signer', code.nonce, Buffer.from('{}'))
  assert.equal(data, `POST&L2FwcC9zaWduZXI=&${code.nonce}&e30=`)
  assert.equal(normalizedData('GET', '/x', code.nonce, new Uint8Array()), `GET&L3g=&${code.nonce}&`)
})
