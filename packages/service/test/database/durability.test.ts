import assert from 'node:assert/strict'
import fs from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createLogger, DatabaseError, openDatabase, systemClock, systemRandom } from '../../src/index.ts'

const queue = { clock: systemClock, random: systemRandom, logger: createLogger({ level: 'silent' }) }

async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), 'cloudsigner-durability-'))
  try {
    await body(join(parent, 'database'))
  } finally {
    await rm(parent, { recursive: true, force: true })
  }
}

test('a commit on PGlite has been flushed to the disk when it returns', async (t) => {
  const original = fs.fsyncSync
  let flushes = 0
  t.mock.method(fs, 'fsyncSync', (descriptor: number) => {
    flushes += 1
    original(descriptor)
  })
  syncBuiltinESMExports()
  t.after(() => {
    t.mock.restoreAll()
    syncBuiltinESMExports()
  })
  await withDirectory(async (directory) => {
    const database = await openDatabase({ directory }, queue)
    const db = database.forSchema<{ t: { id: number } }>('flush')
    await database.migrate('flush', [
      { name: '0001-t', up: async (on) => void (await sql`create table t (id int)`.execute(on)) },
    ])
    flushes = 0
    for (let id = 0; id < 20; id += 1) {
      await db.insertInto('t').values({ id }).execute()
      assert.ok(flushes > id, `commit ${id} came back after ${flushes} flushes`)
    }
    const settings = await sql<{ fsync: string }>`select current_setting('fsync') as fsync`.execute(db)
    assert.equal(settings.rows[0]?.fsync, 'on')
    await database.close()
  })
})

test('one process opens a database directory once, and again after it was closed', async () => {
  await withDirectory(async (directory) => {
    const first = await openDatabase({ directory }, queue)
    await assert.rejects(
      openDatabase({ directory }, queue),
      (error) => error instanceof DatabaseError && error.code === 'in_use',
    )
    await first.close()
    await (await openDatabase({ directory }, queue)).close()
  })
})

test('a server that is not there is said in a sentence, without the password', async () => {
  await assert.rejects(
    openDatabase({ url: 'postgresql://user:hunter2@127.0.0.1:1/db' }, queue),
    (error) => error instanceof DatabaseError && error.code === 'unreachable' && !error.message.includes('hunter2'),
  )
})
