/** The table of errors, the sources and OpenAPI, held against one another. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { signerProblemCodes } from '@cloudsigner/contracts/signer'
import { type Fixture, openFixture } from './fixture.ts'

let fixture: Fixture
before(async () => {
  fixture = await openFixture()
})
after(() => fixture.close())

test('every error is given somewhere in the sources, and nothing that is no error of the contract', async () => {
  const folder = new URL('../src/', import.meta.url)
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'))
  const sources = await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8')))
  const given = new Set<string>()
  for (const source of sources)
    for (const [, code] of source.matchAll(/'([A-Z]+(?:_[A-Z]+)+_ERROR|ERROR_[A-Z_]+)'/g)) given.add(code ?? '')
  assert.deepEqual([...given].sort(), [...signerProblemCodes].sort())
})

interface OpenApi {
  readonly openapi: string
  readonly paths: Record<
    string,
    Record<string, { responses: Record<string, unknown>; requestBody?: { content: object } }>
  >
}

async function openApi(): Promise<OpenApi> {
  const response = await fetch(`${fixture.url}/openapi.json`)
  return (await response.json()) as OpenApi
}

test('OpenAPI 3.1 has every operation of the contract, each with its refusals', async () => {
  const { openapi, paths } = await openApi()
  assert.equal(openapi, '3.1.0')
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  assert.deepEqual(operations.sort(), [
    'DELETE /documents/{documentId}',
    'GET /documents/{documentId}/file',
    'GET /signers/{signerId}',
    'GET /v2/documents/{documentId}/prepared',
    'GET /v2/signers/{signerId}/certificate',
    'HEAD /documents/{documentId}/file',
    'HEAD /v2/documents/{documentId}/prepared',
    'POST /documents',
    'POST /documents/{documentId}/signature',
    'POST /signers',
    'POST /v2/signers',
    'POST /v2/signers/challenges',
    'PUT /documents/{documentId}',
    'PUT /signers/{signerId}',
  ])
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { responses }] of Object.entries(methods)) {
      assert.ok(responses['401'] && responses['400'], `${method} ${path}`)
    }
  }
})

test('OpenAPI says that an upload is a form', async () => {
  const { paths } = await openApi()
  assert.deepEqual(Object.keys(paths['/documents']?.post?.requestBody?.content ?? {}), ['multipart/form-data'])
})
