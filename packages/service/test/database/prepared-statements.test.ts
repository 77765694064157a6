/** On a real server: PGlite has no wire whose cost would matter. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { withRealPostgres } from '../../src/testing/index.ts'

test('statements with parameters are prepared once a connection, by their text, and bounded in number', async () => {
  await withRealPostgres(async (server) => {
    const database = await server.open()
    const db = database.forSchema<object>('public')
    await db.connection().execute(async (connection) => {
      for (const value of [1, 2, 3]) {
        const { rows } = await sql<{ double: number }>`select ${value}::int * 2 as double`.execute(connection)
        assert.deepEqual(rows, [{ double: value * 2 }])
      }
      const prepared = async () =>
        (await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(connection)).rows
      assert.deepEqual(await prepared(), [{ statement: 'select $1::int * 2 as double' }])

      for (let length = 1; length <= 600; length += 1) {
        const items = sql.join(Array.from({ length }, (_, index) => sql`${index}::int`))
        const { rows } = await sql<{ count: number }>`select cardinality(array[${items}]) as count`.execute(connection)
        assert.deepEqual(rows, [{ count: length }])
      }
      assert.equal((await prepared()).length, 500)
    })
  })
})

test('a statement that fails is no obstacle to the next on its connection', async () => {
  await withRealPostgres(async (server) => {
    const database = await server.open()
    await database
      .forSchema<object>('public')
      .connection()
      .execute(async (connection) => {
        const divide = (by: number) => sql<{ result: number }>`select 10 / ${by}::int as result`.execute(connection)
        await assert.rejects(divide(0), /division by zero/)
        assert.deepEqual((await divide(5)).rows, [{ result: 2 }])
        await assert.rejects(sql`select ${1} from nowhere`.execute(connection), /does not exist/)
        await sql`create table nowhere ()`.execute(connection)
        assert.deepEqual((await sql`select ${1} from nowhere`.execute(connection)).rows, [])
      })
  })
})
