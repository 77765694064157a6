import { backOffSeconds } from '../back-off.ts'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import {
  advanceBreaker,
  type CallbackDb,
  type ClaimedEvent,
  claimEvents,
  findBreaker,
  recordCompleted,
  recordSetback,
  reserveProbe,
  type Setback,
} from './callback-store.ts'
import { admission, afterFailure, afterSuccess, probing } from './circuit-breaker.ts'
import { type CallbackDestination, type CallbackSettings, destinationDefaults, leaseSeconds } from './destination.ts'
import type { Delivery } from './send-callback.ts'

export interface DispatcherOptions {
  readonly db: CallbackDb
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: CallbackSettings
  /** Undefined: there is no such destination now; its events wait. */
  readonly find: (destination: string) => Promise<CallbackDestination | undefined>
  readonly send: (
    destination: string,
    how: CallbackDestination,
    event: ClaimedEvent,
    signal: AbortSignal,
  ) => Promise<Delivery>
}

export interface Dispatched {
  /** Events that were taken up. */
  readonly events: number
  /** When a failed one is to be sent again; undefined where none failed. */
  readonly retryAt: Date | undefined
}

interface Result {
  readonly event: ClaimedEvent
  readonly delivery: Delivery
}

const nothing: Dispatched = { events: 0, retryAt: undefined }

/**
 * Sends up to `limit` due events of one destination, some at a time. Claim, HTTP and record are three steps, and none of
 * them holds a transaction while another works: whoever is killed in between leaves a lease that runs out.
 */
export async function dispatchEvents(
  options: DispatcherOptions,
  destination: string,
  limit: number,
  signal: AbortSignal,
): Promise<Dispatched> {
  const how = await options.find(destination)
  if (how === undefined) return nothing
  let events = 0
  let retryAt: Date | undefined
  while (events < limit && !signal.aborted) {
    const { batch, closedUntil, wasClosed } = await claim(options, destination, limit - events)
    if (closedUntil !== undefined) retryAt = earlier(retryAt, closedUntil)
    if (batch.length === 0) break
    const results = await Promise.all(
      batch.map(async (event) => ({ event, delivery: await deliver(options, destination, how, event, signal) })),
    )
    const next = await record(options, destination, how, { results, wasClosed }, signal)
    events += batch.length
    if (next !== undefined) retryAt = earlier(retryAt, next)
  }
  return { events, retryAt }
}

interface Claimed {
  readonly batch: readonly ClaimedEvent[]
  /** The breaker was closed, and no failure counted. */
  readonly wasClosed: boolean
  /** Nobody sends until then. */
  readonly closedUntil?: Date
}

/** As many events as the breaker admits. */
async function claim({ db, clock, settings }: DispatcherOptions, destination: string, limit: number): Promise<Claimed> {
  const now = clock.now()
  const leasedUntil = new Date(now.getTime() + leaseSeconds(settings) * 1000)
  const breaker = await findBreaker(db, destination)
  const wasClosed = breaker.failures === 0
  switch (admission(breaker, now)) {
    case 'none':
      return { batch: [], wasClosed, ...(breaker.openUntil === null ? {} : { closedUntil: breaker.openUntil }) }
    case 'one': {
      const probe = probing(breaker, leasedUntil)
      if (!(await reserveProbe(db, destination, breaker, probe))) return { batch: [], wasClosed }
      const batch = await claimEvents(db, destination, { limit: 1, now, leasedUntil })
      // Nothing is due: whoever has something may try.
      if (batch.length === 0) await reserveProbe(db, destination, probe, breaker)
      return { batch, wasClosed }
    }
    case 'all': {
      const batch = Math.min(limit, settings.concurrency)
      return { batch: await claimEvents(db, destination, { limit: batch, now, leasedUntil }), wasClosed }
    }
  }
}

const earlier = (a: Date | undefined, b: Date): Date => (a !== undefined && a < b ? a : b)

async function deliver(
  options: DispatcherOptions,
  destination: string,
  how: CallbackDestination,
  event: ClaimedEvent,
  signal: AbortSignal,
): Promise<Delivery> {
  // A sender that died during the last attempt used it up.
  if (event.attempt > maxAttemptsOf(how)) return { delivered: false, error: 'its sender died during the last attempt' }
  return options.send(destination, how, event, signal)
}

/** Events and breaker in one transaction. Resolves with when the first of the failed is due. */
async function record(
  options: DispatcherOptions,
  destination: string,
  how: CallbackDestination,
  { results, wasClosed }: { readonly results: readonly Result[]; readonly wasClosed: boolean },
  signal: AbortSignal,
): Promise<Date | undefined> {
  const { db, clock, settings } = options
  const now = clock.now()
  const completed = results.filter(({ delivery }) => delivery.delivered).map(({ event }) => event.id)
  const setbacks = results.flatMap(({ event, delivery }) =>
    delivery.delivered ? [] : [{ event, setback: setbackOf(options, how, event, delivery.error, now, signal.aborted) }],
  )
  // The common case, in one statement: there is nothing to count.
  if (setbacks.length === 0 && wasClosed) {
    await recordCompleted(db, completed, { now, deleteAfter: deleteAfterOf(how, now) })
    return undefined
  }
  for (const { event, setback } of setbacks) logSetback(options, destination, event, setback)
  await db.transaction().execute(async (transaction) => {
    if (completed.length > 0) {
      await recordCompleted(transaction, completed, { now, deleteAfter: deleteAfterOf(how, now) })
    }
    for (const { event, setback } of setbacks) await recordSetback(transaction, event, setback)
    if (signal.aborted) return
    await advanceBreaker(transaction, destination, (before) =>
      results.reduce(
        (state, { delivery }) => (delivery.delivered ? afterSuccess() : afterFailure(state, now, settings)),
        before,
      ),
    )
  })
  const due = setbacks.flatMap(({ setback }) => (setback.status === 'PENDING' ? [setback.nextAttemptAt] : []))
  return due.toSorted((a, b) => a.getTime() - b.getTime())[0]
}

function setbackOf(
  { settings }: DispatcherOptions,
  how: CallbackDestination,
  event: ClaimedEvent,
  error: string,
  now: Date,
  stopped: boolean,
): Setback {
  // Broken off by our own end: not the destination's fault, and not counted.
  if (stopped) return { status: 'PENDING', nextAttemptAt: now, attempts: event.attempt - 1, error }
  if (event.attempt >= maxAttemptsOf(how)) return { status: 'FAILED', now, deleteAfter: deleteAfterOf(how, now), error }
  const seconds = backOffSeconds(event.attempt, {
    initialSeconds: how.initialBackOffSeconds ?? destinationDefaults.initialBackOffSeconds,
    multiplier: settings.backOffMultiplier,
    maxSeconds: settings.maxBackOffSeconds,
  })
  return {
    status: 'PENDING',
    nextAttemptAt: new Date(now.getTime() + seconds * 1000),
    attempts: event.attempt,
    error,
  }
}

function logSetback(
  { logger }: DispatcherOptions,
  destination: string,
  { id, attempt }: ClaimedEvent,
  { status, error }: Setback,
): void {
  const facts = { callback: id, destination, attempt, reason: error }
  if (status === 'FAILED') logger.error(facts, 'a callback was given up')
  else logger.info(facts, 'a callback was not delivered and will be sent again')
}

function maxAttemptsOf(how: CallbackDestination): number {
  return how.maxAttempts ?? destinationDefaults.maxAttempts
}

export function deleteAfterOf(how: CallbackDestination, now: Date): Date {
  return new Date(now.getTime() + (how.retentionSeconds ?? destinationDefaults.retentionSeconds) * 1000)
}
