import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { Agent } from 'undici'
import { fetchThrough } from '../src/node.ts'

let url = ''
const dispatcher = new Agent()
const fetch = fetchThrough(dispatcher)
const server = createServer(async (request, response) => {
  if (request.url === '/moved') return response.writeHead(302, { location: '/elsewhere' }).end('moved')
  if (request.url === '/nothing') return response.writeHead(204).end()
  if (request.url === '/never') return
  let body = ''
  for await (const piece of request.setEncoding('utf8')) body += piece
  const { method, headers } = request
  response.writeHead(201, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] })
  return response.end(JSON.stringify({ method, path: request.url, accept: headers.accept, body }))
})

before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
})
after(async () => {
  await dispatcher.destroy()
  server.closeAllConnections()
  server.close()
})

test('method, path, headers and text arrive; status, headers and body come back', async () => {
  const answer = await fetch(`${url}/a%20b?c=d`, {
    method: 'PUT',
    headers: new Headers({ accept: 'text/x' }),
    body: 'žluť',
  })
  assert.equal(answer.status, 201)
  assert.equal(answer.headers.get('content-type'), 'application/json')
  assert.deepEqual(answer.headers.getSetCookie(), ['a=1', 'b=2'])
  assert.deepEqual(await answer.json(), { method: 'PUT', path: '/a%20b?c=d', accept: 'text/x', body: 'žluť' })
})

test('other bodies go by the whole of fetch', async () => {
  const answer = await fetch(url, { method: 'POST', body: new Blob(['piece']) })
  assert.equal(((await answer.json()) as { body: string }).body, 'piece')
})

test('an answer without a body has none', async () => {
  const answer = await fetch(`${url}/nothing`)
  assert.equal(answer.status, 204)
  assert.equal(answer.body, null)
})

test('a redirection is not followed, and is an error where one is asked for', async () => {
  assert.equal((await fetch(`${url}/moved`)).status, 302)
  await assert.rejects(fetch(`${url}/moved`, { redirect: 'error' }), TypeError)
})

test('a signal ends the call, and who is not there cannot be reached', async () => {
  await assert.rejects(fetch(`${url}/never`, { signal: AbortSignal.timeout(20) }), { name: 'TimeoutError' })
  await assert.rejects(fetch('http://127.0.0.1:1/'), /ECONNREFUSED/)
})
