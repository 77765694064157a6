/** How a destination knows the sender, and through what the sender goes; client certificates are tested by the signer. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { createCallbackSender } from '../../src/callbacks/send-callback.ts'
import { assertDestination, type CallbackDestination, callbackDefaults, isCallbackUrl } from '../../src/index.ts'
import {
  type CallbackReceiver,
  createFixedClock,
  startAuthorizationServer,
  startCallbackReceiver,
} from '../../src/testing/index.ts'
import * as keys from './tls-material.ts'

const clock = createFixedClock(new Date())
const never = new AbortController().signal

let receiver: CallbackReceiver
before(async () => {
  receiver = await startCallbackReceiver()
})
after(() => receiver.close())

const last = () => receiver.received.at(-1)

test('HTTP Basic', async () => {
  const sender = createCallbackSender(
    { url: receiver.url, basic: { user: 'signer', password: 'p:w ž' } },
    callbackDefaults,
    clock,
  )
  assert.deepEqual(await sender.send('k1', '{}', never), { delivered: true })
  const header = last()?.headers.authorization ?? ''
  assert.equal(Buffer.from(header.slice('Basic '.length), 'base64').toString('utf8'), 'signer:p:w ž')
  await sender.close()
})

test('OAuth 2 client credentials: a token kept for many events, and fetched anew where it is not taken any more', async () => {
  const authorizationServer = await startAuthorizationServer('bank', clock)
  const { tokenUri, clientId, clientSecret } = authorizationServer
  const sender = createCallbackSender(
    { url: receiver.url, oauth2: { tokenUri, clientId, clientSecret } },
    callbackDefaults,
    clock,
  )
  await sender.send('k2', '{}', never)
  await sender.send('k3', '{}', never)
  assert.match(last()?.headers.authorization ?? '', /^Bearer ey/)
  assert.equal(authorizationServer.asked, 1)
  receiver.answer = () => 401
  assert.deepEqual(await sender.send('k4', '{}', never), { delivered: false, error: 'HTTP 401' })
  receiver.answer = () => 200
  assert.deepEqual(await sender.send('k4', '{}', never), { delivered: true })
  assert.equal(authorizationServer.asked, 2)
  await sender.close()
  await authorizationServer.close()
})

test('no token, no call: and the reason is without the secret', async () => {
  const before = receiver.received.length
  const authorizationServer = await startAuthorizationServer('bank', clock)
  const { tokenUri, clientId } = authorizationServer
  const sender = createCallbackSender(
    { url: receiver.url, oauth2: { tokenUri, clientId, clientSecret: 'hunter2' } },
    callbackDefaults,
    clock,
  )
  const delivery = await sender.send('k5', '{}', never)
  assert.deepEqual(delivery, {
    delivered: false,
    error: 'The authorization server gave no bearer token (HTTP 401)',
  })
  assert.equal(receiver.received.length, before)
  await sender.close()
  await authorizationServer.close()
})

test('through an HTTP proxy that asks for credentials', async () => {
  const asked: (readonly (string | undefined)[])[] = []
  // A proxy is told the whole address (RFC 9112 §3.2.2); for https it would be asked for a tunnel (CONNECT).
  const proxy = createServer(async (request, response) => {
    asked.push([request.url, request.headers['proxy-authorization']])
    const headers = { 'idempotency-key': request.headers['idempotency-key']?.toString() ?? '' }
    const body = Buffer.concat(await Array.fromAsync(request))
    const answer = await fetch(request.url ?? '', { method: request.method ?? '', headers, body })
    response.writeHead(answer.status).end()
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const settings = { ...callbackDefaults, proxy: { url, credentials: { user: 'out', password: 'pw' } } }
  const sender = createCallbackSender({ url: receiver.url }, settings, clock)
  assert.deepEqual(await sender.send('k6', '{"a":1}', never), { delivered: true })
  assert.deepEqual([last()?.key, last()?.body], ['k6', { a: 1 }])
  assert.deepEqual(asked, [[receiver.url, `Basic ${Buffer.from('out:pw').toString('base64')}`]])
  await sender.close()
  proxy.closeAllConnections()
  proxy.close()
})

test('a client certificate, as PEM or as PKCS #12; and nothing is sent to who cannot prove to be the receiver', async () => {
  const guarded = await startCallbackReceiver({
    ...keys.receiver,
    ca: keys.sender.cert,
    requestCert: true,
    rejectUnauthorized: true,
  })
  const { cert, key, pfx, passphrase, name } = keys.sender
  const asPem = { cert, key }
  const asPfx = { pfx: new Uint8Array(Buffer.from(pfx, 'base64')), passphrase }
  const deliver = async (how: Partial<CallbackDestination>) => {
    const sender = createCallbackSender({ url: guarded.url, ...how }, callbackDefaults, clock)
    const delivery = await sender.send('k8', '{}', never)
    await sender.close()
    return delivery
  }
  const trustedRoots = keys.receiver.cert
  for (const clientCertificate of [asPem, asPfx]) {
    assert.deepEqual(await deliver({ trustedRoots, clientCertificate }), { delivered: true })
    assert.equal(guarded.received.at(-1)?.clientName, name)
  }
  assert.equal((await deliver({ trustedRoots })).delivered, false)
  assert.deepEqual(await deliver({ clientCertificate: asPem }), {
    delivered: false,
    error: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  })
  const wrong = await deliver({ trustedRoots, clientCertificate: { ...asPfx, passphrase: 'guessed' } })
  assert.equal(wrong.delivered, false)
  assert.doesNotMatch(JSON.stringify(wrong), /guessed/)
  assert.equal(guarded.received.length, 2)
  await guarded.close()
})

test('who does not listen is a failure with a short reason', async () => {
  const sender = createCallbackSender({ url: 'http://127.0.0.1:9/' }, callbackDefaults, clock)
  assert.deepEqual(await sender.send('k7', '{}', never), { delivered: false, error: 'ECONNREFUSED' })
  await sender.close()
})

test('addresses are http or https, and carry no secret', () => {
  for (const url of ['http://bank.example/callbacks', 'https://[::1]:8443/']) assert.ok(isCallbackUrl(url), url)
  for (const url of ['', 'bank.example', 'ftp://bank.example/', 'file:///etc/passwd', 'https://user:pw@bank.example/'])
    assert.ok(!isCallbackUrl(url), url)
})

test('a destination that cannot be meant stops the start', () => {
  const url = 'https://bank.example/'
  const basic = { user: 'a', password: 'b' }
  const oauth2 = { tokenUri: url, clientId: 'a', clientSecret: 'b' }
  assertDestination('callbacks.bank', { url, basic })
  assert.throws(() => assertDestination('callbacks.bank', { url: 'nowhere' }), /callbacks\.bank\.url/)
  assert.throws(() => assertDestination('callbacks.bank', { url, basic, oauth2 }), /two Authorization headers/)
  assert.throws(() => assertDestination('callbacks.bank', { url, maxAttempts: 0 }), /maxAttempts/)
  assert.throws(() => assertDestination('callbacks.bank', { url, initialBackOffSeconds: -1 }), /initialBackOffSeconds/)
  assert.throws(() => assertDestination('callbacks.bank', { url, retentionSeconds: Number.NaN }), /retentionSeconds/)
})
