import type { CaDatabase, CaTransaction } from './tables.ts'

/** SHA-256 of the certificate's DER, upper-case hex. */
export async function isAdministrator(db: CaDatabase, fingerprint: string): Promise<boolean> {
  const row = await db
    .selectFrom('administrator')
    .select('fingerprint')
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirst()
  return row !== undefined
}

export async function insertAdministrator(
  db: CaTransaction,
  administrator: { readonly fingerprint: string; readonly name: string; readonly addedAt: Date },
): Promise<void> {
  const { fingerprint, name, addedAt } = administrator
  await db
    .insertInto('administrator')
    .values({ fingerprint, name, added_at: addedAt })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
