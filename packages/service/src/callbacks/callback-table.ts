import { type Generated, type Kysely, sql } from 'kysely'

export const callbackStatuses = ['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED'] as const
/** PENDING: to be sent; PROCESSING: being sent; COMPLETED: the destination took it (2xx); FAILED: given up. */
export type CallbackStatus = (typeof callbackStatuses)[number]

/** A row of `callback_event`: one event for one destination, from the transaction that caused it until it is forgotten. */
export interface CallbackEventRow {
  /** UUID; sent as the Idempotency-Key. */
  id: string
  destination: string
  /** What happened, and to what: for people and auditors that look into the table. */
  type: string
  subject: string
  /** JSON, as it is sent each time. */
  body: string
  status: CallbackStatus
  /** Begun so far. */
  attempts: Generated<number>
  next_attempt_at: Date
  /** While PROCESSING: after this moment whoever sends it must be dead. */
  leased_until: Date | null
  /** Why the last attempt failed. */
  last_error: string | null
  created_at: Date
  finished_at: Date | null
  delete_after: Date | null
}

/** A row of `callback_breaker`: destinations whose last attempt failed. */
export interface CallbackBreakerRow {
  destination: string
  failures: number
  open_until: Date | null
}

export interface CallbackTables {
  callback_event: CallbackEventRow
  callback_breaker: CallbackBreakerRow
}

/** What a service's migration makes for its outbox. */
export async function makeCallbackTables(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table callback_event (
      id text primary key,
      destination text not null,
      type text not null,
      subject text not null,
      body text not null,
      status text not null check (status in ('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED')),
      attempts integer not null default 0,
      next_attempt_at timestamptz not null,
      leased_until timestamptz,
      last_error text,
      created_at timestamptz not null,
      finished_at timestamptz,
      delete_after timestamptz,
      check ((status = 'PROCESSING') = (leased_until is not null)),
      check ((status in ('COMPLETED', 'FAILED')) = (finished_at is not null)),
      check ((finished_at is null) = (delete_after is null))
    )`.execute(db)
  await sql`create index callback_event_pending on callback_event (destination, next_attempt_at)
    where status = 'PENDING'`.execute(db)
  await sql`create index callback_event_leased on callback_event (leased_until)
    where status = 'PROCESSING'`.execute(db)
  await sql`create index callback_event_old on callback_event (delete_after)
    where delete_after is not null`.execute(db)
  await sql`
    create table callback_breaker (
      destination text primary key,
      failures integer not null check (failures > 0),
      open_until timestamptz
    )`.execute(db)
}
