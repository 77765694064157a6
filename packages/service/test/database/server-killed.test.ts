/** A PostgreSQL server that is killed and comes back: its clients lose what was under way and nothing else. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { openDatabase, systemClock, systemRandom } from '../../src/index.ts'
import { createCaptureLogger, startPostgresServer } from '../../src/testing/index.ts'

test('a server killed between two statements of a transaction fails that transaction; then all works again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cloudsigner-killed-'))
  const server = await startPostgresServer({ directory, fsync: false })
  try {
    const logger = createCaptureLogger()
    const url = server.urlOf('postgres')
    const database = await openDatabase({ url }, { clock: systemClock, random: systemRandom, logger })
    const db = database.forSchema<{ thing: { id: number } }>('things')
    await database.migrate('things', [
      { name: '0001-thing', up: async (schema) => void (await sql`create table thing (id int)`.execute(schema)) },
    ])
    const cut = db.transaction().execute(async (transaction) => {
      await transaction.insertInto('thing').values({ id: 1 }).execute()
      await server.kill()
      // The connection says so by itself, while nobody is asking it anything.
      for (let waited = 0; !/connection was lost/.test(logger.text()) && waited < 5000; waited += 10) await sleep(10)
      await transaction.insertInto('thing').values({ id: 2 }).execute()
    })
    await assert.rejects(cut, { name: 'DatabaseError', code: 'unreachable' })
    assert.match(logger.text(), /a database connection was lost/)
    await assert.rejects(db.selectFrom('thing').select('id').execute(), { name: 'DatabaseError', code: 'unreachable' })

    await server.start()
    assert.deepEqual(await db.selectFrom('thing').select('id').execute(), [])
    await db.insertInto('thing').values({ id: 3 }).execute()
    assert.deepEqual(await db.selectFrom('thing').select('id').execute(), [{ id: 3 }])
    // What the server refuses, and what does not fit, is no lost connection.
    await assert.rejects(sql`select nothing`.execute(db), { code: '42703' })
    await assert.rejects(sql`select 9007199254740993::int8 as id`.execute(db), RangeError)
    await database.close()
  } finally {
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  }
})
