import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createPowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import type { WholeReadyFile } from '../../src/up/ready-file.ts'
import { type RunningUp, spawnUp, startUp } from './up-process.ts'

let directory = ''
let up: RunningUp
const running = new Set<RunningUp>()

async function start(args: readonly string[] = []): Promise<RunningUp> {
  const started = await startUp(directory, args)
  running.add(started)
  void started.ended.then(() => running.delete(started))
  return started
}

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cloudsigner-up-'))
  up = await start()
})

after(async () => {
  for (const each of running) each.child.kill('SIGKILL')
  await Promise.all([...running].map((each) => each.ended))
  await rm(directory, { recursive: true, force: true })
})

test('the ready file has the shape that clients rely on', async () => {
  const { ready } = up
  assert.equal(ready.version, 1)
  assert.deepEqual(Object.keys(ready).sort(), ['app', 'ca', 'orchestrator', 'powerauth', 'signer', 'tsa', 'version'])
  assert.deepEqual(Object.keys(ready.powerauth).sort(), ['basic', 'private', 'public'])
  assert.deepEqual(Object.keys(ready.ca).sort(), [
    'caName',
    'certificateProfile',
    'clientCert',
    'clientKey',
    'crl',
    'endEntityProfile',
    'ocsp',
    'rest',
    'tlsCa',
    'trustRoot',
  ])
  for (const { basic } of [ready.powerauth, ready.signer, ready.orchestrator]) {
    assert.deepEqual(Object.keys(basic).sort(), ['password', 'user'])
    assert.ok(basic.password.length >= 32)
  }
  for (const path of [ready.ca.clientCert, ready.ca.clientKey, ready.ca.tlsCa, ready.ca.trustRoot])
    assert.match(await readFile(path, 'utf8'), /^-----BEGIN /)
  for (const url of [ready.ca.crl, ready.ca.ocsp, ready.tsa, ready.signer.url, ready.orchestrator.url])
    assert.ok(url.startsWith('http://127.0.0.1:') && !url.endsWith('/'), url)
})

test('every URL answers, and only with credentials', async () => {
  const { ready } = up
  const status = async (url: string, basic?: { readonly user: string; readonly password: string }) => {
    const authorization = basic && `Basic ${btoa(`${basic.user}:${basic.password}`)}`
    const response = await fetch(url, { headers: authorization ? { authorization } : {} })
    await response.body?.cancel()
    return response.status
  }
  for (const url of [ready.powerauth.private, ready.powerauth.public, ready.signer.url, ready.orchestrator.url])
    assert.equal(await status(`${url}/health`), 200, url)
  assert.equal(await status(ready.ca.crl), 200)
  assert.equal(await status(`${ready.signer.url}/documents/none/file`), 401)
  assert.equal(await status(`${ready.signer.url}/documents/none/file`, ready.orchestrator.basic), 401)
  assert.notEqual(await status(`${ready.signer.url}/documents/none/file`, ready.signer.basic), 401)
  const method = `${ready.powerauth.private}/rest/v3/status`
  const call = (headers: Record<string, string>) =>
    fetch(method, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: '{}' })
  assert.equal((await call({})).status, 401)
  const { user, password } = ready.powerauth.basic
  assert.equal((await call({ authorization: `Basic ${btoa(`${user}:${password}`)}` })).status, 200)
  assert.equal(await caStatus(ready), 200)
})

async function caStatus({ ca }: WholeReadyFile): Promise<number | undefined> {
  const [cert, key, trusted] = await Promise.all(
    [ca.clientCert, ca.clientKey, ca.tlsCa].map((path) => readFile(path, 'utf8')),
  )
  if (!cert || !key || !trusted) throw new Error('the CA left no files')
  return new Promise((resolve, reject) => {
    const options = { cert, key, ca: trusted, agent: false } as const
    const sent = request(`${ca.rest}/v1/certificate/status`, options, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject)
    sent.end()
  })
}

test('secrets are readable by their owner alone', async () => {
  const data = join(directory, 'data')
  for (const path of ['master.key', 'credentials.json', 'callback-credentials.json', 'ca/client-key.pem'])
    assert.equal((await stat(join(data, path))).mode & 0o077, 0, path)
  assert.equal((await stat(join(directory, 'ready.json'))).mode & 0o077, 0)
})

test('a second process on the same directory is refused in a sentence, and disturbs nobody', async () => {
  const second = spawnUp(['--data', join(directory, 'data')])
  assert.deepEqual(await second.ended, { code: 1, signal: null })
  assert.match(second.output(), /^cloudsigner up: .* is in use by process \d+\. Stop it, or give another --data\.\n$/)
  assert.equal((await fetch(`${up.ready.signer.url}/health`)).status, 200)
})

test('SIGTERM ends it with 0, and a second start goes on: same ports, credentials and keys', async () => {
  const first = await kept(up)
  up.child.kill('SIGTERM')
  assert.deepEqual(await up.ended, { code: 0, signal: null })
  up = await start()
  assert.deepEqual(await kept(up), first)
})

test('PowerAuth has been asked to tell the orchestrator what happens, once however often it starts', async () => {
  const { user: clientToken, password } = up.ready.powerauth.basic
  const client = createPowerAuthPrivateClient({
    baseUrl: up.ready.powerauth.private,
    credentials: { user: clientToken, password },
  })
  const list = async () => (await client.getCallbackUrlList({ applicationId: 'cloudsigner' })).callbackUrlList
  // A job right after the start asks for it.
  while ((await list()).length < 2) await new Promise((resolve) => setTimeout(resolve, 20))
  const callbackUrl = `${up.ready.orchestrator.url}/callbacks/powerauth`
  assert.deepEqual(
    (await list()).map((each) => [each.type, each.callbackUrl, each.authentication.httpBasic.passwordSet]),
    [
      ['ACTIVATION_STATUS_CHANGE', callbackUrl, true],
      ['OPERATION_STATUS_CHANGE', callbackUrl, true],
    ],
  )
})

test('after kill -9 it starts again, and nothing was made anew', async () => {
  const first = await kept(up)
  up.child.kill('SIGKILL')
  assert.equal((await up.ended).signal, 'SIGKILL')
  up = await start()
  assert.deepEqual(await kept(up), first)
  const left = await readdir(join(directory, 'data'))
  assert.deepEqual(left.sort(), [
    'blobs',
    'ca',
    'callback-credentials.json',
    'credentials.json',
    'database',
    'database.lock',
    'master.key',
    'ports.json',
  ])
})

/** What has to be the same after a restart: the ready file, and the keys and certificates it names. */
async function kept({ ready }: RunningUp): Promise<unknown> {
  const files = [ready.ca.clientCert, ready.ca.clientKey, ready.ca.tlsCa, ready.ca.trustRoot]
  const chain = await fetch(ready.ca.crl).then((response) => response.arrayBuffer())
  assert.ok(chain.byteLength > 0)
  return { ready, files: await Promise.all(files.map((path) => readFile(path, 'utf8'))) }
}

test('SIGINT while it starts ends it with 0 too', async () => {
  const other = await mkdtemp(join(tmpdir(), 'cloudsigner-up-'))
  const starting = spawnUp(['--data', join(other, 'data')])
  while (!(await readdir(other)).includes('data')) await new Promise((resolve) => setTimeout(resolve, 10))
  starting.child.kill('SIGINT')
  assert.deepEqual(await starting.ended, { code: 0, signal: null })
  await rm(other, { recursive: true, force: true })
})

test('a port that is taken is named', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as AddressInfo
  const other = await mkdtemp(join(tmpdir(), 'cloudsigner-up-'))
  const refused = spawnUp(['powerauth', '--data', join(other, 'data'), '--port-base', String(port)])
  assert.deepEqual(await refused.ended, { code: 1, signal: null })
  assert.equal(refused.output(), `cloudsigner up: Port ${port} of 127.0.0.1 is taken by another program.\n`)
  taken.close()
  await rm(other, { recursive: true, force: true })
})
