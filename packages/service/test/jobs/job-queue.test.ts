import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Database, Job } from '../../src/index.ts'
import { createCaptureLogger, createFixedClock } from '../../src/testing/index.ts'
import { testOnBothEngines } from '../both-engines.ts'

const quick = { pollSeconds: 0.02 }

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let waited = 0; waited < 10_000; waited += 10) {
    if (await holds()) return
    await sleep(10)
  }
  assert.fail(`in vain: ${what}`)
}

async function states(database: Database): Promise<Record<string, number>> {
  const db = database.forSchema<{ job: { state: string } }>('jobs')
  const rows = await db
    .selectFrom('job')
    .select(['state', sql<number>`count(*)`.as('count')])
    .groupBy('state')
    .execute()
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

async function isEmpty(database: Database): Promise<boolean> {
  return Object.keys(await states(database)).length === 0
}

async function openJobs(database: Database) {
  await database.migrate('jobs', [])
  const queue = database.jobs('jobs')
  const send = (kind: string, payload: string | number, options = {}) =>
    database
      .forSchema<object>('jobs')
      .transaction()
      .execute((transaction) => queue.send(transaction, kind, payload, options))
  return { queue, send }
}

testOnBothEngines('a job exists if and only if its transaction commits', async ({ open }) => {
  const database = await open()
  const { queue, send } = await openJobs(database)
  const rolledBack = database
    .forSchema<object>('jobs')
    .transaction()
    .execute(async (transaction) => {
      await queue.send(transaction, 'note', 'lost')
      throw new Error('changed my mind')
    })
  await assert.rejects(rolledBack, /changed my mind/)
  assert.deepEqual(await states(database), {})
  await send('note', 'kept')
  const seen: unknown[] = []
  queue.work('note', async (job) => void seen.push(job.payload), quick)
  await until(() => isEmpty(database), 'the job is done')
  assert.deepEqual(seen, ['kept'])
})

testOnBothEngines('a job is sent by the transaction of another schema', async ({ open }) => {
  const database = await open()
  const { queue } = await openJobs(database)
  await database.migrate('other', [
    { name: '0001-t', up: async (db) => void (await sql`create table t (id int)`.execute(db)) },
  ])
  await database
    .forSchema<{ t: { id: number } }>('other')
    .transaction()
    .execute(async (transaction) => {
      await transaction.insertInto('t').values({ id: 1 }).execute()
      await queue.send(transaction, 'note', 'across')
    })
  assert.deepEqual(await states(database), { waiting: 1 })
})

testOnBothEngines('each job runs once, however many replicas work', async ({ open }) => {
  const runs = new Map<string, number>()
  const replicas = await Promise.all([open(), open(), open()])
  const queues = []
  for (const database of new Set(replicas)) queues.push(await openJobs(database))
  const jobs = 60
  for (let index = 0; index < jobs; index += 1) await queues[index % queues.length]?.send('count', index)
  for (const { queue } of queues)
    queue.work(
      'count',
      async ({ payload }) => {
        runs.set(String(payload), (runs.get(String(payload)) ?? 0) + 1)
        await sleep(2)
      },
      { ...quick, concurrency: 4 },
    )
  const [database] = replicas
  if (!database) throw new Error('no replica')
  await until(() => isEmpty(database), 'all are done')
  assert.equal(runs.size, jobs)
  assert.deepEqual([...new Set(runs.values())], [1])
})

testOnBothEngines('a failed job runs again later and later, then is given up', async ({ open }) => {
  const clock = createFixedClock()
  const database = await open({ clock, logger: createCaptureLogger() })
  const { queue, send } = await openJobs(database)
  const attempts: number[] = []
  await send('fail', 'x')
  const handler = async (job: Job) => {
    attempts.push(job.attempt)
    throw new Error(`attempt ${job.attempt}`)
  }
  queue.work('fail', handler, { ...quick, maxAttempts: 3 })
  await until(() => attempts.length === 1, 'the first attempt')
  await sleep(100)
  assert.deepEqual(attempts, [1], 'the second has to wait 2 s')
  clock.advance(2)
  await until(() => attempts.length === 2, 'the second attempt')
  clock.advance(2)
  await sleep(100)
  assert.deepEqual(attempts, [1, 2], 'the third has to wait 3 s')
  clock.advance(1)
  await until(async () => (await states(database)).failed === 1, 'it is given up')
  assert.deepEqual(attempts, [1, 2, 3])

  // It can be looked at for thirty days, and goes when another is given up after that.
  clock.advance(31 * 24 * 3600)
  await send('fail', 'y')
  for (const expected of [4, 5, 6]) {
    await until(() => attempts.length === expected, `attempt ${expected}`)
    clock.advance(10)
  }
  await until(async () => (await states(database)).failed === 1, 'only the second is left')
})

testOnBothEngines('a handler that throws at once is a failed run like any other', async ({ open }) => {
  const database = await open({ logger: createCaptureLogger() })
  const { queue, send } = await openJobs(database)
  await send('throw', 'x')
  const handler = (): Promise<void> => {
    throw new Error('at once')
  }
  queue.work('throw', handler, { ...quick, maxAttempts: 1 })
  await until(async () => (await states(database)).failed === 1, 'it is given up')
})

testOnBothEngines('a job whose process died runs again when its lease is over', async ({ open }) => {
  const clock = createFixedClock()
  const database = await open({ clock })
  const { queue, send } = await openJobs(database)
  await send('orphan', 'x')
  // What a killed process leaves: a claim that nobody settles.
  await database
    .forSchema<{ job: { attempt: number; leased_until: Date } }>('jobs')
    .updateTable('job')
    .set({ attempt: 1, leased_until: new Date(clock.now().getTime() + 300_000) })
    .execute()
  const attempts: number[] = []
  queue.work('orphan', async (job) => void attempts.push(job.attempt), quick)
  await sleep(100)
  assert.deepEqual(attempts, [])
  clock.advance(301)
  await until(() => attempts.length === 1, 'it runs again')
  assert.deepEqual(attempts, [2])
})

testOnBothEngines('a key keeps a second waiting job away, and is free once the first is done', async ({ open }) => {
  const database = await open()
  const { queue, send } = await openJobs(database)
  assert.notEqual(await send('renew', 1, { key: 'signer-1' }), undefined)
  assert.equal(await send('renew', 2, { key: 'signer-1' }), undefined)
  assert.notEqual(await send('renew', 3, { key: 'signer-2' }), undefined)
  queue.work('renew', async () => {}, quick)
  await until(() => isEmpty(database), 'both are done')
  assert.notEqual(await send('renew', 4, { key: 'signer-1' }), undefined)
})

testOnBothEngines('a repeated job runs once an interval, also after a failure', async ({ open }) => {
  const clock = createFixedClock()
  const database = await open({ clock, logger: createCaptureLogger() })
  const { queue } = await openJobs(database)
  let runs = 0
  await queue.every(
    'tidy',
    60,
    async () => {
      runs += 1
      if (runs === 1) throw new Error('not this time')
    },
    quick,
  )
  await sleep(60)
  assert.equal(runs, 0)
  for (const expected of [1, 2, 3]) {
    clock.advance(61)
    await until(() => runs === expected, `run ${expected}`)
    await sleep(60)
    assert.equal(runs, expected)
  }
  assert.deepEqual(await states(database), { waiting: 1 })
})

testOnBothEngines('stop waits for the job that runs and tells it', async ({ open }) => {
  const database = await open()
  const { queue, send } = await openJobs(database)
  await send('slow', 'x')
  let ended = false
  let started = false
  queue.work(
    'slow',
    async (_job, signal) => {
      started = true
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      await sleep(30)
      ended = true
    },
    quick,
  )
  await until(() => started, 'it starts')
  await queue.stop()
  assert.ok(ended)
  assert.deepEqual(await states(database), {})
})
