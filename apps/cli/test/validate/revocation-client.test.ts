import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { revocationClient } from '../../src/validate/revocation-client.ts'

const seen: string[] = []
const answers: Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => void>> = {
  '/crl': (response) => response.end('crl'),
  '/once': (response) => redirect(response, '/crl'),
  '/loop': (response) => redirect(response, '/loop'),
  '/away': (response) => redirect(response, 'ldap://127.0.0.1/crl'),
  '/missing': (response) => response.writeHead(404).end(),
  '/huge': (response) => response.end(Buffer.alloc(300 << 10)),
  '/silent': () => undefined,
  '/echo': (response, request) => request.pipe(response),
}
function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location }).end()
}

const server = createServer((request, response) => {
  seen.push(`${request.method} ${request.url} ${request.headers['content-type'] ?? ''}`.trim())
  answers[request.url ?? '']?.(response, request)
})
let port = 0
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
after(() => {
  server.closeAllConnections()
  server.close()
})

const url = (path: string, host = '127.0.0.1') => `http://${host}:${port}${path}`
const anywhere = revocationClient({ allowPrivateAddresses: true, timeoutMs: 2000 })
const publicOnly = revocationClient({ allowPrivateAddresses: false, timeoutMs: 2000 })
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

test('a CRL is fetched, over a redirect too', async () => {
  assert.equal(text(await anywhere.fetchCrl(url('/crl'))), 'crl')
  assert.equal(text(await anywhere.fetchCrl(url('/once'))), 'crl')
})

test('an OCSP request is posted as what it is', async () => {
  assert.equal(text(await anywhere.fetchOcsp(url('/echo'), new TextEncoder().encode('request'))), 'request')
  assert.equal(seen.at(-1), 'POST /echo application/ocsp-request')
})

test('private addresses are refused before anything is sent: by number, by name, in every notation', async () => {
  const before = seen.length
  for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '127.1', '[::1]', '[::ffff:127.0.0.1]']) {
    await assert.rejects(publicOnly.fetchCrl(url('/crl', host)), /no[t a]* public address/, host)
  }
  assert.equal(seen.length, before)
})

test('what is no http address, or carries credentials, is refused', async () => {
  for (const address of [
    'ldap://127.0.0.1/crl',
    'file:///etc/passwd',
    'not an address',
    'http://user:secret@127.0.0.1/',
  ]) {
    await assert.rejects(anywhere.fetchCrl(address), /no http or https address|with credentials/)
  }
  await assert.rejects(anywhere.fetchCrl(url('/away')), /no http or https address/)
})

test('redirects end, sizes are bounded, silence is not waited for, and another status is no CRL', async () => {
  await assert.rejects(anywhere.fetchCrl(url('/loop')), /redirects more than 3 times/)
  await assert.rejects(anywhere.fetchOcsp(url('/huge'), new Uint8Array()), /sends more than/)
  await assert.rejects(anywhere.fetchCrl(url('/missing')), /answers 404/)
  const hasty = revocationClient({ allowPrivateAddresses: true, timeoutMs: 100 })
  await assert.rejects(hasty.fetchCrl(url('/silent')))
})
