import type { EjbcaRevocationReason } from '@cloudsigner/contracts/ejbca'
import { type Selectable, sql } from 'kysely'
import { notRevoked, type Revocation } from '../domain/revocation.ts'
import type { AuthorityRole } from '../domain/roles.ts'
import type { CaDatabase, CaTransaction, CertificateTable } from './tables.ts'

export interface CertificateIntent {
  readonly issuer: AuthorityRole
  readonly serialNumber: string
  readonly tbsCertificate: Uint8Array
  readonly subjectDn: string
  /** Upper-case hex. */
  readonly subjectKeyIdentifier: string
  readonly username: string | null
  readonly accountBindingId: string | null
  readonly certificateProfile: string | null
  readonly endEntityProfile: string | null
  readonly notBefore: Date
  readonly notAfter: Date
  readonly issuedAt: Date
}

/** Stores what is about to be signed. */
export async function insertIntent(
  db: CaDatabase | CaTransaction,
  intent: CertificateIntent,
  certificate: Uint8Array | null = null,
): Promise<void> {
  await db
    .insertInto('certificate')
    .values({
      issuer: intent.issuer,
      serial_number: intent.serialNumber,
      tbs_certificate: intent.tbsCertificate,
      certificate,
      subject_dn: intent.subjectDn,
      subject_key_identifier: intent.subjectKeyIdentifier,
      username: intent.username,
      account_binding_id: intent.accountBindingId,
      certificate_profile: intent.certificateProfile,
      end_entity_profile: intent.endEntityProfile,
      not_before: intent.notBefore,
      not_after: intent.notAfter,
      issued_at: intent.issuedAt,
      revocation_reason: notRevoked.reason,
      revoked_at: null,
      invalidity_date: null,
      updated_at: intent.issuedAt,
    })
    .execute()
}

/**
 * Stores what is about to be signed, unless another user's certificate of this issuer is for the same key and none of this user's is; false
 * then. Of two that come at once for one key, one waits for the other.
 */
export function insertIntentOfOwnKey(db: CaDatabase, intent: CertificateIntent): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const { issuer, subjectKeyIdentifier } = intent
    await sql`select pg_advisory_xact_lock(hashtext('ca.subjectKey'), hashtext(${subjectKeyIdentifier}))`.execute(
      transaction,
    )
    const holders = await transaction
      .selectFrom('certificate')
      .select('username')
      .distinct()
      .where('issuer', '=', issuer)
      .where('subject_key_identifier', '=', subjectKeyIdentifier)
      .execute()
    if (holders.length > 0 && !holders.some(({ username }) => username === intent.username)) return false
    await insertIntent(transaction, intent)
    return true
  })
}

export async function storeCertificate(
  db: CaDatabase,
  issuer: AuthorityRole,
  serialNumber: string,
  certificate: Uint8Array,
): Promise<void> {
  await db
    .updateTable('certificate')
    .set({ certificate })
    .where('issuer', '=', issuer)
    .where('serial_number', '=', serialNumber)
    .execute()
}

/** Null for a serial number that no certificate came of. */
export async function findRevocation(
  db: CaDatabase | CaTransaction,
  issuer: AuthorityRole,
  serialNumber: string,
  lock: 'for update' | 'no lock' = 'no lock',
): Promise<Revocation | null> {
  const query = db
    .selectFrom('certificate')
    .select(['revocation_reason', 'revoked_at', 'invalidity_date'])
    .where('issuer', '=', issuer)
    .where('serial_number', '=', serialNumber)
    .where('certificate', 'is not', null)
  const row = await (lock === 'for update' ? query.forUpdate() : query).executeTakeFirst()
  return row ? toRevocation(row) : null
}

function toRevocation(
  row: Pick<Selectable<CertificateTable>, 'revocation_reason' | 'revoked_at' | 'invalidity_date'>,
): Revocation {
  return { reason: row.revocation_reason, revokedAt: row.revoked_at, invalidityDate: row.invalidity_date }
}

export async function updateRevocation(
  db: CaTransaction,
  issuer: AuthorityRole,
  serialNumber: string,
  { reason, revokedAt, invalidityDate }: Revocation,
  now: Date,
): Promise<void> {
  await db
    .updateTable('certificate')
    .set({ revocation_reason: reason, revoked_at: revokedAt, invalidity_date: invalidityDate, updated_at: now })
    .where('issuer', '=', issuer)
    .where('serial_number', '=', serialNumber)
    .execute()
}

export interface RevokedCertificate {
  readonly serialNumber: string
  readonly reason: EjbcaRevocationReason
  readonly revokedAt: Date
  readonly invalidityDate: Date | null
}

/** What a CRL lists: revoked and not yet expired when the CRL before it was made (RFC 5280 §3.3 keeps an entry one CRL past expiry). */
export async function listRevoked(
  db: CaDatabase,
  issuer: AuthorityRole,
  notExpiredAt: Date,
): Promise<readonly RevokedCertificate[]> {
  const rows = await db
    .selectFrom('certificate')
    .select(['serial_number', 'revocation_reason', 'revoked_at', 'invalidity_date'])
    .where('issuer', '=', issuer)
    .where('revoked_at', 'is not', null)
    .where('not_after', '>=', notExpiredAt)
    .orderBy('revoked_at')
    .orderBy('serial_number')
    .execute()
  return rows.flatMap(({ serial_number, revocation_reason, revoked_at, invalidity_date }) =>
    revoked_at
      ? [
          {
            serialNumber: serial_number,
            reason: revocation_reason,
            revokedAt: revoked_at,
            invalidityDate: invalidity_date,
          },
        ]
      : [],
  )
}

/** Whether some revocation of this issuer changed at or after that time. */
export async function hasChangedSince(db: CaDatabase, issuer: AuthorityRole, since: Date): Promise<boolean> {
  const row = await db
    .selectFrom('certificate')
    .select('serial_number')
    .where('issuer', '=', issuer)
    .where('updated_at', '>=', since)
    .whereRef('updated_at', '>', 'issued_at')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
