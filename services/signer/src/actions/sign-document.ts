import type { SignatureLevel } from '@cloudsigner/contracts/signer'
import { embedSignature, PadesError } from '@cloudsigner/pades'
import type { TimeStampAuthority } from '../adapters/time-stamp-authority.ts'
import { newUuid, type SignerContext } from '../context.ts'
import { requireSignable } from '../domain/document-status.ts'
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
  // 1. The document waits for a signature.
  requireSignable(document, context.clock.now())
  const tsa = timeStampsFor(context, level)
  // 2. The signer may sign, with the certificate fixed at upload.
  requireActiveSigner((await getSigner(context.db, document.signerId)).status)
  const certificate = await getCertificate(context.db, document.certificateId)
  requireInForce(certificate, context.clock.now())
  // 3. Nothing that was stored is known to be damaged.
  await listSegments(context.db, documentId)
  // 4. The value verifies over the signed attributes under that certificate's key, and becomes the CMS.
  const revision = await embed(context, document, signature, tsa)
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
    throw error
  }
  context.logger.info({ documentId, signerId: document.signerId }, 'document signed')
}

/** The authority that the level needs; null for B-B. */
function timeStampsFor({ tsa }: SignerContext, level: SignatureLevel): TimeStampAuthority | null {
  if (level === 'PADES_B_B') return null
  if (tsa) return tsa
  throw new SignerProblem(
    'REQUEST_VALIDATION_ERROR',
    'This server has no time-stamping authority: PADES_B_B is the only level it signs at',
  )
}

/** Outside of any transaction: an authority may take its time. */
async function embed(
  { crypto }: SignerContext,
  document: StoredDocument,
  signature: Uint8Array,
  tsa: TimeStampAuthority | null,
): Promise<Uint8Array> {
  try {
    return await embedSignature(document.plan, signature, tsa ? { crypto, timeStamp: tsa.transport } : { crypto })
  } catch (cause) {
    if (cause instanceof PadesError && cause.code === 'timestamp_too_large') tsa?.forgetReservedBytes()
    throw embeddingProblem(cause)
  }
}

function embeddingProblem(cause: unknown): SignerProblem {
  const code = cause instanceof PadesError ? cause.code : null
  if (code === 'signature_invalid') {
    return new SignerProblem(
      'DOCUMENT_INVALID_SIGNATURE_ERROR',
      "The signature does not verify over the document's hash under the signer's certificate",
      {},
      { cause },
    )
  }
  return new SignerProblem('DOCUMENT_SIGNING_ERROR', embeddingSentences[code ?? ''] ?? notAssembled, {}, { cause })
}

const notAssembled = 'The signed file could not be assembled'

/** The document stays WAITING in each of these cases. */
const embeddingSentences: Readonly<Record<string, string>> = {
  timestamp_unavailable: 'The time-stamping authority gave no token: try again, or sign at PADES_B_B',
  timestamp_invalid: 'The time-stamping authority gave a token that does not hold: try again, or sign at PADES_B_B',
  timestamp_too_large:
    'The time-stamp does not fit the space that was kept for it at the upload: sign at PADES_B_B, or upload the document again',
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
      throw new SignerProblem('ILLEGAL_OPERATION_ERROR', `The document is ${current.status} and cannot be signed`)
    }
    if (!(await adoptBlob(transaction, segment.blob, adoptableSince(context)))) {
      throw new SignerProblem('DOCUMENT_SIGNING_ERROR', 'Storing the signed file took too long')
    }
    await insertSegment(transaction, document.documentId, 1, segment)
  })
}
