import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nodeCrypto } from '../../src/node.ts'
import { ProtocolError } from '../../src/protocol-error.ts'
import { dataWithSecret, normalizeRequest } from '../../src/v3/normalized-data.ts'
import {
  authenticationCodeTypes,
  computeAuthenticationCode,
  parseAuthenticationCodeType,
  type ServerFactorKeys,
  verifyAuthenticationCode,
} from '../../src/v4/authentication-code.ts'
import { advanceCounter } from '../../src/v4/counter.ts'
import {
  formatAuthorizationHeader,
  formatEncryptionHeader,
  formatTokenHeader,
  parseAuthorizationHeader,
  parseEncryptionHeader,
  parseTokenHeader,
} from '../../src/v4/headers.ts'
import { deriveFactorKeys } from '../../src/v4/key-tree.ts'
import { refuses, refusesLater } from '../refuses.ts'
import { activationId, application, nonce } from './fixture.ts'

const keys = await deriveFactorKeys(nodeCrypto, new Uint8Array(32).fill(3))
const { possessionKey, knowledgeKey, biometryKey } = keys
const replaced = { knowledgeKey: new Uint8Array(32).fill(5), biometryKey: new Uint8Array(32).fill(6) }
const server: ServerFactorKeys = {
  possessionKey,
  knowledgeKey: { current: knowledgeKey, next: replaced.knowledgeKey },
  biometryKey: { current: biometryKey, next: replaced.biometryKey },
}
const ctrData = new Uint8Array(32).fill(9)
const data = dataWithSecret(normalizeRequest({ method: 'post', uriId: '/x', nonce, body: new Uint8Array(3) }), 's')
const code = { type: 'possession_knowledge', ctrData, data, format: 'base64' } as const

test('a code is found at its step of the window, by the keys that made it, and nowhere outside', async () => {
  const types = fc.constantFrom(...authenticationCodeTypes)
  const formats = fc.constantFrom('base64' as const, { digits: 8 })
  const window = fc.integer({ min: 1, max: 20 })
  await fc.assert(
    fc.asyncProperty(types, formats, fc.nat(25), window, fc.boolean(), async (type, format, ahead, lookAhead, next) => {
      const made = { ...code, type, format, ctrData: await advanceCounter(nodeCrypto, ctrData, ahead) }
      const text = await computeAuthenticationCode(nodeCrypto, {
        ...made,
        keys: next ? { ...keys, ...replaced } : keys,
      })
      const asked = { ...made, keys: server, ctrData, code: text, lookAhead }
      const verification = await verifyAuthenticationCode(nodeCrypto, asked)
      if (ahead >= lookAhead) return assert.deepEqual(verification, { valid: false })
      const nextCtrData = await advanceCounter(nodeCrypto, ctrData, ahead + 1)
      return assert.deepEqual(verification, { valid: true, step: ahead, nextCtrData, nextKeys: settled(type, next) })
    }),
  )
})

/** The factors of the type keep the key that was used; others wait on. */
function settled(type: string, next: boolean): ServerFactorKeys {
  const used = next ? replaced : keys
  return {
    possessionKey,
    knowledgeKey: type.includes('knowledge')
      ? { current: used.knowledgeKey }
      : (server.knowledgeKey ?? { current: data }),
    biometryKey: type.includes('biometry') ? { current: used.biometryKey } : (server.biometryKey ?? { current: data }),
  }
}

test('the 21st step is outside the default window of 20', async () => {
  const at = async (ahead: number) => {
    const made = { ...code, keys, ctrData: await advanceCounter(nodeCrypto, ctrData, ahead) }
    const text = await computeAuthenticationCode(nodeCrypto, made)
    return (await verifyAuthenticationCode(nodeCrypto, { ...code, keys: server, code: text, lookAhead: 20 })).valid
  }
  assert.equal(await at(19), true)
  assert.equal(await at(20), false)
})

const others = {
  'other data': { data: new Uint8Array(1) },
  'another type': { type: 'possession_biometry' },
  'fewer factors': { type: 'possession' },
  'another format': { format: { digits: 8 } },
  'another key': { keys: { ...server, knowledgeKey: { current: biometryKey } } },
} as const
for (const [what, change] of Object.entries(others)) {
  test(`a code does not verify with ${what}`, async () => {
    const text = await computeAuthenticationCode(nodeCrypto, { ...code, keys })
    const asked = { ...code, keys: server, ...change, code: text, lookAhead: 20 }
    assert.deepEqual(await verifyAuthenticationCode(nodeCrypto, asked), { valid: false })
  })
}

test('a prefix of a code is no code: possession alone never passes for two factors', async () => {
  const text = await computeAuthenticationCode(nodeCrypto, { ...code, keys })
  const possession = await computeAuthenticationCode(nodeCrypto, { ...code, type: 'possession', keys })
  for (const part of ['', text.slice(0, 44), `${text}A`, possession]) {
    const asked = { ...code, keys: server, code: part, lookAhead: 20 }
    assert.equal((await verifyAuthenticationCode(nodeCrypto, asked)).valid, false)
  }
})

test('a code with biometry while it is off can not be looked at, and so is not counted', async () => {
  const text = await computeAuthenticationCode(nodeCrypto, { ...code, type: 'possession_biometry', keys })
  const { biometryKey: _, ...off } = server
  const asked = { ...code, type: 'possession_biometry', keys: off, code: text, lookAhead: 20 } as const
  await refusesLater('invalid_argument', () => verifyAuthenticationCode(nodeCrypto, asked))
})

test('missing keys, keys of 3.x, wrong counters and digits are refused', async () => {
  const compute = (change: object) => computeAuthenticationCode(nodeCrypto, { ...code, keys, ...change })
  for (const change of [
    { keys: {} },
    { keys: { ...keys, knowledgeKey: new Uint8Array(16) } },
    { ctrData: new Uint8Array(16) },
    { format: { digits: 3 } },
    { format: { digits: 9 } },
  ]) {
    await refusesLater('invalid_argument', () => compute(change))
  }
  for (const type of ['knowledge', 'biometry', 'possession_', 'toString']) {
    refuses('invalid_argument', () => parseAuthenticationCodeType(type))
  }
  assert.equal(parseAuthenticationCodeType('POSSESSION_KNOWLEDGE'), 'possession_knowledge')
})

const { applicationKey } = application
const header = {
  activationId,
  applicationKey,
  nonce,
  type: 'possession_knowledge',
  code: `${'A'.repeat(86)}==`,
} as const
const written = formatAuthorizationHeader(header)

test('headers: what is written is read, in any order', () => {
  assert.deepEqual(parseAuthorizationHeader(written), header)
  const token = { tokenId: activationId, tokenDigest: `${'A'.repeat(43)}=`, nonce, timestamp: 1_795_473_292_024 }
  assert.deepEqual(parseTokenHeader(formatTokenHeader(token)), token)
  for (const each of [{ applicationKey }, { applicationKey, activationId }]) {
    assert.deepEqual(parseEncryptionHeader(formatEncryptionHeader(each)), each)
  }
  assert.deepEqual(parseEncryptionHeader(`PowerAuth version="4.0",application_key="${applicationKey}"`), {
    applicationKey,
  })
})

const wrong: Readonly<Record<string, string>> = {
  'another scheme': written.replace('PowerAuth', 'Bearer'),
  'a missing member': written.replace(/pa_nonce="[^"]*", /, ''),
  'a member twice': `${written}, pa_version="4.0"`,
  'names of 3.x': written.replace('pa_auth_code_type', 'pa_signature_type'),
  'a code of 3.x': written.replace(header.code, `${'A'.repeat(22)}==`),
  'a decimal code': written.replace(header.code, '12345678-12345678'),
  'a factor that is no type alone': written.replace('possession_knowledge', 'knowledge'),
  'an activation id that is no UUID': written.replace(activationId, 'x'),
  'no end': written + ' '.repeat(2000),
  nothing: '',
}
for (const [what, text] of Object.entries(wrong)) {
  test(`a header with ${what} is refused`, () => refuses('invalid_header', () => parseAuthorizationHeader(text)))
}

test('a header of 3.x is refused by its version: no downgrade', () => {
  for (const version of ['3.3', '3.0', '4.1', 'x']) {
    refuses('unsupported_version', () => parseAuthorizationHeader(written.replace('"4.0"', `"${version}"`)))
    refuses('unsupported_version', () => parseEncryptionHeader(`PowerAuth version="${version}"`))
    refuses('unsupported_version', () => parseTokenHeader(`PowerAuth version="${version}"`))
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
