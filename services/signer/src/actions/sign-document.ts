import type { SignatureLevel } from '@cloudsigner/contracts/signer'
import { embedSignature, PadesError } from '@cloudsigner/pades'
import { newUuid, type SignerContext } from '../context.ts'
import { beginSigning } from '../domain/document-status.ts'
import { requireInForce } from '../domain/issued-certificate.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { requireActiveSigner } from '../domain/signer-status.ts'
import {
  getDocument,
  insertSegment,
  listSegments,
  markSigned,
  type StoredDocument,
  type StoredSegment,
} from '../store/document-store.ts'
import { getCertificate, getSigner, lockSigner } from '../store/signer-store.ts'
import { adoptBlob, recordStrayBlobs } from '../store/stray-blob-store.ts'
import { adoptableSince, discardBlob } from './upload-document.ts'

/**
 * The contract's POST /documents/{id}/signature: WAITING → SIGNED with the device's signature over `hash`. The same call
 * again gives the same answer. A crash at any point leaves the document WAITING or SIGNED: the new segment is on the
 * disk before the one transaction that names it.
 */
export async function signDocument(
  context: SignerContext,
  documentId: string,
  signature: Uint8Array,
  level: SignatureLevel,
): Promise<void> {
  const document = await getDocument(context.db, documentId)
  // 1. The document waits for a signature.
  if (beginSigning(document, signature, context.clock.now()) === 'repeated') return
  requireLevel(level)
  // 2. The signer may sign, with the certificate fixed at upload.
  requireActiveSigner((await getSigner(context.db, document.signerId)).status)
  const certificate = await getCertificate(context.db, document.certificateId)
  requireInForce(certificate, context.clock.now())
  // 3. Nothing that was stored is known to be damaged.
  await listSegments(context.db, documentId)
  // 4. The value verifies over the signed attributes under that certificate's key, and becomes the CMS.
  const revision = await embed(context, document, signature)
  // 5. The CA has not revoked it. Asked last, since it costs a call.
  const revocation = await context.ca.findRevocation(certificate.issuerDn, certificate.serialNumber)
  if (revocation !== null) {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', `The signer's certificate has been revoked: ${revocation}`)
  }
  // 6. The revision is stored, then the document is SIGNED, if it and its signer still are what they were.
  const segment = await writeSegment(context, documentId, revision)
  try {
    await store(context, document, segment, signature, level)
  } catch (error) {
    await discardBlob(context, segment.blob)
    if (error instanceof SignedMeanwhile) return
    throw error
  }
  context.logger.info({ documentId, signerId: document.signerId }, 'document signed')
}

function requireLevel(level: SignatureLevel): void {
  if (level === 'PADES_B_B') return
  throw new SignerProblem(
    'REQUEST_VALIDATION_ERROR',
    'This server has no time-stamping authority: PADES_B_B is the only level it signs at',
  )
}

async function embed(context: SignerContext, document: StoredDocument, signature: Uint8Array): Promise<Uint8Array> {
  try {
    return await embedSignature(document.plan, signature, { crypto: context.crypto })
  } catch (cause) {
    if (cause instanceof PadesError && cause.code === 'signature_invalid') {
      throw new SignerProblem(
        'DOCUMENT_INVALID_SIGNATURE_ERROR',
        "The signature does not verify over the document's hash under the signer's certificate",
        {},
        { cause },
      )
    }
    throw new SignerProblem('DOCUMENT_SIGNING_ERROR', 'The signed file could not be assembled', {}, { cause })
  }
}

async function writeSegment(context: SignerContext, documentId: string, revision: Uint8Array): Promise<StoredSegment> {
  // A name of its own for each attempt: of two at once, one is adopted and the other's is removed.
  const blob = `documents/${documentId}/1-${newUuid(context.crypto)}`
  await recordStrayBlobs(context.db, [blob], context.clock.now())
  await context.blobs.write(blob, [revision])
  return { blob, size: revision.length, digest: context.crypto.digest('SHA-256', revision) }
}

async function store(
  context: SignerContext,
  document: StoredDocument,
  segment: StoredSegment,
  signature: Uint8Array,
  level: SignatureLevel,
): Promise<void> {
  await context.db.transaction().execute(async (transaction) => {
    const now = context.clock.now()
    const signer = await lockSigner(transaction, document.signerId, 'share')
    requireActiveSigner(signer?.status ?? 'REMOVED')
    if (!(await markSigned(transaction, document.documentId, signature, level, now))) {
      const current = await getDocument(transaction, document.documentId)
      if (beginSigning(current, signature, now) === 'repeated') throw new SignedMeanwhile()
      throw new SignerProblem('ILLEGAL_OPERATION_ERROR', `The document is ${current.status} and cannot be signed`)
    }
    if (!(await adoptBlob(transaction, segment.blob, adoptableSince(context)))) {
      throw new SignerProblem('DOCUMENT_SIGNING_ERROR', 'Storing the signed file took too long')
    }
    await insertSegment(transaction, document.documentId, 1, segment)
  })
}

/** The same signature came twice at once and the other call won: our segment is not needed, and the answer is the same. */
class SignedMeanwhile extends Error {}
