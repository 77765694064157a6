import assert from 'node:assert/strict'
import { cloudSignatureTemplate } from '@cloudsigner/contracts/powerauth-private'
import { sharedTest } from '@cloudsigner/testing'
import type { OperationTables } from '../src/store/operation-tables.ts'
import { createSeeder, type RecordedStep, readTrace } from './fixtures/recorded.ts'
import { type RunningService, send, startService } from './fixtures/service.ts'

for (const folder of ['v3.3', 'v3.2', 'v3.1']) {
  sharedTest(
    `an operation of the genuine client's ${folder} is listed and approved as by the genuine server`,
    'vectors/powerauth',
    async (t) => {
      const { application, steps } = readTrace(folder)
      const step = (name: string) => {
        const found = steps.find((recorded) => recorded.step === name)
        assert.ok(found, name)
        return found
      }
      // The recorded back end had no template to show a login by, so that its list is empty.
      const running = await startService({ displayTemplates: [] }, '2026-11-23T22:34:51.875Z')
      t.after(() => running.close())
      const seeder = createSeeder(running)
      await seeder.application(application)
      const create = step('operation-create')
      await createRecorded(running, create)

      const list = step('token-validate')
      const before = create.server.activation
      assert.ok(before)
      await seeder.activation(application.applicationId, before, 5)
      await seeder.token(before.activationId, tokenOf(steps))
      const answered = JSON.parse(list.exchanges[0]?.response.body ?? '')
      running.clock.set(answered.currentTimestamp.replace('+0000', 'Z'))
      const listed = Object((await replay(running, list)).body)
      assert.deepEqual(listed, answered)

      const authorize = step('operation-authorize')
      const approved = await replay(running, authorize)
      assert.equal(JSON.stringify(approved.body), authorize.exchanges[0]?.response.body)
      const { counter, ctrData } = await seeder.stateOf(before.activationId)
      assert.deepEqual([counter, ctrData], [authorize.server.activation?.counter, authorize.server.activation?.ctrData])
      const { id } = recordedOperation(create)
      assert.equal((await running.client.operationDetail({ operationId: id })).status, 'APPROVED')
      assert.equal(Object((await replay(running, authorize)).body).responseObject.code, 'POWERAUTH_AUTH_FAIL')
    },
  )
}

interface RecordedOperation {
  readonly id: string
  readonly templateName: string
  readonly operationType: string
  readonly data: string
}

function recordedOperation({ exchanges }: RecordedStep): RecordedOperation {
  return JSON.parse(exchanges[0]?.response.body ?? '').responseObject
}

/** Made by the recorded request; but for its identifier, which is then the recorded one, it is as the recorded one. */
async function createRecorded(running: RunningService, step: RecordedStep): Promise<void> {
  const recorded = recordedOperation(step)
  const { templateName, operationType, data } = recorded
  const template = { ...cloudSignatureTemplate, templateName, operationType, dataTemplate: data, expiration: 3600 }
  await running.client.createOperationTemplate(template)
  const made = await running.client.createOperation(JSON.parse(step.exchanges[0]?.request.body ?? '').requestObject)
  const moments = { timestampCreated: '', timestampExpires: '' }
  assert.deepEqual({ ...made, id: recorded.id, ...moments }, { ...recorded, ...moments })
  assert.deepEqual(Object.keys(made), Object.keys(recorded))
  await running.environment.database
    .forSchema<OperationTables>('powerauth')
    .updateTable('operation')
    .set({ operation_id: recorded.id })
    .where('operation_id', '=', made.id)
    .execute()
}

function replay({ urls }: RunningService, { exchanges: [exchange] }: RecordedStep) {
  assert.ok(exchange)
  const { method, url, headers, body } = exchange.request
  return send(urls.public + url.slice(url.indexOf('/api/')), { method, headers, body })
}

function tokenOf(steps: readonly RecordedStep[]): { tokenId: string; tokenSecret: string } {
  const created = steps.find((recorded) => recorded.step === 'token-create')
  const item = created?.client?.log.find((entry) => entry.id === 'token-create-token-obtained')
  return item?.object as { tokenId: string; tokenSecret: string }
}
