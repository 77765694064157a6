import type { SignatureLevel } from '@cloudsigner/contracts/signer'
import type { SignerContext } from '../context.ts'
import { requireSignable } from '../domain/document-status.ts'
import { requireInForce } from '../domain/issued-certificate.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { requireActiveSigner } from '../domain/signer-status.ts'
import { damagedFile, getDocument } from '../store/document-store.ts'
import { getSigningFacts } from '../store/signing-facts.ts'
import { embed, requireNotRevoked, storeSigned, timeStampsFor } from './signed-revision.ts'

/**
 * The contract's POST /documents/{id}/signature: WAITING → SIGNED with the device's signature over `hash`. A crash
 * at any point leaves the document WAITING or SIGNED: the new segment is on the disk before the one transaction that
 * names it. Who did not hear the answer asks for the file: there is one where the document is SIGNED.
 */
export async function signDocument(
  context: SignerContext,
  documentId: string,
  signature: Uint8Array,
  level: SignatureLevel,
): Promise<void> {
  const document = await getDocument(context.db, documentId)
  const { certificate, signerStatus, damaged } = await getSigningFacts(context.db, document)
  if (certificate.credentialId !== null) {
    throw new SignerProblem(
      'ILLEGAL_OPERATION_ERROR',
      'The document is of Cloud mode: what completes it is an approval, not a signature by the device',
    )
  }
  // 1. The document waits for a signature.
  requireSignable(document, context.clock.now())
  const tsa = timeStampsFor(context, level)
  // 2. The signer may sign, with the certificate fixed at upload.
  requireActiveSigner(signerStatus)
  requireInForce(certificate, context.clock.now())
  // 3. Nothing that was stored is known to be damaged.
  if (damaged) throw damagedFile(documentId)
  // 4. The value verifies over the signed attributes under that certificate's key, and becomes the CMS.
  const revision = await embed(context, document, signature, tsa)
  // 5. The CA has not revoked it. Asked last, since it costs a call.
  await requireNotRevoked(context, certificate)
  // 6. The revision is stored, then the document is SIGNED, if it and its signer still are what they were.
  if (!(await storeSigned(context, document, { signature, level, revision }, null))) {
    const current = await getDocument(context.db, document.documentId)
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', `The document is ${current.status} and cannot be signed`)
  }
  context.logger.info({ documentId, signerId: document.signerId }, 'document signed')
}
