import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nodeCrypto } from '../src/node.ts'
import {
  authenticationCodeTypes,
  computeAuthenticationCode,
  parseAuthenticationCodeType,
  verifyAuthenticationCode,
} from '../src/v3/authentication-code.ts'
import { advanceCounter } from '../src/v3/counter.ts'
import { deriveActivationKeys } from '../src/v3/keys.ts'
import { canonicalQuery, dataWithSecret, normalizeRequest, serverCanonicalQuery } from '../src/v3/normalized-data.ts'
import { refuses, refusesLater } from './refuses.ts'

const keys = await deriveActivationKeys(nodeCrypto, new Uint8Array(16).fill(3))
const ctrData = new Uint8Array(16).fill(9)
const nonce = 'bWgIejRrm+qR1P9j0L0JGQ=='
const data = dataWithSecret(normalizeRequest({ method: 'post', uriId: '/x', nonce, body: new Uint8Array(3) }), 's')
const code = { type: 'possession_knowledge', keys, ctrData, data, format: 'base64' } as const

test('a code is found at its step of the window and nowhere outside', async () => {
  const types = fc.constantFrom(...authenticationCodeTypes)
  const formats = fc.constantFrom('base64' as const, { digits: 8 })
  await fc.assert(
    fc.asyncProperty(
      types,
      formats,
      fc.nat(25),
      fc.integer({ min: 1, max: 20 }),
      async (type, format, ahead, lookAhead) => {
        const made = { ...code, type, format, ctrData: await advanceCounter(nodeCrypto, ctrData, ahead) }
        const verification = await verifyAuthenticationCode(nodeCrypto, {
          ...made,
          ctrData,
          code: await computeAuthenticationCode(nodeCrypto, made),
          lookAhead,
        })
        if (ahead >= lookAhead) return assert.deepEqual(verification, { valid: false })
        const nextCtrData = await advanceCounter(nodeCrypto, ctrData, ahead + 1)
        return assert.deepEqual(verification, { valid: true, step: ahead, nextCtrData })
      },
    ),
  )
})

test('the 21st step is outside the default window of 20', async () => {
  const at = async (ahead: number) => {
    const made = { ...code, ctrData: await advanceCounter(nodeCrypto, ctrData, ahead) }
    const text = await computeAuthenticationCode(nodeCrypto, made)
    return (await verifyAuthenticationCode(nodeCrypto, { ...code, code: text, lookAhead: 20 })).valid
  }
  assert.equal(await at(19), true)
  assert.equal(await at(20), false)
})

const others = {
  'other data': { data: new Uint8Array(1) },
  'another type': { type: 'possession_biometry' },
  'another format': { format: { digits: 8 } },
  'another key': { keys: { ...keys, signatureKnowledgeKey: keys.signatureBiometryKey } },
} as const
for (const [what, change] of Object.entries(others)) {
  test(`a code does not verify with ${what}`, async () => {
    const text = await computeAuthenticationCode(nodeCrypto, code)
    const verification = await verifyAuthenticationCode(nodeCrypto, { ...code, ...change, code: text, lookAhead: 20 })
    assert.deepEqual(verification, { valid: false })
  })
}

test('a prefix of a code is no code', async () => {
  const text = await computeAuthenticationCode(nodeCrypto, code)
  for (const part of ['', text.slice(0, 24), `${text}A`]) {
    assert.equal((await verifyAuthenticationCode(nodeCrypto, { ...code, code: part, lookAhead: 20 })).valid, false)
  }
})

test('missing keys, wrong counters and digits are refused', async () => {
  await refusesLater('invalid_argument', () => computeAuthenticationCode(nodeCrypto, { ...code, keys: {} }))
  await refusesLater('invalid_argument', () => computeAuthenticationCode(nodeCrypto, { ...code, ctrData: data }))
  for (const digits of [3, 9, Number.NaN]) {
    await refusesLater('invalid_argument', () => computeAuthenticationCode(nodeCrypto, { ...code, format: { digits } }))
  }
})

test('types are read in either case, and only whole', () => {
  assert.equal(parseAuthenticationCodeType('POSSESSION_KNOWLEDGE'), 'possession_knowledge')
  refuses('invalid_argument', () => parseAuthenticationCodeType('possession_'))
  refuses('invalid_argument', () => parseAuthenticationCodeType('toString'))
})

const queries: Readonly<Record<string, string>> = {
  '': '',
  '?who=John&amount=10&amount=9&empty=&flag': 'amount=10&amount=9&empty=&who=John',
  'b=2&a=1&a=0': 'a=0&a=1&b=2',
  'who=John%20Doe': 'who=John+Doe',
  'who=John+Doe': 'who=John+Doe',
  "c=~*!'()": 'c=%7E*%21%27%28%29',
  'a=1=2': 'a=1%3D2',
  'a=100%': 'a=100%25',
  'x=%C3%BC': 'x=%C3%BC',
  '=v': '=v',
}
for (const [query, canonical] of Object.entries(queries)) {
  test(`the query ${JSON.stringify(query)} becomes ${JSON.stringify(canonical)}`, () => {
    assert.equal(new TextDecoder().decode(canonicalQuery(query)), canonical)
  })
}

test('the server decodes the whole query once more', () => {
  assert.equal(new TextDecoder().decode(serverCanonicalQuery('who=John%2520Doe')), 'who=John+Doe')
})

test('a nonce that is not 16 bytes is refused', () => {
  refuses('invalid_argument', () =>
    normalizeRequest({ method: 'GET', uriId: '/x', nonce: 'AAAA', body: new Uint8Array() }),
  )
})
