import type { Selectable } from 'kysely'
import type { Db, UniqueValueTable } from './tables.ts'

/** Whether the value was not there yet. Two requests at once cannot both hear true: the primary key decides. */
export async function insertUniqueValue(db: Db, row: Selectable<UniqueValueTable>): Promise<boolean> {
  const inserted = await db
    .insertInto('unique_value')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('unique_value')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function purgeUniqueValues(db: Db, now: Date): Promise<number> {
  const result = await db.deleteFrom('unique_value').where('timestamp_expires', '<=', now).executeTakeFirst()
  return Number(result.numDeletedRows)
}
