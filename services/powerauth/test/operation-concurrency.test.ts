import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cloudSignatureTemplate } from '@cloudsigner/contracts/powerauth-private'
import { createFixedClock, openTestEnvironment, withRealPostgres } from '@cloudsigner/service/testing'
import { createApp } from './fixtures/device.ts'
import { type RunningService, startIn } from './fixtures/service.ts'

test('rivals on two replicas of a real PostgreSQL: one approval, one owner, every failure counted', async (t) => {
  await withRealPostgres(async (server) => {
    const clock = createFixedClock()
    const environment = await openTestEnvironment({ clock, database: await server.open({ clock }) })
    const first = await startIn(environment, clock)
    const second = await startIn({ ...environment, database: await server.open({ clock }) }, clock)
    await createApp(first, 'bank')
    await first.client.createOperationTemplate({ ...cloudSignatureTemplate, maxFailureCount: 8 })
    const rivals = (count: number) => Array.from({ length: count }, (_, index) => (index % 2 === 0 ? first : second))

    await t.test('of twenty approvals one is good', () => oneApproval(first, rivals(20)))
    await t.test('of twenty claims by different people one is good', () => oneOwner(first, rivals(20)))
    await t.test('failures at once are all counted, and the last ends it', () => everyFailure(first, rivals(20)))
    await t.test('approved or canceled, never both', () => oneEnd(first, second))
    await t.test('one template of a name', () => oneTemplate(rivals(8)))

    await Promise.all([first.close(), second.close()])
    await environment.close()
  })
})

const parameters = { approvalHash: '00', documentName: 'x', documentHash: 'ff' }
const create = ({ client }: RunningService, userId: string | null) =>
  client.createOperation({ userId, applications: ['bank'], templateName: 'cloud_signature', parameters })

const approval = (operationId: string, data: string) =>
  ({ operationId, userId: 'alice', applicationId: 'bank', data, signatureType: 'POSSESSION_KNOWLEDGE' }) as const

/** `fulfilled`, or the code of the refusal. */
const outcome = (call: Promise<unknown>) =>
  call.then(
    () => 'fulfilled',
    (error) => String(Object(error).code),
  )

async function oneApproval(first: RunningService, rivals: readonly RunningService[]): Promise<void> {
  const { id, data } = await create(first, 'alice')
  const outcomes = await Promise.all(rivals.map(({ client }) => outcome(client.approveOperation(approval(id, data)))))
  assert.deepEqual(outcomes.toSorted(), [...Array(19).fill('ERR0037'), 'fulfilled'])
}

async function oneOwner(first: RunningService, rivals: readonly RunningService[]): Promise<void> {
  const { id: operationId } = await create(first, null)
  const outcomes = await Promise.all(
    rivals.map(({ client }, index) => outcome(client.operationClaim({ operationId, userId: `user-${index}` }))),
  )
  assert.deepEqual(outcomes.toSorted(), [...Array(19).fill('ERR0034'), 'fulfilled'])
  const { userId } = await first.client.operationDetail({ operationId })
  assert.equal(userId, `user-${outcomes.indexOf('fulfilled')}`)
}

async function everyFailure(first: RunningService, rivals: readonly RunningService[]): Promise<void> {
  const { id: operationId } = await create(first, 'alice')
  const outcomes = await Promise.all(rivals.map(({ client }) => outcome(client.failApprovalOperation({ operationId }))))
  assert.equal(outcomes.filter((code) => code === 'fulfilled').length, 8)
  const { status, failureCount } = await first.client.operationDetail({ operationId })
  assert.deepEqual([status, failureCount], ['FAILED', 8])
}

async function oneEnd(first: RunningService, second: RunningService): Promise<void> {
  for (let round = 0; round < 10; round++) {
    const { id: operationId, data } = await create(first, 'alice')
    const outcomes = await Promise.all([
      outcome(first.client.approveOperation(approval(operationId, data))),
      outcome(second.client.cancelOperation({ operationId })),
    ])
    const { status } = await second.client.operationDetail({ operationId })
    assert.deepEqual(outcomes, status === 'APPROVED' ? ['fulfilled', 'ERR0036'] : ['ERR0037', 'fulfilled'])
  }
}

async function oneTemplate(rivals: readonly RunningService[]): Promise<void> {
  const template = { ...cloudSignatureTemplate, templateName: 'once' }
  const outcomes = await Promise.all(rivals.map(({ client }) => outcome(client.createOperationTemplate(template))))
  assert.deepEqual(outcomes.toSorted(), [...Array(7).fill('ERR0039'), 'fulfilled'])
}
