/** What goes wrong between a device and its server; what goes right is walked against the real service (apps/cli). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { webCrypto } from '@cloudsigner/powerauth-protocol'
import { nodeCrypto } from '@cloudsigner/powerauth-protocol/node'
import {
  memoryStorage,
  PowerAuth,
  PowerAuthError,
  type PowerAuthErrorCode,
  type PowerAuthOptions,
  possession,
  possessionWithPassword,
  powerAuthErrors,
  type StateStorage,
} from '../src/index.ts'
import { Counterpart, clock, ok } from './counterpart.ts'

const code = 'W65WE-3T7VI-7FBS2-A4OYA'
const request = { method: 'POST', uriId: '/x', body: '{}' }

test('the counter is stored before the code leaves', async () => {
  const { phone, server, storage } = await activated()
  const order: string[] = []
  const { save } = storage
  storage.save = async (state) => {
    order.push('stored')
    await save(state)
  }
  server.intercept = (path, answer) => {
    if (path === '/pa/v3/signature/validate') order.push('sent')
    return answer
  }
  await phone.validatePassword('1234')
  assert.deepEqual(order, ['stored', 'sent'])
})

test('where the counter can not be stored, no code leaves, and the next one takes the same step', async () => {
  const { phone, server, storage } = await activated()
  const { save } = storage
  const before = await storage.load()
  storage.save = async () => {
    throw new Error('disk full')
  }
  await assert.rejects(phone.validatePassword('1234'), /disk full/)
  assert.equal(server.paths.includes('/pa/v3/signature/validate'), false)
  storage.save = save
  assert.deepEqual(await storage.load(), before)
  await phone.validatePassword('1234')
})

test('no two codes are alike, and a restarted app goes on after the last', async () => {
  const { phone, options } = await activated()
  const codes = new Set<string>()
  for (let index = 0; index < 3; index++) codes.add(codeOf(await phone.authenticationHeader(possession(), request)))
  const restarted = await PowerAuth.open(options)
  codes.add(codeOf(await restarted.authenticationHeader(possession(), request)))
  assert.equal(codes.size, 4)
})

test('a lost answer leaves the SDK usable', async () => {
  const { phone, server } = await activated()
  server.intercept = () => {
    throw new TypeError('fetch failed')
  }
  await refuses('network', phone.validatePassword('1234'))
  server.intercept = (_, answer) => answer
  await phone.validatePassword('1234')
})

const spoilt: readonly (readonly [string, PowerAuthErrorCode, () => Response])[] = [
  ['a wrong code', 'authentication_failed', () => error(401, 'ERR_AUTHENTICATION')],
  ['a refusal', 'request_refused', () => error(400, 'ERR_ENCRYPTION')],
  ['a failure', 'server_failed', () => new Response('<html>', { status: 502 })],
  ['no JSON', 'invalid_response', () => new Response('<html>')],
  ['nothing', 'invalid_response', () => new Response('')],
  ['status ERROR with 200', 'invalid_response', () => Response.json({ status: 'ERROR', responseObject: {} })],
  ['an array', 'invalid_response', () => Response.json([])],
  ['an endless answer', 'invalid_response', () => new Response('x'.repeat(2 << 20))],
]
for (const [what, expected, answer] of spoilt) {
  test(`an answer that is ${what} is ${expected}`, async () => {
    const { phone, server } = await activated()
    server.intercept = answer
    await refuses(expected, phone.validatePassword('1234'))
  })
}

test('an answer that was not encrypted for this request is refused', async () => {
  const { phone, server } = await activated()
  let earlier: string | undefined
  server.intercept = async (path, answer) => {
    if (path !== '/pa/v3/vault/unlock') return answer
    const text = await answer.text()
    earlier ??= text
    return new Response(earlier)
  }
  const sign = () => phone.signWithDevicePrivateKey(possessionWithPassword('1234'), new Uint8Array(3))
  await sign()
  await refuses('invalid_response', sign())
})

test('a temporary key signed by somebody else is refused, before anything is encrypted with it', async () => {
  const { phone, server } = await activated()
  const other = await Counterpart.make()
  server.intercept = (path, answer) =>
    path === '/pa/v3/keystore/create' ? other.fetch('http://x/pa/v3/status', { body: '{}' }) : answer
  await refuses('invalid_response', phone.tokens.create('t', possession()))
  assert.equal(server.paths.includes('/pa/v3/token/create'), false)
})

test('a status blob that is not ours means that the activation is gone', async () => {
  const { phone, server } = await activated()
  const random = (length: number) => Buffer.from(nodeCrypto.random(length)).toString('base64')
  server.intercept = (path, answer) =>
    path === '/pa/v3/activation/status' ? ok({ encryptedStatusBlob: random(32), nonce: random(16) }) : answer
  await refuses('activation_removed', phone.fetchActivationStatus())
})

test('a temporary key serves until ten seconds before its end', async () => {
  let now = clock.now().getTime()
  const { phone, server } = await activated({ clock: { now: () => new Date(now) } })
  const asked = () => server.paths.filter((path) => path === '/pa/v3/keystore/create').length
  const sign = () => phone.signWithDevicePrivateKey(possessionWithPassword('1234'), new Uint8Array(3))
  const before = asked()
  await sign()
  await sign()
  assert.equal(asked() - before, 1)
  now += 289_000
  await sign()
  assert.equal(asked() - before, 1)
  now += 2_000
  await sign()
  assert.equal(asked() - before, 2)
})

test('where the server refuses an envelope, the next request asks for another temporary key', async () => {
  const { phone, server } = await activated()
  const asked = () => server.paths.filter((path) => path === '/pa/v3/keystore/create').length
  const sign = () => phone.signWithDevicePrivateKey(possessionWithPassword('1234'), new Uint8Array(3))
  await sign()
  server.intercept = (path, answer) => (path === '/pa/v3/vault/unlock' ? error(400, 'ERR_ENCRYPTION') : answer)
  await refuses('request_refused', sign())
  server.intercept = (_, answer) => answer
  const before = asked()
  await sign()
  assert.equal(asked() - before, 1)
})

test('the state holds no PIN, no knowledge key and no device key in the clear', async () => {
  const { storage } = await activated()
  const text = new TextDecoder().decode(await storage.load())
  assert.deepEqual(Object.keys(JSON.parse(text)).sort(), [
    'activationId',
    'applicationKey',
    'ctrByte',
    'ctrData',
    'devicePublicKey',
    'encryptedDevicePrivateKey',
    'format',
    'knowledgeIterations',
    'knowledgeSalt',
    'protectedKnowledgeKey',
    'serverPublicKey',
    'signaturePossessionKey',
    'tokens',
    'transportKey',
  ])
  assert.doesNotMatch(text, /"1234"/)
})

test('a state that does not parse, or is of another application, is unreadable', async () => {
  const { options, storage } = await activated()
  const other = await Counterpart.make()
  const good = (await storage.load()) ?? new Uint8Array()
  const text = new TextDecoder().decode(good)
  const foreign = text.replace('m/oA+8eJzr4Vm2GZ/IjaHw==', 'xTepXBSIeNqHXkAFguxPXQ==')
  for (const bad of [
    '',
    '{}',
    'null',
    text.slice(1),
    text.replace('"format":1', '"format":2'),
    text.replace('"ctrData":"', '"ctrData":"A'),
    foreign,
  ]) {
    await storage.save(new TextEncoder().encode(bad))
    await refuses('storage_unreadable', PowerAuth.open(options))
  }
  await storage.save(good)
  await PowerAuth.open({ ...options, mobileSdkConfig: other.mobileSdkConfig }) // the same application under another key
})

test('wrong configurations and arguments are told at once', async () => {
  const { options, phone } = await activated()
  await refuses('invalid_configuration', PowerAuth.open({ ...options, mobileSdkConfig: 'x' }))
  for (const baseUrl of ['', 'ftp://x', 'localhost:80', 'http://']) {
    await refuses('invalid_configuration', PowerAuth.open({ ...options, baseUrl }))
  }
  await refuses('activation_exists', phone.createActivation({ code, name: 'again' }))
  await refuses('activation_missing', phone.persistActivation({ password: '1234' }))
  await refuses('invalid_argument', phone.validatePassword(''))
})

test('a password that is too short stores nothing, and may be given again', async () => {
  const { options } = await made()
  const phone = await PowerAuth.open(options)
  await phone.createActivation({ code, name: 'phone' })
  await refuses('invalid_argument', phone.persistActivation({ password: '123' }))
  await refuses('biometry_missing', phone.persistActivation({ password: '1234', biometry: true }))
  assert.equal(phone.hasActivation, false)
  await phone.persistActivation({ password: '1234' })
  assert.equal(phone.hasActivation, true)
})

test('the whole walk on WebCrypto', async () => {
  const { phone } = await activated({ crypto: webCrypto(globalThis.crypto) })
  await phone.validatePassword('1234')
  await phone.signWithDevicePrivateKey(possessionWithPassword('1234'), new Uint8Array(3))
})

test('every error code is documented in one sentence', () => {
  for (const sentence of Object.values(powerAuthErrors)) assert.match(sentence, /^[A-Z].{10,}[^.]$/)
})

async function made(more: Partial<PowerAuthOptions> = {}) {
  const server = await Counterpart.make()
  const storage: StateStorage = memoryStorage()
  const options: PowerAuthOptions = {
    mobileSdkConfig: server.mobileSdkConfig,
    baseUrl: 'http://localhost',
    storage,
    crypto: nodeCrypto,
    fetch: server.fetch,
    clock,
    ...more,
  }
  return { server, storage, options }
}

async function activated(more: Partial<PowerAuthOptions> = {}) {
  const { server, storage, options } = await made(more)
  const phone = await PowerAuth.open(options)
  await phone.createActivation({ code, name: 'phone' })
  await phone.persistActivation({ password: '1234' })
  return { phone, server, storage, options }
}

function error(status: number, errorCode: string): Response {
  return Response.json({ status: 'ERROR', responseObject: { code: errorCode, message: 'x' } }, { status })
}

function codeOf(headers: Readonly<Record<string, string>>): string {
  return /pa_signature="([^"]+)"/.exec(headers['X-PowerAuth-Authorization'] ?? '')?.[1] ?? ''
}

async function refuses(expected: PowerAuthErrorCode, call: Promise<unknown>): Promise<void> {
  const reason = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(reason instanceof PowerAuthError, `expected ${expected}, got ${reason}`)
  assert.equal(reason.code, expected, reason.message)
}
