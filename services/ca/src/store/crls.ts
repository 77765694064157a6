import type { AuthorityRole } from '../domain/roles.ts'
import type { CaDatabase } from './tables.ts'

export interface StoredCrl {
  readonly number: number
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** DER. */
  readonly crl: Uint8Array
}

/** Null before the first. */
export async function findLatestCrl(db: CaDatabase, issuer: AuthorityRole): Promise<StoredCrl | null> {
  const row = await db
    .selectFrom('crl')
    .select(['number', 'this_update', 'next_update', 'crl'])
    .where('issuer', '=', issuer)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? { number: row.number, thisUpdate: row.this_update, nextUpdate: row.next_update, crl: row.crl } : null
}

/** False where another replica took the number first. */
export async function insertCrl(db: CaDatabase, issuer: AuthorityRole, crl: StoredCrl): Promise<boolean> {
  const inserted = await db
    .insertInto('crl')
    .values({
      issuer,
      number: crl.number,
      this_update: crl.thisUpdate,
      next_update: crl.nextUpdate,
      crl: crl.crl,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('number')
    .execute()
  return inserted.length === 1
}

/** Those that ended before; the latest one stays whatever its age. */
export async function deleteOldCrls(
  db: CaDatabase,
  issuer: AuthorityRole,
  endedBefore: Date,
  latest: number,
): Promise<void> {
  await db
    .deleteFrom('crl')
    .where('issuer', '=', issuer)
    .where('next_update', '<', endedBefore)
    .where('number', '<', latest)
    .execute()
}
