import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFixedClock, openTestDatabase, openTestEnvironment } from '@cloudsigner/service/testing'
import { sql } from 'kysely'
import type { PowerAuthTables } from '../src/store/tables.ts'
import { activeDevice, appOf, createApp, Device } from './fixtures/device.ts'
import { startIn, startService } from './fixtures/service.ts'

test('a second start goes on where the first stopped: no key made anew', async () => {
  const clock = createFixedClock()
  const database = await openTestDatabase({ clock })
  const environment = await openTestEnvironment({ clock, database })
  const start = () => startIn(environment, clock)
  const first = await start()
  const app = await createApp(first, 'restart')
  const device = await activeDevice(first, app)
  assert.equal((await device.validate()).status, 200)
  await first.close()

  const second = await start()
  assert.deepEqual(appOf(await second.client.getApplicationDetail({ applicationId: 'restart' })), app)
  const same = Object.assign(new Device(second, app, device.pair), {
    activationId: device.activationId,
    serverPublicKey: device.serverPublicKey,
    keys: device.keys,
    ctrData: device.ctrData,
  })
  assert.equal((await same.validate()).status, 200)
  assert.equal((await same.unlockVault()).answer.status, 200)
  await second.close()
  await environment.close()
  await database.close()
})

test('housekeeping removes what is overdue, and only that', async () => {
  const running = await startService({ housekeepingInterval: 100 })
  const { client, clock, environment } = running
  const app = await createApp(running, 'housekeeping')
  const device = await activeDevice(running, app)
  await device.unlockVault()
  const overdue = await client.initActivation({ userId: 'jo', applicationId: app.applicationId })
  const db = environment.database.forSchema<PowerAuthTables>('powerauth')
  const count = async () => {
    const keys = await db.selectFrom('temporary_key').select('id').execute()
    const values = await db.selectFrom('unique_value').select('unique_value').execute()
    return { keys: keys.length, values: values.length }
  }
  assert.ok((await count()).keys > 0)
  clock.advance(700)
  const later = await client.initActivation({ userId: 'jo', applicationId: app.applicationId })
  for (let attempt = 0; attempt < 100; attempt++) {
    const { keys, values } = await count()
    if (keys === 0 && values === 0) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.deepEqual(await count(), { keys: 0, values: 0 })
  const statuses = await db.selectFrom('activation').select(['activation_id', 'activation_status']).execute()
  const statusOf = (id: string) => statuses.find((row) => row.activation_id === id)?.activation_status
  assert.equal(statusOf(overdue.activationId), 'REMOVED')
  assert.equal(statusOf(later.activationId), 'CREATED')
  assert.equal(statusOf(device.activationId), 'ACTIVE')
  await running.close()
})

test('at rest no secret lies in the clear, and a sealed one that was moved does not open', async () => {
  const running = await startService()
  const { environment } = running
  const app = await createApp(running, 'at-rest')
  const device = await activeDevice(running, app)
  const other = await activeDevice(running, app)
  const { token } = await device.createToken()
  const db = environment.database.forSchema<PowerAuthTables>('powerauth')
  const secrets = [app.applicationSecret, token?.tokenSecret ?? ''].map((text) =>
    Buffer.from(text, 'base64').toString('hex'),
  )
  for (const table of [
    'application_version',
    'master_keypair',
    'activation',
    'token',
    'temporary_key',
    'signature_audit',
  ]) {
    const rows = await sql<{ row: string }>`select t::text as row from ${sql.id('powerauth', table)} t`.execute(db)
    assert.ok(rows.rows.length > 0, table)
    for (const secret of secrets) assert.ok(!JSON.stringify(rows.rows).includes(secret), table)
  }
  const stolen = await db
    .selectFrom('activation')
    .select(['server_private_key_sealed', 'server_public_key'])
    .where('activation_id', '=', other.activationId)
    .executeTakeFirstOrThrow()
  await db.updateTable('activation').set(stolen).where('activation_id', '=', device.activationId).execute()
  assert.equal((await device.validate()).status, 500)
  await running.close()
})
