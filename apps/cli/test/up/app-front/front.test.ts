/** The app's front over real HTTP: files with the policy that holds the page, and the two APIs handed on. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Front, startFront } from '../../../src/up/app-front/front.ts'
import { listStaticFiles } from '../../../src/up/app-front/static-files.ts'

let folder: string
let upstream: Server
let front: Front
let port: number
/** What the upstream was asked. */
const heard: { method: string; url: string; headers: Record<string, unknown>; body: string }[] = []
let building: () => Promise<string>

const freePort = async () => {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port: found } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return found
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloudsigner-front-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>app</title>')
  await writeFile(join(folder, 'assets/index-abc.js'), 'console.log(1)'.repeat(100))
  building = async () => folder
  upstream = createServer(async (incoming, response) => {
    const { method = '', url = '', headers } = incoming
    // A call that is cut off in the middle is one of the tests.
    const body = Buffer.concat(await Array.fromAsync(incoming).catch(() => [])).toString()
    heard.push({ method, url, headers, body })
    response.writeHead(201, { 'content-type': 'application/json', 'x-answer': 'yes', connection: 'close' })
    response.end('{"status":"OK"}')
  })
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  const { port: upstreamPort } = upstream.address() as AddressInfo
  port = await freePort()
  front = await startFront({
    host: '127.0.0.1',
    port,
    files: async () => listStaticFiles(await building()),
    upstreams: {
      '/app/': new URL(`http://127.0.0.1:${upstreamPort}`),
      '/enrollment-server/': new URL(`http://127.0.0.1:${await freePort()}`),
    },
  })
})
after(async () => {
  await front.close()
  upstream.closeAllConnections()
  await new Promise((resolve) => upstream.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

// Without the cut it would wait for as long as the caller does.
test('a call that never ends does not hold the end up', { timeout: 20_000 }, async () => {
  const own = await freePort()
  const upstreams = { '/app/': new URL(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`) }
  const other = await startFront({ host: '127.0.0.1', port: own, files: () => Promise.reject(), upstreams })
  const endless = connect(own, '127.0.0.1')
  endless.on('error', () => {})
  endless.write('POST /app/ HTTP/1.1\r\nhost: front\r\ncontent-length: 10\r\n\r\n1')
  await fetch(`http://127.0.0.1:${own}/health`).then((response) => response.text())
  const ended = once(endless, 'close')
  await other.close(0.1)
  await ended
})

const get = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${port}${path}`, init)

test('the page comes with a policy that lets it run and call nothing but its own', async () => {
  const response = await get('/')
  assert.equal(response.status, 200)
  assert.match(await response.text(), /<title>app/)
  const policy = response.headers.get('content-security-policy') ?? ''
  for (const part of ["default-src 'none'", "connect-src 'self'", "require-trusted-types-for 'script'"])
    assert.ok(policy.includes(part), part)
  assert.doesNotMatch(policy, /unsafe|\*|http/)
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
})

test('files of the build are kept by browsers, and the page is asked for anew', async () => {
  const script = await get('/assets/index-abc.js')
  await script.body?.cancel()
  assert.match(script.headers.get('cache-control') ?? '', /immutable/)
  assert.equal(script.headers.get('content-encoding'), 'gzip')
  assert.match(script.headers.get('content-type') ?? '', /^text\/javascript/)
  const etag = (await get('/')).headers.get('etag') ?? ''
  assert.equal((await get('/', { headers: { 'if-none-match': etag } })).status, 304)
})

/** As it is on the wire: `fetch` would tidy the path up first. */
function statusOf(path: string, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
}

test('there is nothing but the files of the build', async () => {
  for (const path of ['/../package.json', '/assets/../../x', '/assets/%2e%2e/index.html', '/nothing', '//etc/passwd'])
    assert.equal(await statusOf(path), 404, path)
  assert.equal(await statusOf('/', 'POST'), 405)
  assert.equal(await statusOf('/health'), 200)
})

test("a call of the phone's API is handed on whole, and so is its answer", async () => {
  const headers = { 'x-powerauth-authorization': 'PowerAuth x', 'content-type': 'application/json', te: 'trailers' }
  const response = await get('/app/documents?limit=1', { method: 'POST', body: '{"a":1}', headers })
  assert.equal(response.status, 201)
  assert.equal(response.headers.get('x-answer'), 'yes')
  assert.deepEqual(await response.json(), { status: 'OK' })
  const call = heard.at(-1)
  assert.deepEqual([call?.method, call?.url, call?.body], ['POST', '/app/documents?limit=1', '{"a":1}'])
  assert.equal(call?.headers['x-powerauth-authorization'], 'PowerAuth x')
  assert.equal(call?.headers.te, undefined)
})

test('an address in the request line does not choose where a call goes', async () => {
  assert.equal(await statusOf('http://example.com/app/x'), 404)
  assert.ok(heard.every(({ url }) => !url.includes('example.com')))
})

test('a service that does not answer, and an app that cannot be built, are 503', async () => {
  assert.equal((await get('/enrollment-server/pa/v3/status')).status, 503)
  building = async () => {
    throw new Error('the app could not be built')
  }
  const response = await get('/')
  assert.equal(response.status, 503)
  assert.match(await response.text(), /could not be built/)
})
