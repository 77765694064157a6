import type { EventDocument, EventSigner } from '../domain/signer-event.ts'
import type { SignerDatabase, SignerTransaction } from './tables.ts'

export interface ExpiringSigner extends EventSigner {
  readonly serialNumber: string
  readonly notAfter: Date
}

/** ACTIVE and BLOCKED signers whose current certificate has run out become EXPIRED. */
export async function expireSigners(
  transaction: SignerTransaction,
  at: Date,
  limit: number,
): Promise<readonly ExpiringSigner[]> {
  const due = await transaction
    .selectFrom('signer')
    .innerJoin('certificate', 'certificate.id', 'signer.certificate_id')
    .select(['signer.id', 'signer.user_id', 'certificate.serial_number', 'certificate.not_after'])
    .where('signer.status', 'in', ['ACTIVE', 'BLOCKED'])
    .where('certificate.not_after', '<', at)
    .limit(limit)
    .forUpdate('signer')
    .skipLocked()
    .execute()
  if (due.length === 0) return []
  await transaction
    .updateTable('signer')
    .set({ status: 'EXPIRED', changed_at: at })
    .where(
      'id',
      'in',
      due.map(({ id }) => id),
    )
    .execute()
  return due.map((row) => ({
    signerId: row.id,
    userId: row.user_id,
    serialNumber: row.serial_number,
    notAfter: row.not_after,
  }))
}

export interface RenewableSigner extends EventSigner {
  readonly certificateId: string
  /** DER of the CSR last enrolled with. */
  readonly certificationRequest: Uint8Array
}

/**
 * ACTIVE signers whose current certificate is in force and ends before `endsBefore`: those that nobody has tried yet, then
 * those whose last try is the longest ago, so that some that fail for ever keep nobody from their turn.
 */
export async function listRenewableSigners(
  db: SignerDatabase,
  { now, endsBefore, limit }: { readonly now: Date; readonly endsBefore: Date; readonly limit: number },
): Promise<readonly RenewableSigner[]> {
  const rows = await db
    .selectFrom('signer')
    .innerJoin('certificate', 'certificate.id', 'signer.certificate_id')
    .select(['signer.id', 'signer.user_id', 'signer.certificate_id', 'signer.certification_request'])
    .where('signer.status', '=', 'ACTIVE')
    .where('certificate.not_after', '>', now)
    .where('certificate.not_after', '<', endsBefore)
    .orderBy('signer.renewal_tried_at', (order) => order.asc().nullsFirst())
    .orderBy('certificate.not_after')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    signerId: row.id,
    userId: row.user_id,
    certificateId: row.certificate_id,
    certificationRequest: row.certification_request,
  }))
}

export async function noteRenewalTried(db: SignerDatabase, signerId: string, at: Date): Promise<void> {
  await db.updateTable('signer').set({ renewal_tried_at: at }).where('id', '=', signerId).execute()
}

export interface ExpiringDocument extends EventSigner, EventDocument {}

/** Documents that waited in vain and of which that has not been told: from here on they cannot be signed any more. */
export async function expireDocuments(
  transaction: SignerTransaction,
  at: Date,
  limit: number,
): Promise<readonly ExpiringDocument[]> {
  const due = await transaction
    .selectFrom('document')
    .innerJoin('signer', 'signer.id', 'document.signer_id')
    .select(['document.id', 'document.external_id', 'document.signer_id', 'signer.user_id'])
    .where('document.status', '=', 'WAITING')
    .where('document.timed_out_at', 'is', null)
    .where('document.waiting_until', '<=', at)
    .limit(limit)
    .forUpdate('document')
    .skipLocked()
    .execute()
  if (due.length === 0) return []
  await transaction
    .updateTable('document')
    .set({ timed_out_at: at })
    .where(
      'id',
      'in',
      due.map(({ id }) => id),
    )
    .execute()
  return due.map((row) => ({
    documentId: row.id,
    externalId: row.external_id,
    signerId: row.signer_id,
    userId: row.user_id,
  }))
}
