import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { DatabaseError, type Migration } from '../../src/index.ts'
import { testOnBothEngines } from '../both-engines.ts'

interface Tables {
  thing: {
    id: number
    amount: number
    at: Date
    body: Uint8Array
    facts: string
    fraction: string
  }
}

const createThing: Migration = {
  name: '0001-thing',
  async up(db) {
    await sql`create table thing (id int primary key, amount bigint, at timestamptz, body bytea, facts jsonb, fraction numeric)`.execute(
      db,
    )
  },
}

const thing = {
  id: 1,
  amount: 2 ** 40,
  at: new Date('2026-06-01T12:00:00.123Z'),
  body: Uint8Array.of(0, 1, 255),
  facts: JSON.stringify(['a', { b: null }]),
  fraction: '1.10',
}

testOnBothEngines('both engines give the same types', async ({ open }) => {
  const database = await open()
  await database.migrate('things', [createThing])
  const db = database.forSchema<Tables>('things')
  await db.insertInto('thing').values(thing).execute()
  const found = await db.selectFrom('thing').selectAll().executeTakeFirstOrThrow()
  assert.equal(found.amount, 2 ** 40)
  assert.deepEqual(found.at, thing.at)
  assert.deepEqual(new Uint8Array(found.body), thing.body)
  assert.deepEqual(found.facts, ['a', { b: null }])
  assert.equal(found.fraction, '1.10')
  const unsafe = sql<{ n: number }>`select 9007199254740993::bigint as n`.execute(db)
  await assert.rejects(unsafe, RangeError)
  assert.equal((await db.selectFrom('thing').select('id').execute()).length, 1, 'and the connection goes on')
})

testOnBothEngines('migrations of replicas that start at once are applied once', async ({ open }) => {
  const replicas = [...new Set(await Promise.all([open(), open(), open()]))]
  let applied = 0
  const counting: Migration = {
    name: '0001-counting',
    async up(db) {
      applied += 1
      await db.schema.createTable('counted').addColumn('id', 'integer').execute()
    },
  }
  await Promise.all([...replicas, ...replicas].map((database) => database.migrate('counted', [counting])))
  assert.equal(applied, 1)
})

testOnBothEngines(
  'a migration that fails leaves nothing, and later ones continue from what is there',
  async ({ open }) => {
    const database = await open()
    const broken: Migration = {
      name: '0002-broken',
      async up(db) {
        await sql`create table half (id int)`.execute(db)
        await sql`create table thing (id int)`.execute(db)
      },
    }
    await assert.rejects(database.migrate('things', [createThing, broken]))
    const db = database.forSchema<Tables>('things')
    const missing = await sql<{ ok: boolean }>`select to_regclass('things.thing') is null as ok`.execute(db)
    assert.equal(missing.rows[0]?.ok, true)
    await database.migrate('things', [createThing])
    const second: Migration = {
      name: '0002-more',
      async up(on) {
        await on.schema.alterTable('thing').addColumn('more', 'text').execute()
      },
    }
    await database.migrate('things', [createThing, second])
    await db.insertInto('thing').values(thing).execute()
  },
)

testOnBothEngines('a database of a newer version is refused', async ({ open }) => {
  const database = await open()
  await database.migrate('things', [createThing, { name: '0002-newer', up: async () => {} }])
  await assert.rejects(
    database.migrate('things', [createThing]),
    (error) =>
      error instanceof DatabaseError && error.code === 'migration_mismatch' && /0002-newer/.test(error.message),
  )
})

testOnBothEngines('migrations out of order and names that are no schema are refused', async ({ open }) => {
  const database = await open()
  const second: Migration = { name: '0000-earlier', up: async () => {} }
  await assert.rejects(database.migrate('things', [createThing, second]), /does not sort/)
  await assert.rejects(database.migrate('no"schema', []), /not a schema's name/)
  assert.throws(() => database.forSchema('1'), /not a schema's name/)
})

testOnBothEngines('queries beside an open transaction neither see it nor join it', async ({ open }) => {
  const database = await open()
  await database.migrate('things', [createThing])
  const db = database.forSchema<Tables>('things')
  const begun = Promise.withResolvers<void>()
  const rolledBack = db.transaction().execute(async (transaction) => {
    await transaction.insertInto('thing').values(thing).execute()
    begun.resolve()
    await sleep(50)
    throw new Error('no')
  })
  await begun.promise
  const beside = [
    db.selectFrom('thing').select('id').execute(),
    db
      .insertInto('thing')
      .values({ ...thing, id: 2 })
      .execute(),
    db.transaction().execute((transaction) =>
      transaction
        .insertInto('thing')
        .values({ ...thing, id: 3 })
        .execute(),
    ),
    db.transaction().execute((transaction) =>
      transaction
        .insertInto('thing')
        .values({ ...thing, id: 4 })
        .execute(),
    ),
  ] as const
  await assert.rejects(rolledBack, /no/)
  const [seen] = await Promise.all(beside)
  assert.ok(!seen.some((row) => row.id === 1))
  const rows = await db.selectFrom('thing').select('id').orderBy('id').execute()
  assert.deepEqual(
    rows.map((row) => row.id),
    [2, 3, 4],
  )
})

testOnBothEngines('many transactions at once on one row lose no update', async ({ open }) => {
  const database = await open()
  await database.migrate('things', [createThing])
  const db = database.forSchema<Tables>('things')
  await db
    .insertInto('thing')
    .values({ ...thing, amount: 0 })
    .execute()
  const increments = Array.from({ length: 50 }, () =>
    db.transaction().execute(async (transaction) => {
      const row = await transaction.selectFrom('thing').select('amount').forUpdate().executeTakeFirstOrThrow()
      await transaction
        .updateTable('thing')
        .set({ amount: row.amount + 1 })
        .execute()
    }),
  )
  await Promise.all(increments)
  const { amount } = await db.selectFrom('thing').select('amount').executeTakeFirstOrThrow()
  assert.equal(amount, 50)
})

testOnBothEngines('a failed statement ends its transaction and nothing else', async ({ open }) => {
  const database = await open()
  await database.migrate('things', [createThing])
  const db = database.forSchema<Tables>('things')
  await db.insertInto('thing').values(thing).execute()
  const failed = db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('thing')
      .values({ ...thing, id: 2 })
      .execute()
    await transaction.insertInto('thing').values(thing).execute()
  })
  await assert.rejects(failed, (error) => error instanceof Error && 'code' in error && error.code === '23505')
  const swallowed = db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('thing')
      .values({ ...thing, id: 3 })
      .execute()
    await transaction
      .insertInto('thing')
      .values(thing)
      .execute()
      .catch(() => undefined)
  })
  await swallowed.catch(() => undefined)
  assert.equal((await db.selectFrom('thing').select('id').execute()).length, 1)
})

testOnBothEngines('a serialisable transaction is one', async ({ open }) => {
  const database = await open()
  await database.migrate('things', [createThing])
  const level = await database
    .forSchema<Tables>('things')
    .transaction()
    .setIsolationLevel('serializable')
    .execute((transaction) =>
      sql<{ level: string }>`select current_setting('transaction_isolation') as level`.execute(transaction),
    )
  assert.equal(level.rows[0]?.level, 'serializable')
})
