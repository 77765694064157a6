import type { Selectable } from 'kysely'
import type { Db, TemporaryKeyTable } from './tables.ts'

export type TemporaryKeyRow = Selectable<TemporaryKeyTable>

export async function insertTemporaryKey(db: Db, key: TemporaryKeyRow): Promise<void> {
  await db.insertInto('temporary_key').values(key).execute()
}

/** Protocol §6: by identifier and application and scope and unexpired, or not at all. */
export function findTemporaryKey(
  db: Db,
  key: {
    readonly id: string
    readonly applicationKey: string
    readonly activationId: string | undefined
    readonly now: Date
  },
): Promise<TemporaryKeyRow | undefined> {
  const query = db
    .selectFrom('temporary_key')
    .select(['id', 'application_key', 'activation_id', 'public_key', 'private_key_sealed', 'timestamp_expires'])
    .where('id', '=', key.id)
    .where('application_key', '=', key.applicationKey)
    .where('timestamp_expires', '>', key.now)
  return (
    key.activationId === undefined
      ? query.where('activation_id', 'is', null)
      : query.where('activation_id', '=', key.activationId)
  ).executeTakeFirst()
}

export async function deleteTemporaryKey(db: Db, id: string): Promise<boolean> {
  const result = await db.deleteFrom('temporary_key').where('id', '=', id).executeTakeFirst()
  return result.numDeletedRows > 0n
}

export async function deleteTemporaryKeysOfActivation(db: Db, activationId: string): Promise<void> {
  await db.deleteFrom('temporary_key').where('activation_id', '=', activationId).execute()
}

export async function purgeTemporaryKeys(db: Db, now: Date): Promise<number> {
  const result = await db.deleteFrom('temporary_key').where('timestamp_expires', '<=', now).executeTakeFirst()
  return Number(result.numDeletedRows)
}
