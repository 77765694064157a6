import { type Kysely, sql } from 'kysely'
import type { AnyTransaction } from '../database/database.ts'
import type { Job, JsonValue, SendOptions } from './job-queue.ts'
import type { JobTables } from './job-table.ts'

/** Written out, not a parameter: a prepared statement finds the partial indexes by it. */
const waiting = sql.lit<'waiting'>('waiting')

export interface NewJob extends SendOptions {
  readonly id: string
  readonly kind: string
  readonly payload: JsonValue
}

/** Inserts a job by the caller's transaction; false where a waiting job has its key. */
export async function insertJob(
  jobs: Kysely<JobTables>,
  transaction: AnyTransaction,
  job: NewJob,
  now: Date,
): Promise<boolean> {
  // Compiled on the queue's own schema, executed by whichever schema's transaction the caller has open.
  const insert = jobs
    .insertInto('job')
    .values({
      id: job.id,
      kind: job.kind,
      payload: JSON.stringify(job.payload),
      state: 'waiting',
      unique_key: job.key ?? null,
      not_before: job.notBefore ?? now,
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['kind', 'unique_key']).where('state', '=', waiting).doNothing())
    .returning('id')
  const { rows } = await transaction.executeQuery(insert)
  return rows.length > 0
}

export interface Claim {
  readonly limit: number
  readonly now: Date
  readonly leasedUntil: Date
}

/** Takes up to `limit` due jobs that nobody runs: rows another replica is taking are passed over. */
export async function claimJobs(jobs: Kysely<JobTables>, kind: string, claim: Claim): Promise<readonly Job[]> {
  const { now, leasedUntil, limit } = claim
  // Materialised: a subquery that the planner ran twice would lock, and take, more than the limit.
  return await jobs
    .with(
      (cte) => cte('due').materialized(),
      (query) =>
        query
          .selectFrom('job')
          .select('id')
          .where('kind', '=', kind)
          .where('state', '=', waiting)
          .where('not_before', '<=', now)
          .where((or) => or.or([or('leased_until', 'is', null), or('leased_until', '<=', now)]))
          .orderBy('not_before')
          .limit(limit)
          .forUpdate()
          .skipLocked(),
    )
    .updateTable('job')
    .from('due')
    .set((set) => ({ leased_until: leasedUntil, attempt: set('job.attempt', '+', 1) }))
    .whereRef('job.id', '=', 'due.id')
    .returning(['job.id', 'job.kind', sql<JsonValue>`payload`.as('payload'), 'job.attempt'])
    .execute()
}

export type Outcome =
  | { readonly state: 'done' }
  | { readonly state: 'failed'; readonly error: string }
  | { readonly state: 'waiting'; readonly notBefore: Date; readonly attempt: number; readonly error: string | null }

/**
 * Records how a run ended: a job that is done is no longer there, one that was given up stays to be looked at. False
 * where its lease ran out and another run has begun, whose word then counts.
 */
export async function settleJob(jobs: Kysely<JobTables>, job: Job, outcome: Outcome, now: Date): Promise<boolean> {
  if (outcome.state === 'done') {
    const { numDeletedRows } = await jobs
      .deleteFrom('job')
      .where('id', '=', job.id)
      .where('attempt', '=', job.attempt)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }
  const again = outcome.state === 'waiting'
  const { numUpdatedRows } = await jobs
    .updateTable('job')
    .set({
      state: outcome.state,
      leased_until: null,
      last_error: outcome.error,
      ...(again ? { not_before: outcome.notBefore, attempt: outcome.attempt } : { finished_at: now }),
    })
    .where('id', '=', job.id)
    .where('state', '=', waiting)
    .where('attempt', '=', job.attempt)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Removes jobs of a kind that were given up before `before`. */
export async function purgeFailedJobs(jobs: Kysely<JobTables>, kind: string, before: Date): Promise<void> {
  await jobs
    .deleteFrom('job')
    .where('kind', '=', kind)
    .where('state', '=', 'failed')
    .where('finished_at', '<', before)
    .execute()
}
