import type { CallbackOutcome } from '@cloudsigner/contracts/orchestrator'
import type { OrchestratorDatabase } from './tables.ts'

export interface ReceivedCallback {
  /** The sender's Idempotency-Key. */
  readonly key: string
  readonly source: 'signer' | 'powerauth'
  readonly type: string
  /** What it is about: a document, a signer, an activation or an operation. */
  readonly subject: string
}

/** What became of a callback that was received before; null for a new one. */
export async function findOutcome(db: OrchestratorDatabase, key: string): Promise<CallbackOutcome | null> {
  const row = await db
    .selectFrom('received_callback')
    .select('outcome')
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
  return row?.outcome ?? null
}

/** In the transaction of what it changed. One that was received twice at the same time is noted once. */
export async function noteReceived(
  db: OrchestratorDatabase,
  callback: ReceivedCallback,
  outcome: CallbackOutcome,
  at: Date,
): Promise<void> {
  await db
    .insertInto('received_callback')
    .values({
      idempotency_key: callback.key,
      source: callback.source,
      type: callback.type,
      subject: callback.subject,
      outcome,
      received_at: at,
    })
    .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
    .execute()
}

export async function forgetReceived(db: OrchestratorDatabase, before: Date): Promise<void> {
  await db.deleteFrom('received_callback').where('received_at', '<', before).execute()
}
