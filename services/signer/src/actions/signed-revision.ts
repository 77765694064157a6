import type { SignatureLevel } from '@cloudsigner/contracts/signer'
import { embedSignature, PadesError } from '@cloudsigner/pades'
import type { TimeStampAuthority } from '../adapters/time-stamp-authority.ts'
import { newUuid, type SignerContext } from '../context.ts'
import { signedEvent } from '../domain/signer-event.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import type { MadeSignature, StoredDocument, StoredSegment } from '../store/document-store.ts'
import { findRelease } from '../store/release-store.ts'
import { type NotSigned, recordSignature, type SignatureRecord } from '../store/signature-store.ts'
import { getSigner, type IssuedCertificate } from '../store/signer-store.ts'
import { recordStrayBlobs } from '../store/stray-blob-store.ts'
import type { SignerTransaction } from '../store/tables.ts'
import { adoptableSince, discardBlob, noLongerActive } from './upload-document.ts'

/** The authority that the level needs; null for B-B. */
export function timeStampsFor({ tsa }: SignerContext, level: SignatureLevel): TimeStampAuthority | null {
  if (level === 'PADES_B_B') return null
  if (tsa) return tsa
  throw new SignerProblem(
    'REQUEST_VALIDATION_ERROR',
    'This server has no time-stamping authority: PADES_B_B is the only level it signs at',
  )
}

/** The CA has not revoked the certificate. */
export async function requireNotRevoked(context: SignerContext, certificate: IssuedCertificate): Promise<void> {
  const revocation = await context.ca.findRevocation(certificate.issuerDn, certificate.serialNumber)
  if (revocation !== null) {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', `The signer's certificate has been revoked: ${revocation}`)
  }
}

/** The revision with its signature in it, outside of any transaction: an authority may take its time. */
export async function embed(
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

/** The document stays as it is in each of these cases. */
const embeddingSentences: Readonly<Record<string, string>> = {
  timestamp_unavailable: 'The time-stamping authority gave no token: try again, or sign at PADES_B_B',
  timestamp_invalid: 'The time-stamping authority gave a token that does not hold: try again, or sign at PADES_B_B',
  timestamp_too_large:
    'The time-stamp does not fit the space that was kept for it at the upload: sign at PADES_B_B, or upload the document again',
}

/**
 * The revision goes to the disk; then one transaction makes the document SIGNED, if its signer still may sign. False where
 * the document cannot be signed any more, or in Cloud mode the claim was lost. `claimId` is null in External mode.
 */
export async function storeSigned(
  context: SignerContext,
  document: StoredDocument,
  { revision, ...made }: MadeSignature & { readonly revision: Uint8Array },
  claimId: string | null,
): Promise<boolean> {
  const segment = await writeSegment(context, document.documentId, revision)
  try {
    const { documentId, signerId } = document
    const record = { documentId, signerId, ...made, at: context.clock.now(), segment, claimId }
    const refused = await recordAndTell(context, document, record)
    if (refused === 'signer not active') throw await noLongerActive(context.db, signerId)
    if (refused === 'blob not adopted') {
      throw new SignerProblem('DOCUMENT_SIGNING_ERROR', 'Storing the signed file took too long')
    }
    if (refused !== null) await discardBlob(context, segment.blob)
    return refused === null
  } catch (error) {
    await discardBlob(context, segment.blob)
    throw error
  }
}

/** One statement, which is one round trip; a transaction around it where somebody is to be told. */
async function recordAndTell(
  context: SignerContext,
  document: StoredDocument,
  record: SignatureRecord,
): Promise<NotSigned | null> {
  if (!context.events.wanted('DOCUMENT_SIGNED')) return recordSignature(context.db, record, adoptableSince(context))
  return context.db.transaction().execute(async (transaction) => {
    const refused = await recordSignature(transaction, record, adoptableSince(context))
    if (refused === null) {
      await tellSigned(context, transaction, document, record)
    }
    return refused
  })
}

/** With what the device sent: over the document, or over the approval that released a key kept here. */
async function tellSigned(
  { events }: SignerContext,
  transaction: SignerTransaction,
  document: StoredDocument,
  { signature, level, claimId, at }: SignatureRecord,
): Promise<void> {
  const signer = await getSigner(transaction, document.signerId)
  const release = claimId === null ? null : await findRelease(transaction, document.documentId)
  const deviceSignature = release?.signature ?? signature
  await events.tell(transaction, signedEvent(signer, document, { deviceSignature, level }, at))
}

async function writeSegment(context: SignerContext, documentId: string, revision: Uint8Array): Promise<StoredSegment> {
  // A name of its own for each attempt: of two at once, one is adopted and the other's is removed.
  const blob = `documents/${documentId}/1-${newUuid(context.crypto)}`
  await recordStrayBlobs(context.db, [blob], context.clock.now())
  await context.blobs.write(blob, [revision])
  return { blob, size: revision.length, digest: context.crypto.digest('SHA-256', revision) }
}
