/** What goes wrong between a device of 4.0 and its server; what goes right is walked against the genuine library (strangers). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cloudsigner/powerauth-protocol/node'
import {
  type BiometryStore,
  memoryStorage,
  PowerAuthError,
  type PowerAuthErrorCode,
  possession,
  possessionWithBiometry,
  possessionWithPassword,
} from '../../src/index.ts'
import { type Algorithm, browserCrypto, PowerAuth, type PowerAuthOptions } from '../../src/v4/index.ts'
import { Counterpart, clock, error, ok } from './counterpart.ts'

const code = 'W65WE-3T7VI-7FBS2-A4OYA'
const pin = possessionWithPassword('1234')
const data = new Uint8Array(3)

for (const algorithm of ['EC_P384', 'EC_P384_ML_L3', 'EC_P384_ML_L5'] as const) {
  test(`${algorithm}: activation, codes, signatures and new factor keys, by a browser's mathematics`, async () => {
    const crypto = await browserCrypto(globalThis.crypto, algorithm)
    const { phone } = await activated({ algorithm, crypto })
    assert.equal(phone.algorithm, algorithm)
    assert.equal((await phone.fetchActivationStatus()).confirmationPending, false)
    const signatures = await phone.signWithDevicePrivateKeys(pin, data)
    assert.equal(Object.keys(signatures).length, algorithm === 'EC_P384' ? 1 : 2)
    await phone.changePassword('1234', '5678')
    await phone.validatePassword('5678')
    await refuses('authentication_failed', phone.validatePassword('1234'))
    await phone.addBiometry('5678')
    await phone.fetchApplicationVaultKey(possessionWithBiometry(), { kind: '2fa', index: 1 })
    await phone.removeActivation(possession())
    assert.equal(phone.hasActivation, false)
  })
}

test('the counter is stored before the code leaves, and no two codes are alike', async () => {
  const { phone, server, storage, options } = await activated()
  const order: string[] = []
  const { save } = storage
  storage.save = async (state) => {
    order.push('stored')
    await save(state)
  }
  server.intercept = (path, answer) => {
    if (path === '/pa/v4/auth/validate') order.push('sent')
    return answer
  }
  await phone.validatePassword('1234')
  assert.deepEqual(order, ['stored', 'sent'])
  const request = { method: 'POST', uriId: '/x', body: '{}' }
  const headers = [await phone.authenticationHeader(possession(), request)]
  const restarted = await PowerAuth.open(options)
  headers.push(await restarted.authenticationHeader(possession(), request))
  assert.equal(new Set(headers.map((header) => header['X-PowerAuth-Authorization'])).size, 2)
})

test('where the counter can not be stored, no code leaves', async () => {
  const { phone, server, storage } = await activated()
  const { save } = storage
  storage.save = async () => {
    throw new Error('disk full')
  }
  await assert.rejects(phone.validatePassword('1234'), /disk full/)
  assert.equal(server.paths.includes('/pa/v4/auth/validate'), false)
  storage.save = save
  await phone.validatePassword('1234')
})

test('where the confirmation is lost, the activation is stored and is confirmed later', async () => {
  const { server, options } = await made()
  const phone = await PowerAuth.open(options)
  server.intercept = (path, answer) => (path === '/pa/v4/activation/confirm' ? lost() : answer)
  await phone.createActivation({ code, name: 'phone' })
  await refuses('network', phone.persistActivation({ password: '1234' }))
  server.intercept = (_, answer) => answer
  const restarted = await PowerAuth.open(options)
  await restarted.confirmActivation({ password: '1234' })
  await restarted.validatePassword('1234')
})

test('where the answer to a password change is lost, the old password stays good', async () => {
  const { phone, server } = await activated()
  server.intercept = (path, answer) => (path === '/pa/v4/password/change' ? lost() : answer)
  await refuses('network', phone.changePassword('1234', '5678'))
  server.intercept = (_, answer) => answer
  await phone.validatePassword('1234')
  await refuses('authentication_failed', phone.validatePassword('5678'))
})

test('a counter that the server has moved on is taken over', async () => {
  const { phone, server, storage, options } = await activated()
  const before = await storage.load()
  const body = '{"requestObject":{}}'
  for (let step = 0; step < 3; step++) {
    const header = await phone.authenticationHeader(possession(), { method: 'POST', uriId: '/x', body })
    assert.equal(await server.verifyUnheard(header, '/x', body), true)
  }
  await storage.save(before ?? new Uint8Array())
  const restored = await PowerAuth.open(options)
  await refuses('authentication_failed', restored.validatePassword('1234'))
  await storage.save(before ?? new Uint8Array())
  const synchronized = await PowerAuth.open(options)
  await synchronized.fetchActivationStatus()
  await synchronized.validatePassword('1234')
})

test('a temporary key signed by somebody else, or by half the suite, is refused before it is used', async () => {
  const { phone, server } = await activated({ algorithm: 'EC_P384_ML_L3' })
  const forgeries: readonly ((jws: { payload: string; signatures: unknown[] }) => void)[] = [
    (jws) => {
      jws.signatures.pop()
    },
    (jws) => {
      jws.payload = `${jws.payload.slice(0, -4)}AAAA`
    },
  ]
  for (const forge of forgeries) {
    server.intercept = async (path, answer) => {
      if (path !== '/pa/v4/keystore/create') return answer
      const jws = JSON.parse(JSON.parse(await answer.text()).responseObject.jwt)
      forge(jws)
      return ok({ jwt: JSON.stringify(jws) })
    }
    await refuses('invalid_response', phone.tokens.create('t', possession()))
  }
  assert.equal(server.paths.includes('/pa/v4/token/create'), false)
})

test('an answer that was not encrypted for this request is refused', async () => {
  const { phone, server } = await activated()
  let earlier: string | undefined
  server.intercept = async (path, answer) => {
    if (path !== '/pa/v4/vault/unlock') return answer
    const text = await answer.text()
    earlier ??= text
    return new Response(earlier)
  }
  await phone.signWithDevicePrivateKeys(pin, data)
  await refuses('invalid_response', phone.signWithDevicePrivateKeys(pin, data))
})

test('a status that does not authenticate is no status', async () => {
  const { phone, server } = await activated()
  server.intercept = (path, answer) => (path === '/pa/v4/activation/status' ? new Response('{}') : answer)
  await refuses('invalid_response', phone.fetchActivationStatus())
})

test('a temporary key serves until ten seconds before its end', async () => {
  let now = clock.now().getTime()
  const { phone, server } = await activated({ clock: { now: () => new Date(now) } })
  const asked = () => server.paths.filter((path) => path === '/pa/v4/keystore/create').length
  const counts: number[] = []
  for (const passed of [0, 0, 289_000, 2_000]) {
    now += passed
    await phone.signWithDevicePrivateKeys(pin, data)
    counts.push(asked())
  }
  const [first = 0] = counts
  assert.deepEqual(counts, [first, first, first, first + 1])
})

test('where the server refuses an envelope, the next request asks for another temporary key', async () => {
  const { phone, server } = await activated()
  const asked = () => server.paths.filter((path) => path === '/pa/v4/keystore/create').length
  await phone.signWithDevicePrivateKeys(pin, data)
  server.intercept = (path, answer) => (path === '/pa/v4/vault/unlock' ? error(400, 'ERR_ENCRYPTION') : answer)
  await refuses('request_refused', phone.signWithDevicePrivateKeys(pin, data))
  server.intercept = (_, answer) => answer
  const before = asked()
  await phone.signWithDevicePrivateKeys(pin, data)
  assert.equal(asked() - before, 1)
})

test('the state holds no PIN, no knowledge key, no vault key and no private key in the clear', async () => {
  const { storage } = await activated({ algorithm: 'EC_P384_ML_L3' })
  const text = new TextDecoder().decode(await storage.load())
  assert.deepEqual(Object.keys(JSON.parse(text)).sort(), [
    'activationId',
    'algorithm',
    'applicationKey',
    'ctrByte',
    'ctrData',
    'devicePublicKeys',
    'format',
    'kdkUtility',
    'knowledgeSalt',
    'possessionKey',
    'protectedKnowledgeKey',
    'sealedEcdsaKey',
    'sealedMlDsaSeed',
    'serverPublicKeys',
    'tokens',
  ])
})

test('a state that does not parse is unreadable', async () => {
  const { options, storage } = await activated({ algorithm: 'EC_P384_ML_L3' })
  const text = new TextDecoder().decode(await storage.load())
  for (const bad of [
    '',
    '{}',
    'null',
    text.replace('"format":2', '"format":3'),
    text.replace('"ctrData":"', '"ctrData":"A'),
    text.replace('EC_P384_ML_L3', 'EC_P384_ML_L9'),
    text.replace('sealedMlDsaSeed', 'x'),
    text.replace('"applicationKey":"m', '"applicationKey":"n'),
  ]) {
    await storage.save(new TextEncoder().encode(bad))
    await refuses('storage_unreadable', PowerAuth.open(options))
  }
})

test('wrong configurations and arguments are told at once', async () => {
  const { options, phone } = await activated()
  await refuses('invalid_configuration', PowerAuth.open({ ...options, mobileSdkConfig: 'x' }))
  await refuses('invalid_configuration', PowerAuth.open({ ...options, algorithm: 'EC_P384_ML_L5' }))
  const { postQuantum: _, ...ecOnly } = nodeCrypto
  const hybrid = await made({ algorithm: 'EC_P384_ML_L3', crypto: ecOnly })
  await refuses('invalid_configuration', PowerAuth.open(hybrid.options))
  await refuses('activation_exists', phone.createActivation({ code, name: 'again' }))
  await refuses('activation_missing', phone.persistActivation({ password: '1234' }))
  await refuses('activation_missing', phone.upgradeActivation({ password: '1234' }))
  await refuses('invalid_argument', phone.validatePassword(''))
  await refuses('invalid_argument', phone.changePassword('1234', '1'))
  await refuses('token_missing', phone.tokens.header('none'))
  const fresh = await PowerAuth.open({ ...options, storage: memoryStorage() })
  await refuses('invalid_activation_code', fresh.createActivation({ code: 'nonsense', name: 'x' }))
  await refuses('activation_signature_invalid', fresh.createActivation({ code: `${code}#AAAA`, name: 'x' }))
  await refuses('activation_missing', fresh.fetchActivationStatus())
})

async function made(more: { algorithm?: Algorithm } & Partial<PowerAuthOptions> = {}) {
  const server = await Counterpart.make(more.algorithm ?? 'EC_P384')
  const storage = memoryStorage()
  const options: PowerAuthOptions = {
    mobileSdkConfig: server.mobileSdkConfig,
    baseUrl: 'http://localhost',
    storage,
    crypto: nodeCrypto,
    fetch: server.fetch,
    clock,
    biometry: biometryInMemory(),
    ...more,
  }
  return { server, storage, options }
}

async function activated(more: { algorithm?: Algorithm } & Partial<PowerAuthOptions> = {}) {
  const { server, storage, options } = await made(more)
  const phone = await PowerAuth.open(options)
  await phone.createActivation({ code, name: 'phone' })
  await phone.persistActivation({ password: '1234', biometry: true })
  return { phone, server, storage, options }
}

function biometryInMemory(): BiometryStore {
  let kept: Uint8Array | undefined
  return {
    save: async (key) => {
      kept = key.slice()
    },
    load: async () => kept?.slice(),
    clear: async () => {
      kept = undefined
    },
  }
}

function lost(): never {
  throw new TypeError('fetch failed')
}

async function refuses(expected: PowerAuthErrorCode, call: Promise<unknown>): Promise<void> {
  const reason = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(reason instanceof PowerAuthError, `expected ${expected}, got ${reason}`)
  assert.equal(reason.code, expected, reason.message)
}
