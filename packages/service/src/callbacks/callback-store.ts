import type { Kysely } from 'kysely'
import type { AnyTransaction } from '../database/database.ts'
import type { CallbackTables } from './callback-table.ts'
import type { BreakerState } from './circuit-breaker.ts'
import { closedBreaker } from './circuit-breaker.ts'

export type CallbackDb = Kysely<CallbackTables>

export interface NewEvent {
  readonly id: string
  readonly destination: string
  readonly type: string
  readonly subject: string
  readonly body: string
}

/** Inserts an event by the caller's transaction, on the outbox's own schema. */
export async function insertEvent(
  db: CallbackDb,
  transaction: AnyTransaction,
  event: NewEvent,
  now: Date,
): Promise<void> {
  const insert = db
    .insertInto('callback_event')
    .values({ ...event, status: 'PENDING', next_attempt_at: now, created_at: now })
  await transaction.executeQuery(insert)
}

export interface ClaimedEvent {
  readonly id: string
  readonly body: string
  /** This one included. */
  readonly attempt: number
}

/** Takes up to `limit` due events of a destination; rows that another replica is taking are passed over. */
export async function claimEvents(
  db: CallbackDb,
  destination: string,
  claim: { readonly limit: number; readonly now: Date; readonly leasedUntil: Date },
): Promise<readonly ClaimedEvent[]> {
  const { limit, now, leasedUntil } = claim
  const rows = await db
    // Materialised: a subquery that the planner ran twice would lock, and take, more than the limit.
    .with(
      (cte) => cte('due').materialized(),
      (query) =>
        query
          .selectFrom('callback_event')
          .select('id')
          .where('destination', '=', destination)
          .where('status', '=', 'PENDING')
          .where('next_attempt_at', '<=', now)
          .orderBy('next_attempt_at')
          .limit(limit)
          .forUpdate()
          .skipLocked(),
    )
    .updateTable('callback_event')
    .from('due')
    .set((set) => ({
      status: 'PROCESSING',
      leased_until: leasedUntil,
      attempts: set('callback_event.attempts', '+', 1),
    }))
    .whereRef('callback_event.id', '=', 'due.id')
    .returning(['callback_event.id', 'callback_event.body', 'callback_event.attempts'])
    .execute()
  return rows.map(({ id, body, attempts }) => ({ id, body, attempt: attempts }))
}

/** They were taken: so they are, even where their lease ran out and another run is at them. */
export async function recordCompleted(
  db: CallbackDb,
  ids: readonly string[],
  at: { readonly now: Date; readonly deleteAfter: Date },
): Promise<void> {
  await db
    .updateTable('callback_event')
    .set({
      status: 'COMPLETED',
      leased_until: null,
      last_error: null,
      finished_at: at.now,
      delete_after: at.deleteAfter,
    })
    .where('id', 'in', ids)
    .where('status', 'in', ['PENDING', 'PROCESSING'])
    .execute()
}

export type Setback =
  | { readonly status: 'PENDING'; readonly nextAttemptAt: Date; readonly attempts: number; readonly error: string }
  | { readonly status: 'FAILED'; readonly now: Date; readonly deleteAfter: Date; readonly error: string }

/** Nothing happens where the lease ran out and another run has begun, whose word then counts. */
export async function recordSetback(db: CallbackDb, event: ClaimedEvent, setback: Setback): Promise<void> {
  await db
    .updateTable('callback_event')
    .set({
      status: setback.status,
      leased_until: null,
      last_error: setback.error,
      ...(setback.status === 'PENDING'
        ? { next_attempt_at: setback.nextAttemptAt, attempts: setback.attempts }
        : { finished_at: setback.now, delete_after: setback.deleteAfter }),
    })
    .where('id', '=', event.id)
    .where('status', '=', 'PROCESSING')
    .where('attempts', '=', event.attempt)
    .execute()
}

/** Events whose sender must be dead (all that are PROCESSING, where `now` is null) wait again. */
export async function releaseStale(db: CallbackDb, now: Date | null, nextAttemptAt: Date): Promise<number> {
  let query = db
    .updateTable('callback_event')
    .set({ status: 'PENDING', leased_until: null, next_attempt_at: nextAttemptAt, last_error: 'its sender died' })
    .where('status', '=', 'PROCESSING')
  if (now !== null) query = query.where('leased_until', '<=', now)
  return Number((await query.executeTakeFirst()).numUpdatedRows)
}

/** PENDING events of a destination that is no more are FAILED; the caller's transaction takes the destination away. */
export async function failPending(
  db: CallbackDb,
  transaction: AnyTransaction,
  destination: string,
  at: { readonly now: Date; readonly deleteAfter: Date; readonly error: string },
): Promise<void> {
  const update = db
    .updateTable('callback_event')
    .set({ status: 'FAILED', last_error: at.error, finished_at: at.now, delete_after: at.deleteAfter })
    .where('destination', '=', destination)
    .where('status', '=', 'PENDING')
  await transaction.executeQuery(update)
}

/** Removes up to `limit` events past their retention. */
export async function deleteOld(db: CallbackDb, now: Date, limit: number): Promise<number> {
  const old = db.selectFrom('callback_event').select('id').where('delete_after', '<=', now).limit(limit)
  const result = await db.deleteFrom('callback_event').where('id', 'in', old).executeTakeFirst()
  return Number(result.numDeletedRows)
}

export async function findBreaker(db: CallbackDb, destination: string): Promise<BreakerState> {
  const row = await db
    .selectFrom('callback_breaker')
    .select(['failures', 'open_until'])
    .where('destination', '=', destination)
    .executeTakeFirst()
  return row === undefined ? closedBreaker : { failures: row.failures, openUntil: row.open_until }
}

/** Of several replicas that see a breaker half-open, one gets to write this, and to send. */
export async function reserveProbe(
  db: CallbackDb,
  destination: string,
  seen: BreakerState,
  next: BreakerState,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('callback_breaker')
    .set({ open_until: next.openUntil })
    .where('destination', '=', destination)
    .where('open_until', '=', seen.openUntil)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Advances a destination's breaker, its row locked from the reading to the writing. */
export async function advanceBreaker(
  transaction: CallbackDb,
  destination: string,
  advance: (state: BreakerState) => BreakerState,
): Promise<BreakerState> {
  const row = await transaction
    .selectFrom('callback_breaker')
    .select(['failures', 'open_until'])
    .where('destination', '=', destination)
    .forUpdate()
    .executeTakeFirst()
  const next = advance(row === undefined ? closedBreaker : { failures: row.failures, openUntil: row.open_until })
  if (next.failures === 0) {
    if (row !== undefined) {
      await transaction.deleteFrom('callback_breaker').where('destination', '=', destination).execute()
    }
    return next
  }
  await transaction
    .insertInto('callback_breaker')
    .values({ destination, failures: next.failures, open_until: next.openUntil })
    .onConflict((conflict) =>
      conflict.column('destination').doUpdateSet({ failures: next.failures, open_until: next.openUntil }),
    )
    .execute()
  return next
}
