/** Events on both engines, against receivers of ours, with a clock that the test moves. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  type CallbackDestination,
  type CallbackSettings,
  type CallbackTables,
  createOutbox,
  type Database,
  type JobQueueOptions,
  makeCallbackTables,
  type Outbox,
  systemRandom,
} from '../../src/index.ts'
import {
  type CallbackReceiver,
  createCaptureLogger,
  createFixedClock,
  type FixedClock,
  openTestDatabase,
  startCallbackReceiver,
  startRealPostgres,
} from '../../src/testing/index.ts'

/** One database of each engine for all tests, and a schema for each. */
type Open = (queue?: Partial<JobQueueOptions>) => Promise<Database>
const engines: Readonly<Record<string, () => Promise<Open>>> = {
  PGlite: once(async () => {
    const database = await openTestDatabase({ clock: createFixedClock() })
    closing.push(() => database.close())
    return async () => database
  }),
  PostgreSQL: once(async () => {
    const server = await startRealPostgres()
    closing.push(() => server.stop())
    const database = await server.createDatabase()
    return (queue) => database.open(queue)
  }),
}
const closing: (() => Promise<void>)[] = []
after(async () => {
  for (const close of closing) await close()
})
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => {
    made ??= make()
    return made
  }
}
let schemas = 0

interface World {
  readonly database: Database
  readonly clock: FixedClock
  readonly logger: ReturnType<typeof createCaptureLogger>
  readonly receiver: CallbackReceiver
  /** Can be changed by a test. */
  readonly destinations: Map<string, CallbackDestination>
  readonly schema: string
  /** Another replica's connection, on the engine that can have one. */
  open(): Promise<Database>
  newOutbox(settings?: Partial<CallbackSettings>, database?: Database): Outbox
  enqueue(outbox: Outbox, subject: string, destination?: string): Promise<string>
  rows(): Promise<readonly Row[]>
}

interface Row {
  readonly id: string
  readonly subject: string
  readonly status: string
  readonly attempts: number
  readonly last_error: string | null
}

async function withWorld(open: Open, body: (world: World) => Promise<void>): Promise<void> {
  schemas += 1
  const schema = `outbox_${schemas}`
  const clock = createFixedClock()
  const logger = createCaptureLogger()
  const database = await open({ clock, logger })
  await database.migrate(schema, [{ name: '0001-callbacks', up: makeCallbackTables }])
  const receiver = await startCallbackReceiver()
  const destinations = new Map<string, CallbackDestination>([['bank', { url: receiver.url }]])
  const outboxes: Outbox[] = []
  const world: World = {
    database,
    clock,
    logger,
    receiver,
    destinations,
    schema,
    open: () => open({ clock, logger }),
    newOutbox(settings = {}, its = database) {
      const outbox = createOutbox({
        db: its.forSchema<CallbackTables>(schema),
        clock,
        logger,
        random: systemRandom,
        settings,
        destinations: { ids: async () => [...destinations.keys()], find: async (id) => destinations.get(id) },
      })
      outboxes.push(outbox)
      return outbox
    },
    enqueue: (outbox, subject, destination = 'bank') =>
      database
        .forSchema<object>(schema)
        .transaction()
        .execute((transaction) =>
          outbox.enqueue(transaction, { destination, type: 'RENEWED', subject, body: { subject } }),
        ),
    rows: () =>
      database
        .forSchema<CallbackTables>(schema)
        .selectFrom('callback_event')
        .select(['id', 'subject', 'status', 'attempts', 'last_error'])
        .orderBy('subject')
        .execute(),
  }
  try {
    await body(world)
  } finally {
    for (const outbox of outboxes) await outbox.stop()
    await receiver.close()
  }
}

function testOutbox(name: string, body: (world: World) => Promise<void>): void {
  for (const [engine, openEngine] of Object.entries(engines))
    test(`${name} (${engine})`, async () => withWorld(await openEngine(), body))
}

testOutbox('an event is sent if and only if its transaction commits', async (world) => {
  const outbox = world.newOutbox()
  const rolledBack = world.database
    .forSchema<object>(world.schema)
    .transaction()
    .execute(async (transaction) => {
      await outbox.enqueue(transaction, { destination: 'bank', type: 'RENEWED', subject: 'lost', body: {} })
      throw new Error('changed my mind')
    })
  await assert.rejects(rolledBack, /changed my mind/)
  const id = await world.enqueue(outbox, 'kept')
  assert.equal(await outbox.dispatchPending(), 1)
  assert.deepEqual(
    world.receiver.received.map(({ key, body }) => ({ key, body })),
    [{ key: id, body: { subject: 'kept' } }],
  )
  assert.equal(world.receiver.received[0]?.headers['content-type'], 'application/json')
  assert.deepEqual(await world.rows(), [{ id, subject: 'kept', status: 'COMPLETED', attempts: 1, last_error: null }])
  assert.equal(await outbox.dispatchPending(), 0)
})

testOutbox(
  'retries carry the same key, wait longer and longer, and end as FAILED, which stays visible',
  async (world) => {
    world.destinations.set('bank', { url: world.receiver.url, maxAttempts: 4 })
    const outbox = world.newOutbox()
    const id = await world.enqueue(outbox, 'a')
    world.receiver.answer = () => 503
    for (const delay of [0, 2, 3, 4.5]) {
      if (delay > 0) {
        world.clock.advance(delay - 0.001)
        assert.equal(await outbox.dispatchPending(), 0, `before ${delay} s`)
        world.clock.advance(0.001)
      }
      assert.equal(await outbox.dispatchPending(), 1, `after ${delay} s`)
    }
    world.clock.advance(3600)
    assert.equal(await outbox.dispatchPending(), 0)
    assert.deepEqual(
      world.receiver.received.map(({ key }) => key),
      [id, id, id, id],
    )
    assert.deepEqual(await world.rows(), [{ id, subject: 'a', status: 'FAILED', attempts: 4, last_error: 'HTTP 503' }])
    assert.match(world.logger.text(), /a callback was given up/)
  },
)

testOutbox('what is over is deleted after its retention, and not before', async (world) => {
  world.destinations.set('bank', { url: world.receiver.url, maxAttempts: 1, retentionSeconds: 100 })
  const outbox = world.newOutbox()
  await world.enqueue(outbox, 'done')
  await outbox.dispatchPending()
  world.receiver.answer = () => 500
  await world.enqueue(outbox, 'failed')
  await outbox.dispatchPending()
  world.destinations.delete('bank')
  await world.enqueue(outbox, 'waits')
  world.clock.advance(99)
  assert.equal(await outbox.deleteOld(), 0)
  world.clock.advance(1)
  assert.equal(await outbox.deleteOld(), 2)
  assert.deepEqual(
    (await world.rows()).map(({ subject, status }) => [subject, status]),
    [['waits', 'PENDING']],
  )
})

testOutbox('redirects are not followed, and an endless answer is not read to its end', async (world) => {
  const outbox = world.newOutbox()
  const elsewhere = await startCallbackReceiver()
  try {
    world.receiver.answer = () => 307
    world.receiver.headers = { location: elsewhere.url }
    await world.enqueue(outbox, 'redirected')
    await outbox.dispatchPending()
    assert.equal((await world.rows())[0]?.last_error, 'HTTP 307')
    assert.equal(elsewhere.received.length, 0)
  } finally {
    await elsewhere.close()
  }
  world.receiver.headers = {}
  world.receiver.content = 'x'.repeat(8 * 1024 * 1024)
  world.receiver.answer = () => 200
  world.clock.advance(2)
  await outbox.dispatchPending()
  assert.equal((await world.rows())[0]?.status, 'COMPLETED')
})

testOutbox('no answer in time is a failure', async (world) => {
  const outbox = world.newOutbox({ connectTimeoutSeconds: 0.05, responseTimeoutSeconds: 0.05 })
  const { promise, resolve } = Promise.withResolvers<number>()
  world.receiver.answer = () => promise
  await world.enqueue(outbox, 'a')
  await outbox.dispatchPending()
  assert.match((await world.rows())[0]?.last_error ?? '', /no answer in time|UND_ERR_HEADERS_TIMEOUT/)
  resolve(200)
})

testOutbox('200 failures in a row pause a destination, and one event tries after 60 s', async (world) => {
  const other = await startCallbackReceiver()
  world.destinations.set('other', { url: other.url })
  world.destinations.set('bank', { url: world.receiver.url, maxAttempts: 1000, initialBackOffSeconds: 0 })
  const outbox = world.newOutbox({ maxBackOffSeconds: 0, dispatchLimit: 1000 })
  world.receiver.answer = () => 500
  for (let each = 0; each < 10; each += 1) await world.enqueue(outbox, `b${each}`)
  await outbox.dispatchPending()
  assert.equal(world.receiver.received.length, 200)
  await world.enqueue(outbox, 'o', 'other')
  assert.equal(await outbox.dispatchPending(), 1)
  assert.equal(other.received.length, 1, 'another destination is not paused')
  world.clock.advance(59)
  assert.equal(await outbox.dispatchPending(), 0)
  world.clock.advance(1)
  assert.equal(await outbox.dispatchPending(), 1, 'one event tries')
  world.clock.advance(60)
  world.receiver.answer = () => 200
  assert.equal(await outbox.dispatchPending(), 10, 'the one was taken, and the others followed')
  assert.deepEqual(new Set((await world.rows()).map(({ status }) => status)), new Set(['COMPLETED']))
  await other.close()
})

testOutbox(
  'killed between sending and recording: sent again with the same key, once its lease is over',
  async (world) => {
    const dying = world.newOutbox()
    const id = await world.enqueue(dying, 'a')
    // As a process leaves it that is killed here: claimed and sent, nothing recorded.
    const db = world.database.forSchema<CallbackTables>(world.schema)
    const leased_until = new Date(world.clock.now().getTime() + 75_000)
    await db.updateTable('callback_event').set({ status: 'PROCESSING', attempts: 1, leased_until }).execute()
    const outbox = world.newOutbox()
    assert.equal(await outbox.dispatchPending(), 0, 'its sender may still be at it')
    world.clock.advance(74)
    assert.equal(await outbox.rerunStale(), 0)
    world.clock.advance(1)
    assert.equal(await outbox.rerunStale(), 1)
    assert.equal(await outbox.dispatchPending(), 1)
    assert.deepEqual(await world.rows(), [{ id, subject: 'a', status: 'COMPLETED', attempts: 2, last_error: null }])
  },
)

testOutbox('a sender that died during the last attempt used it up', async (world) => {
  world.destinations.set('bank', { url: world.receiver.url, maxAttempts: 1 })
  const outbox = world.newOutbox()
  await world.enqueue(outbox, 'a')
  const db = world.database.forSchema<CallbackTables>(world.schema)
  await db
    .updateTable('callback_event')
    .set({ status: 'PROCESSING', attempts: 1, leased_until: world.clock.now() })
    .execute()
  await outbox.rerunStale()
  await outbox.dispatchPending()
  assert.equal(world.receiver.received.length, 0)
  assert.deepEqual(
    (await world.rows()).map(({ status, last_error }) => ({ status, last_error })),
    [{ status: 'FAILED', last_error: 'its sender died during the last attempt' }],
  )
})

testOutbox('two dispatchers at once send each event once', async (world) => {
  const second = await world.open()
  const [a, b] = [world.newOutbox(), world.newOutbox({}, second)]
  for (let each = 0; each < 60; each += 1) await world.enqueue(a, `e${each}`)
  const [first, other] = await Promise.all([a.dispatchPending(), b.dispatchPending()])
  assert.equal(first + other, 60)
  assert.equal(new Set(world.receiver.received.map(({ key }) => key)).size, 60)
  assert.equal(world.receiver.received.length, 60)
})

testOutbox('a run takes no more than its limit of a destination', async (world) => {
  const outbox = world.newOutbox({ dispatchLimit: 5 })
  for (let each = 0; each < 12; each += 1) await world.enqueue(outbox, `e${each}`)
  assert.deepEqual([await outbox.dispatchPending(), await outbox.dispatchPending()], [5, 5])
  assert.equal(await outbox.dispatchPending(), 2)
})

testOutbox('stopped while sending: not counted, and sent by the next process', async (world) => {
  const outbox = world.newOutbox()
  const { promise, resolve } = Promise.withResolvers<number>()
  world.receiver.answer = () => promise
  await world.enqueue(outbox, 'a')
  const dispatching = outbox.dispatchPending()
  await world.receiver.until(1)
  await outbox.stop()
  await dispatching
  resolve(200)
  assert.deepEqual(
    (await world.rows()).map(({ status, attempts }) => ({ status, attempts })),
    [{ status: 'PENDING', attempts: 0 }],
  )
  world.receiver.answer = () => 200
  assert.equal(await world.newOutbox().dispatchPending(), 1)
})

testOutbox('events wait where their destination is unknown, and are given up where it is removed', async (world) => {
  const outbox = world.newOutbox()
  world.destinations.clear()
  await world.enqueue(outbox, 'a')
  assert.equal(await outbox.dispatchPending(), 0)
  assert.equal((await world.rows())[0]?.status, 'PENDING')
  await world.database
    .forSchema<object>(world.schema)
    .transaction()
    .execute((transaction) => outbox.abandon(transaction, 'bank'))
  assert.equal((await world.rows())[0]?.status, 'FAILED')
})

testOutbox('once started, events are sent right after their commit, and again when they are due', async (world) => {
  const outbox = world.newOutbox({ maxBackOffSeconds: 0 })
  const before = await world.enqueue(outbox, 'left by another process')
  await outbox.start(world.database.jobs(world.schema))
  await world.receiver.until(1)
  assert.equal(world.receiver.received[0]?.key, before)
  const statuses = [500, 200]
  world.receiver.answer = () => statuses.shift() ?? 200
  const id = await world.enqueue(outbox, 'new')
  await world.receiver.until(2)
  await world.receiver.until(3)
  assert.deepEqual(
    world.receiver.received.slice(1).map(({ key }) => key),
    [id, id],
  )
})
