import type { RevocationReason, SignerStatus } from '@cloudsigner/contracts/signer'
import { SignerProblem } from '../domain/signer-problem.ts'
import type { SignerDatabase, SignerTransaction } from './tables.ts'

export interface Signer {
  readonly signerId: string
  readonly userId: string
  readonly status: SignerStatus
  readonly certificateId: string
}

export interface IssuedCertificate {
  readonly id: string
  /** Of Cloud mode: the key pair that is kept here. null: the device keeps it. */
  readonly credentialId: string | null
  readonly issuerDn: string
  readonly serialNumber: string
  readonly der: Uint8Array
  readonly chain: readonly Uint8Array[]
  readonly notBefore: Date
  readonly notAfter: Date
}

export async function findSigner(db: SignerDatabase, signerId: string): Promise<Signer | null> {
  const row = await db
    .selectFrom('signer')
    .select(['id', 'user_id', 'status', 'certificate_id'])
    .where('id', '=', signerId)
    .executeTakeFirst()
  return row === undefined ? null : asSigner(row)
}

/** Throws ERROR_RESOURCE_NOT_FOUND. */
export async function getSigner(db: SignerDatabase, signerId: string): Promise<Signer> {
  const found = await findSigner(db, signerId)
  if (found === null) throw unknownSigner(signerId)
  return found
}

/** Takes the signer's row for this transaction: `share` holds its status still, `update` is about to change it. */
export async function lockSigner(
  transaction: SignerTransaction,
  signerId: string,
  lock: 'share' | 'update',
): Promise<Signer | null> {
  const query = transaction
    .selectFrom('signer')
    .select(['id', 'user_id', 'status', 'certificate_id'])
    .where('id', '=', signerId)
  const row = await (lock === 'share' ? query.forShare() : query.forUpdate()).executeTakeFirst()
  return row === undefined ? null : asSigner(row)
}

function asSigner(row: { id: string; user_id: string; status: SignerStatus; certificate_id: string }): Signer {
  return { signerId: row.id, userId: row.user_id, status: row.status, certificateId: row.certificate_id }
}

export function unknownSigner(signerId: string): SignerProblem {
  return new SignerProblem('ERROR_RESOURCE_NOT_FOUND', 'There is no such signer', { signerId })
}

export interface Enrolment {
  readonly signerId: string
  readonly userId: string
  /** DER. */
  readonly certificationRequest: Uint8Array
  readonly certificate: IssuedCertificate
  readonly at: Date
}

/** False where another call made the signer meanwhile; this one has waited for its transaction to end. */
export async function insertSigner(transaction: SignerTransaction, enrolment: Enrolment): Promise<boolean> {
  const result = await transaction
    .insertInto('signer')
    .values({
      id: enrolment.signerId,
      user_id: enrolment.userId,
      status: 'ACTIVE',
      certification_request: enrolment.certificationRequest,
      certificate_id: enrolment.certificate.id,
      created_at: enrolment.at,
      changed_at: enrolment.at,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function setCurrentCertificate(transaction: SignerTransaction, enrolment: Enrolment): Promise<void> {
  await transaction
    .updateTable('signer')
    .set({
      certification_request: enrolment.certificationRequest,
      certificate_id: enrolment.certificate.id,
      changed_at: enrolment.at,
    })
    .where('id', '=', enrolment.signerId)
    .execute()
}

export async function insertCertificate(transaction: SignerTransaction, enrolment: Enrolment): Promise<void> {
  const { certificate } = enrolment
  await transaction
    .insertInto('certificate')
    .values({
      id: certificate.id,
      credential_id: certificate.credentialId,
      signer_id: enrolment.signerId,
      issuer_dn: certificate.issuerDn,
      serial_number: certificate.serialNumber,
      certificate: certificate.der,
      chain: JSON.stringify(certificate.chain.map((der) => Buffer.from(der).toString('base64'))),
      not_before: certificate.notBefore,
      not_after: certificate.notAfter,
      issued_at: enrolment.at,
    })
    .execute()
}

export async function setSignerStatus(
  transaction: SignerTransaction,
  signerId: string,
  status: SignerStatus,
  at: Date,
): Promise<void> {
  await transaction.updateTable('signer').set({ status, changed_at: at }).where('id', '=', signerId).execute()
}

export const certificateColumns = [
  'id',
  'credential_id',
  'issuer_dn',
  'serial_number',
  'certificate',
  'chain',
  'not_before',
  'not_after',
] as const

/** Throws CERTIFICATE_PROCESSING_ERROR where the row is gone. */
export async function getCertificate(db: SignerDatabase, certificateId: string): Promise<IssuedCertificate> {
  const row = await db
    .selectFrom('certificate')
    .select(certificateColumns)
    .where('id', '=', certificateId)
    .executeTakeFirst()
  if (row === undefined) throw new SignerProblem('CERTIFICATE_PROCESSING_ERROR', 'The certificate is not stored')
  return asCertificate(row)
}

/** The signer and its current certificate. Throws ERROR_RESOURCE_NOT_FOUND. */
export async function getSignerAndCertificate(
  db: SignerDatabase,
  signerId: string,
): Promise<{ readonly signer: Signer; readonly certificate: IssuedCertificate }> {
  const row = await db
    .selectFrom('signer')
    .innerJoin('certificate', 'certificate.id', 'signer.certificate_id')
    .select(['signer.user_id', 'signer.status'])
    .select(certificateColumns.map((column) => `certificate.${column}` as const))
    .where('signer.id', '=', signerId)
    .executeTakeFirst()
  if (row === undefined) throw unknownSigner(signerId)
  return {
    signer: { signerId, userId: row.user_id, status: row.status, certificateId: row.id },
    certificate: asCertificate(row),
  }
}

/** Certificates of a signer that no one has revoked and that have not expired. */
export async function listValidCertificates(
  db: SignerDatabase,
  signerId: string,
  at: Date,
): Promise<readonly IssuedCertificate[]> {
  const rows = await db
    .selectFrom('certificate')
    .select(certificateColumns)
    .where('signer_id', '=', signerId)
    .where('revoked_at', 'is', null)
    .where('not_after', '>', at)
    .orderBy('issued_at')
    .execute()
  return rows.map(asCertificate)
}

export async function recordRevocation(
  db: SignerDatabase,
  certificateId: string,
  reason: RevocationReason,
  at: Date,
): Promise<void> {
  await db
    .updateTable('certificate')
    .set({ revoked_at: at, revocation_reason: reason })
    .where('id', '=', certificateId)
    .execute()
}

export function asCertificate(row: {
  id: string
  credential_id: string | null
  issuer_dn: string
  serial_number: string
  certificate: Uint8Array
  chain: readonly string[]
  not_before: Date
  not_after: Date
}): IssuedCertificate {
  return {
    id: row.id,
    credentialId: row.credential_id,
    issuerDn: row.issuer_dn,
    serialNumber: row.serial_number,
    der: row.certificate,
    chain: row.chain.map((base64) => new Uint8Array(Buffer.from(base64, 'base64'))),
    notBefore: row.not_before,
    notAfter: row.not_after,
  }
}

/** Notes the revocation of a certificate that is stored, however its issuer is spelled there; the CA may know others. */
export async function recordRevocationOf(
  db: SignerDatabase,
  certificate: Uint8Array,
  reason: RevocationReason,
  at: Date,
): Promise<void> {
  await db
    .updateTable('certificate')
    .set({ revoked_at: at, revocation_reason: reason })
    .where('certificate', '=', certificate)
    .where('revoked_at', 'is', null)
    .execute()
}
