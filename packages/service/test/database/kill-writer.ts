/**
 * The process that `kill.test.ts` kills: writes transactions for ever and says each on standard output once its commit
 * has returned. A transaction is two rows that only make sense together, and a transfer that keeps a sum.
 */
import { writeSync } from 'node:fs'
import { type Generated, sql } from 'kysely'
import { createLogger, openDatabase, systemClock, systemRandom } from '../../src/index.ts'

export interface KillTables {
  left_half: { id: number; body: string }
  right_half: { id: number; body: string }
  account: { id: number; balance: Generated<number> }
}

const [directory, firstId] = process.argv.slice(2)
if (directory === undefined || firstId === undefined) throw new Error('usage: kill-writer DIRECTORY FIRST_ID')

const queue = { clock: systemClock, random: systemRandom, logger: createLogger({ level: 'silent' }) }
const database = await openDatabase({ directory }, queue)
await database.migrate('kill', [
  {
    name: '0001-halves',
    async up(db) {
      await sql`create table left_half (id bigint primary key, body text not null)`.execute(db)
      await sql`create table right_half (id bigint primary key, body text not null)`.execute(db)
      await sql`create table account (id int primary key, balance bigint not null default 0)`.execute(db)
      await sql`insert into account (id, balance) values (0, 1000), (1, 1000)`.execute(db)
    },
  },
])
const db = database.forSchema<KillTables>('kill')
for (let id = Number(firstId); ; id += 1) {
  const body = String(id).repeat(1 + (id % 400))
  await db.transaction().execute(async (transaction) => {
    await transaction.insertInto('left_half').values({ id, body }).execute()
    const amount = id % 7
    const move = (account: number, by: number) =>
      transaction
        .updateTable('account')
        .set((column) => ({ balance: column('balance', '+', by) }))
        .where('id', '=', account)
        .execute()
    await move(id % 2, amount)
    await move((id + 1) % 2, -amount)
    await transaction.insertInto('right_half').values({ id, body }).execute()
  })
  writeSync(1, `${id}\n`)
  if (id % 50 === 0) await sql`checkpoint`.execute(db)
}
