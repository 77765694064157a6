import type { Insertable, Selectable } from 'kysely'
import type { ActivationHistoryTable, Db, SignatureAuditTable } from './tables.ts'

export async function insertHistory(db: Db, row: Insertable<ActivationHistoryTable>): Promise<void> {
  await db.insertInto('activation_history').values(row).execute()
}

export function listHistory(
  db: Db,
  activationId: string,
  from: Date,
  to: Date,
): Promise<Selectable<ActivationHistoryTable>[]> {
  return db
    .selectFrom('activation_history')
    .select([
      'id',
      'activation_id',
      'activation_status',
      'event_reason',
      'external_user_id',
      'activation_name',
      'version',
      'timestamp_created',
    ])
    .where('activation_id', '=', activationId)
    .where('timestamp_created', '>=', from)
    .where('timestamp_created', '<=', to)
    .orderBy('id')
    .execute()
}

export async function insertSignatureAudit(db: Db, row: Insertable<SignatureAuditTable>): Promise<void> {
  await db.insertInto('signature_audit').values(row).execute()
}

/** Newest first, at most 1000. */
export function listSignatureAudit(
  db: Db,
  filter: {
    readonly userId: string
    readonly applicationId: string | undefined
    readonly from: Date
    readonly to: Date
  },
): Promise<Selectable<SignatureAuditTable>[]> {
  let query = db
    .selectFrom('signature_audit')
    .select([
      'id',
      'activation_id',
      'application_id',
      'user_id',
      'activation_counter',
      'activation_ctr_data',
      'activation_status',
      'additional_info',
      'data',
      'signature_version',
      'signature_type',
      'signature',
      'note',
      'valid',
      'version',
      'timestamp_created',
    ])
    .where('user_id', '=', filter.userId)
    .where('timestamp_created', '>=', filter.from)
    .where('timestamp_created', '<=', filter.to)
  if (filter.applicationId !== undefined) query = query.where('application_id', '=', filter.applicationId)
  return query.orderBy('timestamp_created', 'desc').orderBy('id', 'desc').limit(1000).execute()
}
