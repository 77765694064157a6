import type { SignerDatabase } from './tables.ts'

/**
 * Says that a blob is about to be written (or is not needed any more). From here on it is swept when old enough, unless
 * `adoptBlob` takes it in the transaction that writes the segment's row: so a process killed at any point leaves no
 * blob that nothing remembers.
 */
export async function recordStrayBlobs(db: SignerDatabase, names: readonly string[], since: Date): Promise<void> {
  if (names.length === 0) return
  await db
    .insertInto('stray_blob')
    .values(names.map((name) => ({ name, since })))
    .execute()
}

/** False where the blob is so old that a sweep may be at it: its segment must not be written then. */
export async function adoptBlob(db: SignerDatabase, name: string, youngerThan: Date): Promise<boolean> {
  const result = await db
    .deleteFrom('stray_blob')
    .where('name', '=', name)
    .where('since', '>', youngerThan)
    .executeTakeFirst()
  return result.numDeletedRows === 1n
}

/**
 * Whether no segment names the blob. Waits for a transaction that is adopting it: where the answer to a commit got lost,
 * only the database knows whether it happened.
 */
export async function isStrayBlob(db: SignerDatabase, name: string): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('stray_blob')
      .select('name')
      .where('name', '=', name)
      .forUpdate()
      .executeTakeFirst()
    return row !== undefined
  })
}

export async function forgetBlob(db: SignerDatabase, name: string): Promise<void> {
  await db.deleteFrom('stray_blob').where('name', '=', name).execute()
}

export async function listStrayBlobs(db: SignerDatabase, before: Date, limit: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('stray_blob')
    .select('name')
    .where('since', '<', before)
    .orderBy('since')
    .limit(limit)
    .execute()
  return rows.map(({ name }) => name)
}
