import type { ActivationStatus } from '@cloudsigner/contracts/powerauth-private'
import type { Insertable, Updateable } from 'kysely'
import type { ActivationRow, ActivationTable, Db } from './tables.ts'

const columns = [
  'activation_id',
  'application_id',
  'user_id',
  'activation_code',
  'activation_status',
  'blocked_reason',
  'commit_phase',
  'otp_hash',
  'activation_name',
  'extras',
  'platform',
  'device_info',
  'external_id',
  'protocol',
  'flags',
  'failed_attempts',
  'max_failed_attempts',
  'version',
  'device_public_key',
  'server_public_key',
  'server_private_key_sealed',
  'ctr_data',
  'counter',
  'timestamp_created',
  'timestamp_expires',
  'timestamp_last_used',
  'timestamp_last_change',
] as const satisfies readonly (keyof ActivationTable)[]

/** What no column holds is no identifier: PostgreSQL refuses U+0000 in text. */
const isText = (value: string): boolean => !value.includes('\u0000')

/** False where the activation's code waits already, or its identifier exists. */
export async function insertActivation(db: Db, activation: Insertable<ActivationTable>): Promise<boolean> {
  const inserted = await db
    .insertInto('activation')
    .values(activation)
    .onConflict((conflict) => conflict.doNothing())
    .returning('activation_id')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function findActivation(db: Db, activationId: string): Promise<ActivationRow | undefined> {
  if (!isText(activationId)) return undefined
  return db.selectFrom('activation').select(columns).where('activation_id', '=', activationId).executeTakeFirst()
}

/** The row, locked until the transaction ends. */
export async function lockActivation(db: Db, activationId: string): Promise<ActivationRow | undefined> {
  if (!isText(activationId)) return undefined
  return db
    .selectFrom('activation')
    .select(columns)
    .where('activation_id', '=', activationId)
    .forUpdate()
    .executeTakeFirst()
}

export async function findWaitingActivationId(db: Db, activationCode: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('activation')
    .select('activation_id')
    .where('activation_code', '=', activationCode)
    .where('activation_status', '=', 'CREATED')
    .executeTakeFirst()
  return row?.activation_id
}

export async function updateActivation(
  db: Db,
  activationId: string,
  changes: Updateable<ActivationTable>,
): Promise<void> {
  await db.updateTable('activation').set(changes).where('activation_id', '=', activationId).execute()
}

/** Newest first. */
export function listActivationsOfUser(
  db: Db,
  filter: {
    readonly userId: string
    readonly applicationId: string | undefined
    readonly statuses: readonly ActivationStatus[] | undefined
    readonly protocols: readonly string[] | undefined
    readonly limit: number
    readonly offset: number
  },
): Promise<ActivationRow[]> {
  let query = db.selectFrom('activation').select(columns).where('user_id', '=', filter.userId)
  if (filter.applicationId !== undefined) query = query.where('application_id', '=', filter.applicationId)
  if (filter.statuses !== undefined) query = query.where('activation_status', 'in', filter.statuses)
  if (filter.protocols !== undefined) query = query.where('protocol', 'in', filter.protocols)
  return query
    .orderBy('timestamp_created', 'desc')
    .orderBy('activation_id')
    .limit(filter.limit)
    .offset(filter.offset)
    .execute()
}

export async function lookupActivations(
  db: Db,
  filter: {
    readonly userIds: readonly string[]
    readonly applicationIds: readonly string[] | undefined
    readonly lastUsedBefore: Date | undefined
    readonly lastUsedAfter: Date | undefined
    readonly status: ActivationStatus | undefined
    readonly flags: readonly string[] | undefined
  },
): Promise<ActivationRow[]> {
  let query = db.selectFrom('activation').select(columns).where('user_id', 'in', filter.userIds)
  if (filter.applicationIds !== undefined) query = query.where('application_id', 'in', filter.applicationIds)
  if (filter.lastUsedBefore !== undefined) query = query.where('timestamp_last_used', '<', filter.lastUsedBefore)
  if (filter.lastUsedAfter !== undefined) query = query.where('timestamp_last_used', '>=', filter.lastUsedAfter)
  if (filter.status !== undefined) query = query.where('activation_status', '=', filter.status)
  const rows = await query.orderBy('timestamp_created', 'desc').orderBy('activation_id').execute()
  const { flags } = filter
  return flags === undefined ? rows : rows.filter((row) => flags.every((flag) => row.flags.includes(flag)))
}

/** Waiting activations whose time is over, oldest first. */
export async function listOverdueActivationIds(db: Db, now: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('activation')
    .select('activation_id')
    .where('activation_status', 'in', ['CREATED', 'PENDING_COMMIT'])
    .where('timestamp_expires', '<=', now)
    .orderBy('timestamp_expires')
    .limit(limit)
    .execute()
  return rows.map((row) => row.activation_id)
}
