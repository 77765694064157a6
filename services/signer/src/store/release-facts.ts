import type { SignerStatus } from '@cloudsigner/contracts/signer'
import { SignerProblem } from '../domain/signer-problem.ts'
import type { StoredApproval } from './approval-store.ts'
import type { Credential } from './credential-store.ts'
import type { StoredDocument } from './document-store.ts'
import type { Release } from './release-store.ts'
import { asCertificate, certificateColumns, type IssuedCertificate } from './signer-store.ts'
import type { SignerDatabase } from './tables.ts'
import { isUuid } from './uuid.ts'

/** All that rows say about an approval that is brought for a document, in one look. */
export interface ReleaseFacts {
  readonly signerStatus: SignerStatus
  readonly userId: string
  readonly certificate: IssuedCertificate
  /** null: the document is of External mode. */
  readonly credential: Credential | null
  /** Of the id that was brought, whatever document it is for; null: there is none. */
  readonly approval: StoredApproval | null
  readonly approvalUsed: boolean
  readonly operationUsed: boolean
  /** What this document was released by before. */
  readonly earlier: Release | null
}

const none = '00000000-0000-0000-0000-000000000000'

/** Throws CERTIFICATE_PROCESSING_ERROR where the certificate's or the key pair's row is gone. */
export async function getReleaseFacts(
  db: SignerDatabase,
  { documentId, signerId, certificateId }: StoredDocument,
  brought: { readonly approvalId: string; readonly operationId: string },
): Promise<ReleaseFacts> {
  const approvalId = isUuid(brought.approvalId) ? brought.approvalId : none
  const row = await db
    .selectFrom('certificate')
    .innerJoin('signer', (join) => join.on('signer.id', '=', signerId))
    .leftJoin('credential', 'credential.id', 'certificate.credential_id')
    .leftJoin('approval', (join) => join.on('approval.id', '=', approvalId))
    .leftJoin('release', (join) => join.on('release.document_id', '=', documentId))
    .where('certificate.id', '=', certificateId)
    .select(certificateColumns.map((column) => `certificate.${column}` as const))
    .select([
      'signer.status as signer_status',
      'signer.user_id',
      'credential.sealed_private_key',
      'credential.sealed_device_key',
      'approval.id as approval_id',
      'approval.to_be_signed',
      'release.approval_id as released_by',
      'release.operation_id',
      'release.signature',
      'release.signature_level',
      'release.sealed_intent',
    ])
    .select(({ exists, selectFrom }) => [
      exists(selectFrom('release as r').select('r.approval_id').where('r.approval_id', '=', approvalId)).as(
        'approval_used',
      ),
      exists(selectFrom('release as r').select('r.approval_id').where('r.operation_id', '=', brought.operationId)).as(
        'operation_used',
      ),
    ])
    .executeTakeFirst()
  if (row === undefined) throw new SignerProblem('CERTIFICATE_PROCESSING_ERROR', 'The certificate is not stored')
  const certificate = asCertificate(row)
  return {
    signerStatus: row.signer_status,
    userId: row.user_id,
    certificate,
    credential: credentialOf(certificate.credentialId, row),
    approval:
      row.approval_id === null || row.to_be_signed === null
        ? null
        : { approvalId: row.approval_id, der: row.to_be_signed },
    approvalUsed: row.approval_used === true,
    operationUsed: row.operation_used === true,
    earlier: releaseOf(documentId, row),
  }
}

function credentialOf(
  credentialId: string | null,
  row: { sealed_private_key: Uint8Array | null; sealed_device_key: Uint8Array | null },
): Credential | null {
  if (credentialId === null) return null
  if (row.sealed_device_key === null) {
    throw new SignerProblem('CERTIFICATE_PROCESSING_ERROR', 'The key pair is not stored')
  }
  return { credentialId, sealedPrivateKey: row.sealed_private_key, sealedDeviceKey: row.sealed_device_key }
}

function releaseOf(
  documentId: string,
  row: {
    released_by: string | null
    operation_id: string | null
    signature: Uint8Array | null
    signature_level: Release['level'] | null
    sealed_intent: Uint8Array | null
  },
): Release | null {
  const { released_by, operation_id, signature, signature_level, sealed_intent } = row
  // All of them or none: the columns are not null.
  if (!released_by || !operation_id || !signature || !signature_level || !sealed_intent) return null
  return {
    documentId,
    approvalId: released_by,
    operationId: operation_id,
    signature,
    level: signature_level,
    sealedIntent: sealed_intent,
  }
}
