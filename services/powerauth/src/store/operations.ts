import { type RawBuilder, sql, type Updateable } from 'kysely'
import type { OperationRow, OperationTable } from './operation-tables.ts'
import type { Db } from './tables.ts'

const columns = [
  'operation_id',
  'user_id',
  'applications',
  'external_id',
  'activation_flag',
  'operation_type',
  'template_name',
  'data',
  'parameters',
  'additional_data',
  'status',
  'status_reason',
  'signature_types',
  'failure_count',
  'max_failure_count',
  'risk_flags',
  'totp_seed_sealed',
  'activation_id',
  'timestamp_created',
  'timestamp_expires',
  'timestamp_finalized',
] as const satisfies readonly (keyof OperationTable)[]

/** False where the identifier exists. */
export async function insertOperation(db: Db, operation: OperationRow): Promise<boolean> {
  const inserted = await db
    .insertInto('operation')
    .values(operation)
    .onConflict((conflict) => conflict.doNothing())
    .returning('operation_id')
    .executeTakeFirst()
  return inserted !== undefined
}

export function findOperation(db: Db, operationId: string): Promise<OperationRow | undefined> {
  return db.selectFrom('operation').select(columns).where('operation_id', '=', operationId).executeTakeFirst()
}

/** The row, locked until the transaction ends. */
export function lockOperation(db: Db, operationId: string): Promise<OperationRow | undefined> {
  return db
    .selectFrom('operation')
    .select(columns)
    .where('operation_id', '=', operationId)
    .forUpdate()
    .executeTakeFirst()
}

export async function updateOperation(db: Db, operationId: string, changes: Updateable<OperationTable>): Promise<void> {
  await db.updateTable('operation').set(changes).where('operation_id', '=', operationId).execute()
}

export interface OperationFilter {
  readonly userId?: string
  readonly externalId?: string
  /** Made for one of these at least. */
  readonly applications: readonly string[]
  /** PENDING and not expired at this moment. */
  readonly pendingAt?: Date
  /** Meant for this activation, or for any, and with a flag that the activation has, or with none. */
  readonly activation?: { readonly activationId: string; readonly flags: readonly string[] }
  readonly limit: number
  readonly offset: number
}

/** Newest first. */
export function listOperations(db: Db, filter: OperationFilter): Promise<OperationRow[]> {
  const { userId, externalId, pendingAt, activation } = filter
  let query = db.selectFrom('operation').select(columns).where(overlaps(filter.applications))
  if (userId !== undefined) query = query.where('user_id', '=', userId)
  if (externalId !== undefined) query = query.where('external_id', '=', externalId)
  if (pendingAt !== undefined) query = query.where('status', '=', 'PENDING').where('timestamp_expires', '>', pendingAt)
  if (activation !== undefined) {
    const { activationId, flags } = activation
    query = query
      .where((where) => where.or([where('activation_id', 'is', null), where('activation_id', '=', activationId)]))
      .where((where) =>
        where.or([
          where('activation_flag', 'is', null),
          ...(flags.length === 0 ? [] : [where('activation_flag', 'in', flags)]),
        ]),
      )
  }
  return query
    .orderBy('timestamp_created', 'desc')
    .orderBy('operation_id')
    .limit(filter.limit)
    .offset(filter.offset)
    .execute()
}

function overlaps(applications: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`applications && ${[...applications]}::text[]`
}

/** Operations that wait though their time is over, oldest first. */
export async function listOverdueOperationIds(db: Db, now: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('operation')
    .select('operation_id')
    .where('status', '=', 'PENDING')
    .where('timestamp_expires', '<=', now)
    .orderBy('timestamp_expires')
    .limit(limit)
    .execute()
  return rows.map((row) => row.operation_id)
}
