import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import {
  type ApproveOperationRequest,
  type CreateOperationRequest,
  cloudSignatureTemplate,
  type PrivateErrorCode,
} from '@cloudsigner/contracts/powerauth-private'
import type { OperationTables } from '../src/store/operation-tables.ts'
import { type App, activeDevice, createApp } from './fixtures/device.ts'
import { callPrivate, type RunningService, startService } from './fixtures/service.ts'

let running: RunningService
let app: App
const named = (name: string) => `$\{${name}}`
const payment = {
  templateName: 'payment',
  operationType: 'payment',
  dataTemplate: `A1*A${named('amount')}${named('currency')}*N${named('note')}`,
  signatureType: ['POSSESSION_KNOWLEDGE', 'POSSESSION_BIOMETRY', 'POSSESSION_KNOWLEDGE'] as const,
  maxFailureCount: 3,
  expiration: 60,
}

before(async () => {
  running = await startService()
  app = await createApp(running, 'bank')
  await createApp(running, 'other')
  await running.client.createOperationTemplate({ ...payment, signatureType: [...payment.signatureType] })
})
after(() => running.close())

const parameters = { amount: '100', currency: 'CZK', note: 'a*b' }
const create = (more: Partial<CreateOperationRequest> = {}) =>
  running.client.createOperation({
    userId: 'alice',
    applications: ['bank'],
    templateName: 'payment',
    parameters,
    ...more,
  })
const refused = (code: PrivateErrorCode, call: Promise<unknown>) => assert.rejects(call, { code, status: 400 })
const approve = (operationId: string, more: Partial<ApproveOperationRequest> = {}) =>
  running.client.approveOperation({
    operationId,
    userId: 'alice',
    applicationId: 'bank',
    data: 'A1*A100CZK*Na\\*b',
    signatureType: 'POSSESSION_KNOWLEDGE',
    ...more,
  })

test('templates: create, list, detail, update, remove; each name once', async () => {
  const { client } = running
  const made = await client.createOperationTemplate(cloudSignatureTemplate)
  assert.deepEqual(made, { ...cloudSignatureTemplate, id: made.id })
  await refused('ERR0039', client.createOperationTemplate(cloudSignatureTemplate))
  assert.deepEqual(await client.getTemplateDetail({ id: made.id }), made)
  const names = (await client.getAllTemplates({})).map(({ templateName }) => templateName)
  assert.deepEqual(names, ['payment', 'cloud_signature'])
  const { templateName: _, ...fields } = cloudSignatureTemplate
  const changed = await client.updateOperationTemplate({ id: made.id, ...fields, expiration: 10, riskFlags: 'X' })
  assert.deepEqual(changed, { ...made, expiration: 10, riskFlags: 'X' })
  const { id } = await create({ templateName: 'cloud_signature' })
  await client.removeOperationTemplate({ id: made.id })
  for (const call of [client.getTemplateDetail({ id: made.id }), client.removeOperationTemplate({ id: made.id })])
    await refused('ERR0033', call)
  await refused('ERR0033', client.updateOperationTemplate({ id: made.id, ...fields }))
  await refused('ERR0033', create({ templateName: 'cloud_signature' }))
  assert.equal((await client.operationDetail({ operationId: id })).riskFlags, 'X', 'what was made of it stays')
})

test('an operation is made of its template; what does not fit together is refused', async () => {
  const operation = await create({ externalId: 'ext-1', additionalData: { a: { b: [1] } } })
  assert.equal(operation.data, 'A1*A100CZK*Na\\*b')
  assert.deepEqual(operation.signatureType, ['POSSESSION_KNOWLEDGE', 'POSSESSION_BIOMETRY'])
  assert.deepEqual([operation.parameters, operation.additionalData], [parameters, { a: { b: [1] } }])
  const [created, expires] = [Date.parse(operation.timestampCreated), Date.parse(operation.timestampExpires)]
  assert.equal(expires - created, 60_000)
  assert.deepEqual(await running.client.operationDetail({ operationId: operation.id }), operation)

  await refused('ERR0015', create({ applications: ['unknown'] }))
  await refused('ERR0033', create({ templateName: 'unknown' }))
  await refused('ERR0024', create({ timestampExpires: running.clock.now().toISOString() }))
  await refused('ERR0024', create({ parameters: { note: 'tab\there' } }))
  await refused('ERR0024', create({ parameters: { note: '\ud800' } }))
  await refused('ERR0024', create({ activationId: 'unknown' }))
  await refused('ERR0024', create({ additionalData: { large: 'x'.repeat(70_000) } }))
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const order = `{"applications":["bank"],"templateName":"payment","additionalData":{"deep":${deep}}}`
  const answer = await callPrivate(running, '/operation/create', `{"requestObject":${order}}`)
  assert.deepEqual([answer.status, Object(answer.body).responseObject.code], [400, 'ERR0024'])
  await refused('ERROR_HTTP_REQUEST', create({ applications: [] }))
  await refused('ERR0034', running.client.operationDetail({ operationId: 'unknown' }))
})

test('an activation belongs to its user, and brings them along', async () => {
  const { activationId } = await activeDevice(running, app, 'alice')
  await refused('ERR0024', create({ userId: 'bob', activationId }))
  const { userId } = await create({ userId: null, activationId })
  assert.equal(userId, 'alice')
})

test('approved: data, factor, user, application and device are checked; each failure counts', async () => {
  const { activationId } = await activeDevice(running, app, 'alice')
  const good = await create({ activationId, applications: ['bank', 'other'] })
  const at = { additionalData: { activationId } }
  const approved = await approve(good.id, { ...at, additionalData: { activationId, x: 1 } })
  assert.deepEqual([approved.result, approved.operation.status], ['APPROVED', 'APPROVED'])
  assert.deepEqual(approved.operation.additionalData, { activationId, x: 1 })
  assert.notEqual(approved.operation.timestampFinalized, null)

  const wrong: readonly Partial<ApproveOperationRequest>[] = [
    { ...at, data: 'A1*A900CZK*Na\\*b' },
    { ...at, signatureType: 'POSSESSION' },
    { ...at, userId: 'bob' },
    { ...at, applicationId: 'other' },
    { additionalData: { activationId: 'another' } },
    {},
  ]
  for (const more of wrong) {
    const { id } = await create({ activationId })
    const { result, operation } = await approve(id, more)
    assert.deepEqual([result, operation.failureCount, operation.status], ['APPROVAL_FAILED', 1, 'PENDING'])
    assert.equal(operation.userId, 'alice')
    assert.equal((await approve(id, at)).result, 'APPROVED')
  }
  await refused('ERR0015', approve(good.id, { applicationId: 'unknown' }))
  await refused('ERR0034', approve('unknown'))
})

test('the last failure fails the operation; nothing that ended goes on', async () => {
  const { client } = running
  const { id } = await create()
  const results: string[] = []
  for (let attempt = 0; attempt < 3; attempt++) results.push((await approve(id, { data: 'other' })).result)
  assert.deepEqual(results, ['APPROVAL_FAILED', 'APPROVAL_FAILED', 'OPERATION_FAILED'])
  const failing = await create()
  await approve(failing.id, { data: 'other' })
  await client.failApprovalOperation({ operationId: failing.id })
  const last = await client.failApprovalOperation({ operationId: failing.id, additionalData: { why: 'wrong code' } })
  assert.deepEqual([last.result, last.operation.status], ['OPERATION_FAILED', 'FAILED'])
  assert.deepEqual(last.operation.additionalData, { why: 'wrong code' })
  for (const operationId of [id, failing.id]) {
    await refused('ERR0037', approve(operationId))
    await refused('ERR0036', client.failApprovalOperation({ operationId }))
    await refused('ERR0036', client.cancelOperation({ operationId }))
    await refused('ERR0038', client.rejectOperation({ operationId, userId: 'alice', applicationId: 'bank' }))
  }
})

test('rejected by the right user from the right application, else left alone; canceled with a reason', async () => {
  const { client } = running
  const { id: operationId } = await create({ additionalData: { kept: true } })
  const by = { operationId, userId: 'alice', applicationId: 'bank', additionalData: { rejectReason: 'UNKNOWN' } }
  for (const other of [{ userId: 'bob' }, { applicationId: 'other' }]) {
    const { result, operation } = await client.rejectOperation({ ...by, ...other })
    assert.deepEqual([result, operation.status, operation.additionalData], ['REJECT_FAILED', 'PENDING', { kept: true }])
  }
  await refused('ERR0015', client.rejectOperation({ ...by, applicationId: 'unknown' }))
  const rejected = await client.rejectOperation(by)
  assert.deepEqual([rejected.result, rejected.operation.status], ['REJECTED', 'REJECTED'])
  assert.deepEqual(rejected.operation.additionalData, { kept: true, rejectReason: 'UNKNOWN' })

  const second = await create()
  await refused('ERROR_HTTP_REQUEST', client.cancelOperation({ operationId: second.id, statusReason: 'x'.repeat(33) }))
  const canceled = await client.cancelOperation({ operationId: second.id, statusReason: 'PREARRANGED' })
  assert.deepEqual([canceled.status, canceled.statusReason], ['CANCELED', 'PREARRANGED'])
  assert.equal(canceled.timestampFinalized, null)
})

test('claimed once: by the first, by operation/detail with a user as well', async () => {
  const { client } = running
  const { id: operationId } = await create({ userId: null })
  assert.equal((await client.operationDetail({ operationId })).userId, null)
  assert.equal((await client.operationDetail({ operationId, userId: 'bob' })).userId, 'bob')
  assert.equal((await client.operationClaim({ operationId, userId: 'bob' })).userId, 'bob')
  await refused('ERR0034', client.operationClaim({ operationId, userId: 'alice' }))
  assert.equal((await approve(operationId)).result, 'APPROVAL_FAILED')
  const open = await create({ userId: null })
  assert.equal((await approve(open.id, { userId: 'carol' })).operation.userId, 'carol')
})

test('lists: by user, application, device, flag, external identifier; the newest first, by pages', async () => {
  const { client } = running
  const { activationId } = await activeDevice(running, app, 'lister')
  const other = await activeDevice(running, app, 'lister')
  await client.addActivationFlags({ activationId, activationFlags: ['VIP'] })
  const ids: Record<string, string> = {}
  const make = async (name: string, more: Partial<CreateOperationRequest>) => {
    running.clock.advance(1)
    ids[name] = (await create({ userId: 'lister', externalId: 'lists', ...more })).id
  }
  await make('plain', {})
  await make('mine', { activationId })
  await make('foreign', { activationId: other.activationId })
  await make('flagged', { activationFlag: 'VIP' })
  await make('elsewhere', { applications: ['other'] })
  await make('done', {})
  await client.cancelOperation({ operationId: ids.done ?? '' })
  const namesOf = (list: readonly { id: string }[]) =>
    list.map(({ id }) => Object.entries(ids).find(([, known]) => known === id)?.[0])
  const request = { userId: 'lister', applications: ['bank'] }
  assert.deepEqual(namesOf(await client.findPendingOperationsForUser(request)), ['flagged', 'foreign', 'mine', 'plain'])
  assert.deepEqual(namesOf(await client.findPendingOperationsForUser({ ...request, activationId })), [
    'flagged',
    'mine',
    'plain',
  ])
  const asOther = { ...request, activationId: other.activationId }
  assert.deepEqual(namesOf(await client.findPendingOperationsForUser(asOther)), ['foreign', 'plain'])
  const all = await client.findAllOperationsForUser({ userId: 'lister', applicationId: 'bank' })
  assert.deepEqual(namesOf(all), ['done', 'flagged', 'foreign', 'mine', 'plain'])
  const external = await client.findAllOperationsByExternalId({ externalId: 'lists', applications: ['bank', 'other'] })
  assert.deepEqual(namesOf(external), ['done', 'elsewhere', 'flagged', 'foreign', 'mine', 'plain'])
  const page = await client.findAllOperationsForUser({ ...request, pageNumber: 1, pageSize: 2 })
  assert.deepEqual(namesOf(page), ['foreign', 'mine'])
  await refused('ERR0015', client.findAllOperationsForUser({ userId: 'lister', applications: ['unknown'] }))
  await refused('ERR0024', client.findAllOperationsForUser({ userId: 'lister' }))
})

test('expiry is seen at once, and stored by who comes by or by the job', async () => {
  const { client, clock } = running
  const { id: operationId } = await create({ userId: 'late' })
  clock.advance(60)
  assert.equal((await client.operationDetail({ operationId })).status, 'EXPIRED')
  assert.deepEqual(await client.findPendingOperationsForUser({ userId: 'late', applications: ['bank'] }), [])
  const [listed] = await client.findAllOperationsForUser({ userId: 'late', applications: ['bank'] })
  assert.equal(listed?.status, 'EXPIRED')
  const status = async () => {
    const rows = await running.environment.database
      .forSchema<OperationTables>('powerauth')
      .selectFrom('operation')
      .select('status')
      .where('operation_id', '=', operationId)
      .execute()
    return rows[0]?.status
  }
  assert.equal(await status(), 'PENDING')
  await refused('ERR0037', approve(operationId))
  assert.equal(await status(), 'EXPIRED')
})

test('the job expires what nobody asks for, and only what is overdue', async () => {
  const other = await startService({ housekeepingInterval: 100 })
  try {
    await createApp(other, 'bank')
    await other.client.createOperationTemplate(cloudSignatureTemplate)
    const order = { userId: 'alice', applications: ['bank'], templateName: 'cloud_signature', parameters: {} }
    const overdue = await other.client.createOperation(order)
    other.clock.advance(cloudSignatureTemplate.expiration - 1)
    const later = await other.client.createOperation(order)
    other.clock.advance(1)
    const stored = async () => {
      const db = other.environment.database.forSchema<OperationTables>('powerauth')
      const rows = await db.selectFrom('operation').select(['operation_id', 'status']).execute()
      return Object.fromEntries(rows.map((row) => [row.operation_id, row.status]))
    }
    const end = performance.now() + 10_000
    while ((await stored())[overdue.id] === 'PENDING' && performance.now() < end) await setTimeout(20)
    assert.deepEqual(await stored(), { [overdue.id]: 'EXPIRED', [later.id]: 'PENDING' })
  } finally {
    await other.close()
  }
})

test('a proximity check: by the template or the call, the code now or a step ago, never stored in the clear', async () => {
  const { client, clock } = running
  await client.createOperationTemplate({
    ...payment,
    templateName: 'near',
    signatureType: ['POSSESSION_KNOWLEDGE'],
    expiration: 3600,
    maxFailureCount: 10,
    proximityCheckEnabled: true,
  })
  assert.equal((await create({ templateName: 'near', proximityCheckEnabled: false })).proximityOtp, null)
  const { id, proximityOtp } = await create({ templateName: 'near' })
  assert.match(proximityOtp ?? '', /^\d{8}$/)
  const by = (otp: unknown) => approve(id, { additionalData: { proximity_otp: otp } })
  for (const otp of [undefined, null, 12345678, '', '00000000', `${proximityOtp} `])
    assert.equal((await by(otp)).result, 'APPROVAL_FAILED')
  clock.advance(61)
  assert.equal((await by(proximityOtp)).result, 'APPROVAL_FAILED')
  const { proximityOtp: fresh } = await client.operationDetail({ operationId: id })
  clock.advance(29)
  const { result, operation } = await by(fresh)
  assert.deepEqual([result, operation.proximityOtp], ['APPROVED', null])
})

test('bad bodies are refused as such', async () => {
  const bodies: readonly (readonly [string, string])[] = [
    ['/operation/create', '{"userId":"a","applications":"bank","templateName":"payment"}'],
    ['/operation/create', '{"applications":["bank"],"templateName":"payment","parameters":{"amount":1}}'],
    ['/operation/create', '{"applications":["bank"],"templateName":"pay\\u0000"}'],
    [
      '/operation/approve',
      '{"operationId":"x","userId":"a","applicationId":"bank","data":"d","signatureType":"possession"}',
    ],
    ['/operation/detail', '{"operationId":"a\\u0000"}'],
    [
      '/operation/template/create',
      '{"templateName":"x","operationType":"x","dataTemplate":"A","signatureType":[],"maxFailureCount":1,"expiration":1}',
    ],
    [
      '/operation/template/create',
      '{"templateName":"x","operationType":"x","dataTemplate":"A","signatureType":["POSSESSION"],"maxFailureCount":0,"expiration":1}',
    ],
    ['/operation/template/detail', '{"id":1.5}'],
    ['/operation/template/detail', '{"id":-1}'],
  ]
  for (const [path, object] of bodies) {
    const { status, body } = await callPrivate(running, path, `{"requestObject":${object}}`)
    assert.deepEqual([status, Object(body).responseObject.code], [400, 'ERROR_HTTP_REQUEST'], object)
  }
})
