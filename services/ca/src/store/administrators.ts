import type { CaDatabase, CaTransaction } from './tables.ts'

/** What a client certificate of the management CA is worth now. */
export interface Standing {
  readonly inForce: boolean
  readonly isAdministrator: boolean
}

/** By serial number and SHA-256 of the DER, both upper-case hex; null where the management CA issued no such certificate. */
export async function findStanding(
  db: CaDatabase,
  { serialNumber, fingerprint }: { readonly serialNumber: string; readonly fingerprint: string },
): Promise<Standing | null> {
  const row = await db
    .selectFrom('certificate')
    .leftJoin('administrator', (join) => join.on('administrator.fingerprint', '=', fingerprint))
    .select(['certificate.revocation_reason', 'administrator.fingerprint'])
    .where('certificate.issuer', '=', 'management')
    .where('certificate.serial_number', '=', serialNumber)
    .where('certificate.certificate', 'is not', null)
    .executeTakeFirst()
  if (row === undefined) return null
  return { inForce: row.revocation_reason === 'NOT_REVOKED', isAdministrator: row.fingerprint !== null }
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
