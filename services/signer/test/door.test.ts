/** The HTTP door: credentials, bodies and forms that are wrong, each with its documented code, and nothing stored. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { SignerErrorResponse, signerProblems } from '@cloudsigner/contracts/signer'
import fc from 'fast-check'
import { Check } from 'typebox/value'
import { type Fixture, openFixture, type Phone } from './fixture.ts'

const contract = new Uint8Array(await readFile(new URL('../../../examples/consumer-loan.pdf', import.meta.url)))
const limit = 2 * 1024 * 1024

let fixture: Fixture
let phone: Phone
before(async () => {
  fixture = await openFixture({ maxBytes: limit })
  phone = await fixture.newSigner()
})
after(() => fixture.close())

interface Answer {
  readonly status: number
  readonly code: string
  readonly message: string
}

async function send(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = new Headers(init.headers)
  if (!headers.has('authorization')) headers.set('authorization', fixture.authorization)
  const response = await fetch(fixture.url + path, { ...init, method, headers })
  return problem(response.status, await response.text())
}

/** Every refusal has the contract's body and one of its statuses. */
function problem(status: number, text: string): Answer {
  if (status < 400) return { status, code: '', message: text }
  const body: unknown = JSON.parse(text)
  assert.ok(Check(SignerErrorResponse, body), text)
  const { code, message } = body.responseObject
  const statuses: readonly number[] = signerProblems[code].statuses
  assert.ok(code === 'ERROR_GENERIC' || statuses.includes(status), `${code} with ${status}`)
  return { status, code, message }
}

const json = (body: string): RequestInit => ({ body, headers: { 'content-type': 'application/json' } })

async function storesNothing(work: () => Promise<unknown>): Promise<void> {
  const list = async () => (await Array.fromAsync(fixture.environment.blobs.list(''))).sort()
  const before = await list()
  await work()
  assert.deepEqual(await list(), before)
}

const doors = [
  ['POST', '/signers'],
  ['POST', '/v2/signers/challenges'],
  ['POST', '/v2/signers'],
  ['GET', '/signers/x'],
  ['PUT', '/signers/x'],
  ['POST', '/documents'],
  ['POST', '/documents/x/signature'],
  ['GET', '/documents/x/file'],
  ['GET', '/v2/documents/x/prepared'],
  ['GET', '/v2/signers/x/certificate'],
  ['PUT', '/documents/x'],
  ['DELETE', '/documents/x'],
] as const

for (const [method, path] of doors) {
  test(`${method} ${path}: no or wrong credentials → 401`, async () => {
    for (const authorization of [
      '',
      'Basic',
      `Basic ${btoa('user:wrong')}`,
      `Basic ${btoa('nobody:correct horse')}`,
      'Bearer x',
    ]) {
      const answer = await send(method, path, { headers: { authorization } })
      assert.deepEqual([answer.status, answer.code], [401, 'ERROR_UNAUTHORIZED'])
    }
  })
}

for (const [method, path] of doors.filter(([method]) => method !== 'GET' && method !== 'DELETE')) {
  test(`${method} ${path}: a body that is none of the contract's → REQUEST_VALIDATION_ERROR`, async () => {
    const bodies: readonly RequestInit[] = [
      {},
      json(''),
      json('{'),
      json('[]'),
      json('null'),
      json('{}'),
      json('{"signerId":1,"userId":2,"csr":3,"signerStatus":4,"signature":5,"status":6}'),
      json('{"signerId":"","userId":"","csr":"","signerStatus":"","signature":"","status":""}'),
      json('{"__proto__":{"x":1}}'),
      json(JSON.stringify({ filler: 'x'.repeat(100_000) })),
      { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      { body: '<a/>', headers: { 'content-type': 'application/xml' } },
    ]
    for (const body of bodies) {
      const answer = await send(method, path, body)
      assert.deepEqual([answer.status, answer.code], [400, 'REQUEST_VALIDATION_ERROR'], answer.message)
    }
  })
}

test('signer ids: one is needed, two must agree', async () => {
  const request = { userId: 'alice', csr: 'x' }
  const none = await send('POST', '/signers', json(JSON.stringify(request)))
  assert.deepEqual([none.code, none.message], ['REQUEST_VALIDATION_ERROR', 'signerId is missing'])
  const two = await send('POST', '/signers', json(JSON.stringify({ ...request, signerId: 'a', externalSignerId: 'b' })))
  assert.match(two.message, /different signers/)
})

test('an unknown path or method keeps its HTTP status', async () => {
  assert.deepEqual((await send('GET', '/nothing')).status, 404)
  assert.deepEqual((await send('DELETE', '/signers/x')).status, 405)
})

type Part = readonly [name: string, value: string | Blob, fileName?: string]

function form(parts: readonly Part[]): RequestInit {
  const data = new FormData()
  for (const [name, value, fileName] of parts) {
    if (typeof value === 'string') data.append(name, value)
    else data.append(name, value, fileName ?? 'c.pdf')
  }
  return { body: data }
}

const pdf = new Blob([contract], { type: 'application/pdf' })
const signerId = (): Part => ['signerId', phone.activationId]
const externalId: Part = ['externalId', 'c-1']
const name: Part = ['name', 'Contract']
const file: Part = ['file', pdf]

test('the parts come in any order, and the signer by either name', async () => {
  for (const parts of [
    [signerId(), externalId, name, file],
    [file, signerId(), externalId, name],
    [signerId(), file, name, externalId],
    [['externalSignerId', phone.activationId] as const, name, externalId, file],
    [['unknown', 'x'] as const, name, file, externalId, signerId()],
  ]) {
    assert.equal((await send('POST', '/documents', form(parts))).status, 200)
  }
})

const badForms: readonly (readonly [what: string, parts: () => readonly Part[], code: string, says: RegExp])[] = [
  ['no file', () => [signerId(), externalId, name], 'DOCUMENT_UPLOAD_ERROR', /no part named file/],
  ['no signer', () => [externalId, name, file], 'REQUEST_VALIDATION_ERROR', /signerId is missing/],
  ['no signer, file first', () => [file, externalId, name], 'REQUEST_VALIDATION_ERROR', /signerId is missing/],
  ['no name', () => [file, externalId, signerId()], 'REQUEST_VALIDATION_ERROR', /name/],
  ['an empty name', () => [file, externalId, signerId(), ['name', '']], 'REQUEST_VALIDATION_ERROR', /name/],
  ['a field twice', () => [signerId(), name, name, externalId, file], 'REQUEST_VALIDATION_ERROR', /twice/],
  ['two files', () => [signerId(), externalId, name, file, file], 'REQUEST_VALIDATION_ERROR', /two files/],
  [
    'another file',
    () => [signerId(), externalId, name, ['other', pdf]],
    'REQUEST_VALIDATION_ERROR',
    /Only the part named file/,
  ],
  [
    'a file of another type',
    () => [signerId(), externalId, name, ['file', new Blob([contract], { type: 'text/html' })]],
    'DOCUMENT_UPLOAD_ERROR',
    /text\/html/,
  ],
  [
    'a file that is too large',
    () => [signerId(), externalId, name, ['file', new Blob([new Uint8Array(limit + 1)], { type: 'application/pdf' })]],
    'DOCUMENT_UPLOAD_ERROR',
    /larger than/,
  ],
  [
    'a visual signature, as a field',
    () => [signerId(), externalId, name, file, ['visualSignature', '{}']],
    'DOCUMENT_VISUAL_SIGNATURE_ERROR',
    /visual/,
  ],
  [
    'a visual signature, as a file',
    () => [file, ['visualSignature', new Blob(['{}'], { type: 'application/json' })], signerId(), externalId, name],
    'DOCUMENT_VISUAL_SIGNATURE_ERROR',
    /visual/,
  ],
  [
    'too many fields',
    () => [signerId(), externalId, name, file, ...Array.from({ length: 30 }, (_, i): Part => [`f${i}`, 'x'])],
    'REQUEST_VALIDATION_ERROR',
    /more (parts|fields)/,
  ],
  [
    'a name longer than a field may be',
    () => [signerId(), externalId, ['name', 'x'.repeat(5000)], file],
    'REQUEST_VALIDATION_ERROR',
    /name/,
  ],
]

for (const [what, parts, code, says] of badForms) {
  test(`a form with ${what} → ${code}, and nothing is stored`, () =>
    storesNothing(async () => {
      const answer = await send('POST', '/documents', form(parts()))
      assert.deepEqual([answer.status, answer.code], [400, code], answer.message)
      assert.match(answer.message, says)
    }))
}

/** Sends a form as bytes; `cutAt` breaks the connection there. */
function sendRaw(body: Buffer, cutAt: number | null = null): Promise<Answer | 'cut'> {
  return new Promise((resolve, reject) => {
    const call = request(`${fixture.url}/documents`, {
      method: 'POST',
      headers: {
        authorization: fixture.authorization,
        'content-type': 'multipart/form-data; boundary=b',
        'content-length': body.length,
      },
    })
    call.on('response', async (response) => {
      const text = Buffer.concat(await Array.fromAsync(response)).toString()
      resolve(problem(response.statusCode ?? 0, text))
    })
    call.on('error', (error) => (cutAt === null ? reject(error) : resolve('cut')))
    if (cutAt === null) call.end(body)
    else call.write(body.subarray(0, cutAt), () => setTimeout(() => call.destroy(), 20))
  })
}

function rawForm(): Buffer {
  const field = (name: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  return Buffer.concat([
    Buffer.from(field('signerId', phone.activationId) + field('externalId', 'c-1') + field('name', 'Contract')),
    Buffer.from(
      '--b\r\nContent-Disposition: form-data; name="file"; filename="c.pdf"\r\nContent-Type: application/pdf\r\n\r\n',
    ),
    contract,
    Buffer.from('\r\n--b--\r\n'),
  ])
}

test('a form that ends before its end is refused, wherever it ends', () =>
  storesNothing(async () => {
    const whole = rawForm()
    for (const length of [1, 50, 200, 400, 1000, whole.length - contract.length, whole.length - 3]) {
      const answer = await sendRaw(whole.subarray(0, length))
      assert.ok(answer !== 'cut')
      assert.equal(answer.status, 400, `${length}: ${answer.message}`)
      assert.ok(['DOCUMENT_UPLOAD_ERROR', 'REQUEST_VALIDATION_ERROR'].includes(answer.code))
    }
  }))

test('a connection cut in the middle of a file leaves nothing', () =>
  storesNothing(async () => {
    assert.equal(await sendRaw(rawForm(), 20_000), 'cut')
    // The service hears of the cut a moment later.
    for (let tries = 0; tries < 100 && !fixture.environment.logger.text().includes('malformed'); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }))

test('whatever stands in a form, the answer is of the contract', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 300 }), fc.boolean(), async (text, framed) => {
      const body = framed ? `--b\r\nContent-Disposition: form-data; ${text}\r\n\r\n${text}\r\n--b--\r\n` : text
      const answer = await sendRaw(Buffer.from(body))
      assert.ok(answer !== 'cut' && answer.status === 400, JSON.stringify(answer))
    }),
    { numRuns: 50 },
  )
})

test('no password and no authorization header is in the log', () => {
  const log = fixture.environment.logger.text()
  assert.ok(!log.includes('correct horse'))
  assert.ok(!log.includes(fixture.authorization))
})
