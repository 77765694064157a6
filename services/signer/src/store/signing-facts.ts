import type { SignerStatus } from '@cloudsigner/contracts/signer'
import { SignerProblem } from '../domain/signer-problem.ts'
import type { StoredDocument } from './document-store.ts'
import { asCertificate, certificateColumns, type IssuedCertificate } from './signer-store.ts'
import type { SignerDatabase } from './tables.ts'

/** What rows beside the document's own say about whether it may be signed, in one look. */
export interface SigningFacts {
  readonly signerStatus: SignerStatus
  /** The one that was fixed at upload. */
  readonly certificate: IssuedCertificate
  /** Reading back has shown that storage damaged the file. */
  readonly damaged: boolean
}

/** Throws CERTIFICATE_PROCESSING_ERROR where the certificate's row is gone. */
export async function getSigningFacts(
  db: SignerDatabase,
  { documentId, signerId, certificateId }: StoredDocument,
): Promise<SigningFacts> {
  const row = await db
    .selectFrom('certificate')
    .innerJoin('signer', (join) => join.on('signer.id', '=', signerId))
    .where('certificate.id', '=', certificateId)
    .select(certificateColumns.map((column) => `certificate.${column}` as const))
    .select('signer.status as signer_status')
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('segment')
          .select('segment.blob')
          .where('segment.document_id', '=', documentId)
          .where('segment.intact', '=', false),
      ).as('damaged'),
    )
    .executeTakeFirst()
  if (row === undefined) throw new SignerProblem('CERTIFICATE_PROCESSING_ERROR', 'The certificate is not stored')
  return { signerStatus: row.signer_status, certificate: asCertificate(row), damaged: row.damaged === true }
}
