import type { Clock } from '../clock.ts'
import type { AnyTransaction } from '../database/database.ts'
import type { JobQueue, JsonValue } from '../jobs/job-queue.ts'
import type { Logger } from '../logger.ts'
import { newUuid, type Random } from '../random.ts'
import { type CallbackDb, deleteOld, failPending, insertEvent, releaseStale } from './callback-store.ts'
import {
  type CallbackDestination,
  type CallbackSettings,
  callbackDefaults,
  destinationDefaults,
} from './destination.ts'
import { type DispatcherOptions, dispatchEvents } from './dispatcher.ts'
import { createSenderPool } from './sender-pool.ts'
import { createWaker, type Waker } from './waker.ts'

/** Where a service's events can go. */
export interface CallbackDestinations {
  /** Those that events are sent to now. */
  ids(): Promise<readonly string[]>
  /** Undefined where there is no such destination (any more): its events wait. */
  find(id: string): Promise<CallbackDestination | undefined>
}

export interface OutboxOptions {
  /** Of the service's schema; its migrations have called `makeCallbackTables`. */
  readonly db: CallbackDb
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly destinations: CallbackDestinations
  readonly settings?: Partial<CallbackSettings>
}

export interface CallbackEvent {
  readonly destination: string
  /** What happened, and the identifier of what it happened to. */
  readonly type: string
  readonly subject: string
  readonly body: { readonly [member: string]: JsonValue | undefined }
}

/**
 * Events that a service owes to the outside. An event exists if and only if the transaction commits that enqueued it; from
 * then on it is sent at least once, always with the same Idempotency-Key, until its destination takes it or its attempts
 * are used up. What became of each is told by the table `callback_event`.
 */
export interface Outbox {
  /** As part of `transaction`. Resolves with the Idempotency-Key. */
  enqueue(transaction: AnyTransaction, event: CallbackEvent): Promise<string>
  /** Takes part in the sending: at once after an event, and by the jobs of the contract. */
  start(jobs: JobQueue, options?: StartOptions): Promise<void>
  /** One run of the job "dispatch pending"; the number of events taken up. */
  dispatchPending(signal?: AbortSignal): Promise<number>
  /** One run of the job "rerun stale": events whose sender died wait again. */
  rerunStale(): Promise<number>
  /** One run of the job "delete old". */
  deleteOld(): Promise<number>
  /** Gives up what waits for a destination, in the transaction that takes the destination away. */
  abandon(transaction: AnyTransaction, destination: string): Promise<void>
  /** Breaks off what is being sent, which others will send again, and closes connections. */
  stop(): Promise<void>
}

export interface StartOptions {
  /** No other process works on this database, so what is PROCESSING at the start is nobody's. */
  readonly alone?: boolean
}

const minute = 60
const deletedAtOnce = 1000

export function createOutbox(options: OutboxOptions): Outbox {
  const { db, clock, random, logger, destinations } = options
  const settings = { ...callbackDefaults, ...options.settings }
  const stopping = new AbortController()
  const senders = createSenderPool(settings, clock)
  const dispatching: DispatcherOptions = {
    db,
    clock,
    logger,
    settings,
    find: (id) => destinations.find(id),
    send: (id, how, event, signal) => senders.of(id, how).send(event.id, event.body, signal),
  }
  let waker: Waker | undefined

  async function dispatchPending(signal: AbortSignal = stopping.signal): Promise<number> {
    // A destination that does not answer keeps nobody waiting but its own events.
    const share = await Promise.allSettled(
      (await destinations.ids()).map((id) => dispatchEvents(dispatching, id, settings.dispatchLimit, signal)),
    )
    const failed = share.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    return share.reduce((sum, result) => sum + (result.status === 'fulfilled' ? result.value.events : 0), 0)
  }
  async function rerunStale(alone = false): Promise<number> {
    const now = clock.now()
    const released = await releaseStale(db, alone ? null : now, now)
    if (released > 0) logger.warn({ released }, 'callbacks whose sender died are sent again')
    return released
  }
  async function deleteAllOld(): Promise<number> {
    let deleted = 0
    for (;;) {
      const now = await deleteOld(db, clock.now(), deletedAtOnce)
      deleted += now
      if (now < deletedAtOnce || stopping.signal.aborted) return deleted
    }
  }

  return {
    async enqueue(transaction, { destination, type, subject, body }) {
      const id = newUuid(random)
      const event = { id, destination, type, subject, body: JSON.stringify(body) }
      await insertEvent(db, transaction, event, clock.now())
      waker?.enqueued(destination)
      return id
    },
    async start(jobs, { alone = false } = {}) {
      waker = createWaker({
        clock,
        logger,
        dispatch: (id) => dispatchEvents(dispatching, id, settings.dispatchLimit, stopping.signal),
        limit: settings.dispatchLimit,
      })
      await rerunStale(alone)
      for (const id of await destinations.ids()) waker.wake(id)
      await jobs.every('callbacks-dispatch', minute, async (_job, signal) => {
        await dispatchPending(AbortSignal.any([signal, stopping.signal]))
      })
      await jobs.every('callbacks-clean-up', 5 * minute, async () => {
        await rerunStale()
        await deleteAllOld()
      })
    },
    dispatchPending,
    rerunStale: () => rerunStale(),
    deleteOld: deleteAllOld,
    async abandon(transaction, destination) {
      const now = clock.now()
      const deleteAfter = new Date(now.getTime() + destinationDefaults.retentionSeconds * 1000)
      await failPending(db, transaction, destination, { now, deleteAfter, error: 'its destination was removed' })
    },
    async stop() {
      stopping.abort()
      await waker?.stop()
      await senders.close()
    },
  }
}
