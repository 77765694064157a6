import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createPowerAuthPrivateClient, PowerAuthClientError } from '@cloudsigner/clients/powerauth-private'
import { privateErrors, privateMethods } from '@cloudsigner/contracts/powerauth-private'
import fc from 'fast-check'
import { createApp } from './fixtures/device.ts'
import { callPrivate, integration, type RunningService, send, startService } from './fixtures/service.ts'

let running: RunningService
before(async () => {
  running = await startService()
})
after(() => running.close())

const codeOf = (body: unknown) => Object(body).responseObject?.code

test('no credentials and wrong credentials are 401 before a body is read', async () => {
  const { client, urls } = running
  const made = await client.createIntegration({ name: 'bank' })
  const as = (user: string, password: string) =>
    createPowerAuthPrivateClient({ baseUrl: urls.private, credentials: { user, password } })
  assert.equal((await as(made.clientToken, made.clientSecret).getSystemStatus({})).status, 'OK')
  const wrong: readonly (readonly [string, string])[] = [
    [made.clientToken, integration.clientSecret],
    [integration.clientToken, made.clientSecret],
    [integration.clientToken, ''],
    ['nobody\u0000', 'nothing'],
  ]
  for (const [user, password] of wrong) {
    await assert.rejects(as(user, password).getSystemStatus({}), {
      name: 'PowerAuthClientError',
      code: 'HTTP_401',
      status: 401,
    })
  }
  for (const path of ['/status', '/application/create', '/activation/init']) {
    const answer = await send(`${urls.private}/rest/v3${path}`, { method: 'POST', body: '{' })
    assert.equal(answer.status, 401, path)
    assert.equal(codeOf(answer.body), 'HTTP_401')
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic /)
  }
  assert.deepEqual(
    (await client.getIntegrationList({})).items.map((item) => Object.keys(item)),
    [['id', 'name', 'clientToken']],
  )
  await client.removeIntegration({ id: made.id })
  await assert.rejects(as(made.clientToken, made.clientSecret).getSystemStatus({}), { code: 'HTTP_401' })
})

test('an open private API asks nobody, and is refused off loopback', async () => {
  const open = await startService({
    privateApi: { host: '127.0.0.1', port: 0, integrations: [], openPrivateApi: true },
  })
  try {
    assert.equal((await createPowerAuthPrivateClient({ baseUrl: open.urls.private }).getSystemStatus({})).status, 'OK')
  } finally {
    await open.close()
  }
  const exposed = { host: '0.0.0.0', port: 0, integrations: [], openPrivateApi: true }
  await assert.rejects(startService({ privateApi: exposed }), /loopback only/)
  await assert.rejects(startService({ lookAhead: 65 }), /lookAhead is 65/)
})

test('a body that does not parse or validate is ERROR_HTTP_REQUEST', async () => {
  const cases: readonly (readonly [string, string, Record<string, string>, number])[] = [
    ['truncated', '{"requestObject":{"applicationId":"x"', {}, 400],
    ['empty', '', {}, 400],
    ['not wrapped', '{"applicationId":"x"}', {}, 400],
    ['a number for a text', '{"requestObject":{"applicationId":1}}', {}, 400],
    ['empty text', '{"requestObject":{"applicationId":""}}', {}, 400],
    ['U+0000', '{"requestObject":{"applicationId":"a\\u0000b"}}', {}, 400],
    ['a prototype', '{"requestObject":{"applicationId":"x","__proto__":{"a":1}}}', {}, 400],
    ['text/plain', '{"requestObject":{"applicationId":"x"}}', { 'content-type': 'text/plain' }, 415],
    ['oversized', `{"requestObject":{"applicationId":"${'x'.repeat(5_000_000)}"}}`, {}, 413],
  ]
  for (const [name, body, headers, status] of cases) {
    const answer = await callPrivate(running, '/application/create', body, headers)
    assert.deepEqual([answer.status, codeOf(answer.body)], [status, 'ERROR_HTTP_REQUEST'], name)
  }
  const lowerCase = { userId: 'u', applicationId: 'a', commitPhase: 'on_commit' }
  const answer = await callPrivate(running, '/activation/init', JSON.stringify({ requestObject: lowerCase }))
  assert.deepEqual([answer.status, codeOf(answer.body)], [400, 'ERROR_HTTP_REQUEST'])
  assert.deepEqual((await running.client.getApplicationList({})).applications, [])
})

test('methods without a request take an empty object or an empty requestObject, and no less', async () => {
  for (const body of ['{}', '{"requestObject":null}', '{"requestObject":{}}', '{"requestObject":{"unknown":1}}']) {
    assert.equal((await callPrivate(running, '/application/list', body)).status, 200, body)
  }
  for (const body of ['', '[]', 'null', '{"requestObject":[]}']) {
    assert.equal((await callPrivate(running, '/application/list', body)).status, 400, body)
  }
})

test('null counts as absent, as Java clients write it', async () => {
  const app = await createApp(running, 'nulls')
  const requestObject = {
    userId: 'u',
    applicationId: app.applicationId,
    timestampActivationExpire: null,
    maxFailureCount: null,
    activationOtpValidation: null,
    commitPhase: null,
    activationOtp: null,
    flags: null,
    protocol: null,
  }
  assert.equal((await callPrivate(running, '/activation/init', JSON.stringify({ requestObject }))).status, 200)
})

test('unknown paths and other methods are told apart', async () => {
  const missing = await callPrivate(running, '/recovery/config/update', '{}')
  assert.deepEqual([missing.status, codeOf(missing.body)], [404, 'ERROR_HTTP_REQUEST'])
  const authorization = `Basic ${btoa(`${integration.clientToken}:${integration.clientSecret}`)}`
  const got = await send(`${running.urls.private}/rest/v3/status`, { headers: { authorization } })
  assert.deepEqual([got.status, got.headers.get('allow')], [405, 'POST'])
  const outside = await send(running.urls.private.replace('/powerauth-java-server', '/rest/v3/status'), {
    method: 'POST',
    headers: { authorization },
  })
  assert.equal(outside.status, 404)
})

test('applications, versions, roles and configuration', async () => {
  const { client } = running
  const applicationId = 'bank'
  await client.createApplication({ applicationId })
  await assert.rejects(client.createApplication({ applicationId }), { code: 'ERR0043', status: 400 })
  await assert.rejects(client.getApplicationDetail({ applicationId: 'none' }), { code: 'ERR0015' })
  const second = await client.createApplicationVersion({ applicationId, applicationVersionId: 'v2' })
  await assert.rejects(client.createApplicationVersion({ applicationId, applicationVersionId: 'v2' }), {
    code: 'ERR0043',
  })
  await assert.rejects(client.createApplicationVersion({ applicationId: 'none', applicationVersionId: 'v2' }), {
    code: 'ERR0015',
  })
  const detail = await client.getApplicationDetail({ applicationId })
  assert.deepEqual(
    detail.versions.map((version) => version.applicationVersionId),
    ['default', 'v2'],
  )
  assert.equal(detail.versions[1]?.applicationSecret, second.applicationSecret)
  assert.deepEqual(await client.lookupApplicationByAppKey({ applicationKey: second.applicationKey }), { applicationId })
  await assert.rejects(client.lookupApplicationByAppKey({ applicationKey: 'none' }), { code: 'ERR0015' })
  assert.equal((await client.unsupportApplicationVersion({ applicationVersionId: 'v2' })).supported, false)
  assert.equal((await client.getApplicationDetail({ applicationId })).versions[1]?.supported, false)
  await assert.rejects(client.supportApplicationVersion({ applicationId, applicationVersionId: 'v3' }), {
    code: 'ERR0015',
  })
  const roles = (applicationRoles: string[]) => ({ applicationId, applicationRoles })
  assert.deepEqual(await client.addApplicationRoles(roles(['A', 'B'])), roles(['A', 'B']))
  assert.deepEqual(await client.removeApplicationRoles(roles(['A', 'C'])), roles(['B']))
  assert.deepEqual(await client.updateApplicationRoles(roles(['D'])), roles(['D']))
  assert.deepEqual(await client.listApplicationRoles({ applicationId }), roles(['D']))
  await client.createApplicationConfig({ applicationId, key: 'k', values: ['1', '2'] })
  await client.createApplicationConfig({ applicationId, key: 'k', values: ['3'] })
  assert.deepEqual((await client.getApplicationConfig({ applicationId })).applicationConfigs, [
    { key: 'k', values: ['3'] },
  ])
  await client.removeApplicationConfig({ applicationId, key: 'k' })
  assert.deepEqual((await client.getApplicationConfig({ applicationId })).applicationConfigs, [])
})

test('what init refuses, it refuses with its code and stores nothing', async () => {
  const { client } = running
  const app = await createApp(running, 'init')
  const init = (changes: object) =>
    client.initActivation({ userId: 'henry', applicationId: app.applicationId, ...changes })
  await assert.rejects(init({ applicationId: 'none' }), { code: 'ERR0015' })
  await assert.rejects(init({ timestampActivationExpire: '2020-01-01T00:00:00Z' }), { code: 'ERR0024' })
  await assert.rejects(init({ timestampActivationExpire: '2030-01-01T23:59:60Z' }), { code: 'ERR0024' })
  await assert.rejects(init({ protocol: 'fido2' }), { code: 'ERR0024' })
  await assert.rejects(init({ activationOtpValidation: 'ON_COMMIT' }), { code: 'ERR0032' })
  await assert.rejects(init({ activationOtpValidation: 'NONE', activationOtp: '1' }), { code: 'ERR0032' })
  await assert.rejects(init({ activationOtpValidation: 'NONE', commitPhase: 'ON_COMMIT' }), { code: 'ERR0024' })
  await assert.rejects(init({ maxFailureCount: 0 }), { code: 'ERROR_HTTP_REQUEST' })
  assert.deepEqual((await client.getActivationListForUser({ userId: 'henry' })).activations, [])
})

test('errors are listed, and the client knows an unreachable server from a refusal', async () => {
  const { errors } = await running.client.getErrorCodeList({})
  assert.deepEqual(
    errors.map(({ code }) => code),
    Object.keys(privateErrors),
  )
  const nowhere = createPowerAuthPrivateClient({ baseUrl: 'http://127.0.0.1:9' })
  await assert.rejects(
    nowhere.getSystemStatus({}),
    (error) => error instanceof PowerAuthClientError && error.code === 'UNREACHABLE',
  )
  const elsewhere = createPowerAuthPrivateClient({ baseUrl: `${running.urls.public}` })
  await assert.rejects(elsewhere.getSystemStatus({}), { code: 'UNEXPECTED_ANSWER', status: 404 })
})

test('OpenAPI names every method with its schemas', async () => {
  const document = (await send(`${running.urls.private}/openapi.json`, {})).body
  const paths: Record<string, { post?: { operationId?: string } }> = Object(document).paths
  for (const [name, { path }] of Object.entries(privateMethods)) {
    assert.equal(paths[`/rest/v3${path}`]?.post?.operationId, name)
  }
})

test('no JSON at all makes a method fail of itself', async () => {
  const documented = new Set<string>(Object.keys(privateErrors))
  const leaf = fc.oneof(
    fc.string(),
    fc.constantFrom('AAAA', '2', '3.3', 'ACTIVE', 'DER', '\u0000', 'none'),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.uuid(),
    fc.base64String(),
  )
  for (const [name, method] of Object.entries(privateMethods)) {
    const properties = Object.keys(Object(Object(method.request).properties))
    const member = fc.oneof(
      { weight: 4, arbitrary: leaf },
      { weight: 1, arbitrary: fc.array(leaf, { maxLength: 3 }) },
      { weight: 1, arbitrary: fc.object({ maxDepth: 2, values: [leaf] }) },
    )
    const requests = fc.record(Object.fromEntries(properties.map((property) => [property, member])), {
      requiredKeys: [],
    })
    await fc.assert(
      fc.asyncProperty(requests, async (requestObject) => {
        const answer = await callPrivate(running, method.path, JSON.stringify({ requestObject }))
        if (answer.status === 200) return
        assert.equal(answer.status, 400, `${name} ${JSON.stringify(requestObject)}`)
        assert.ok(documented.has(codeOf(answer.body)) && codeOf(answer.body) !== 'ERR0000', name)
      }),
      { numRuns: 15 },
    )
  }
})
