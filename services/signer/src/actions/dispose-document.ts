import type { SignerContext } from '../context.ts'
import { rejectDocument } from '../domain/document-status.ts'
import { endedEvent } from '../domain/signer-event.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { deleteDocument, getDocument, markRejected, type StoredDocument } from '../store/document-store.ts'
import { claimRelease } from '../store/release-store.ts'
import { getSigner } from '../store/signer-store.ts'
import { recordStrayBlobs } from '../store/stray-blob-store.ts'
import { newClaim } from './complete-signing.ts'
import { discardBlob } from './upload-document.ts'

/** WAITING → REJECTED, and SIGNING → REJECTED where nobody is at it: then nobody gets to it any more. */
export async function putRejected(context: SignerContext, documentId: string): Promise<StoredDocument> {
  const document = await getDocument(context.db, documentId)
  if (rejectDocument(document.status) === 'unchanged') return document
  if (await rejected(context, document)) return document
  // It was signed, or rejected by another call, in between: the rule is asked again.
  const current = await getDocument(context.db, documentId)
  if (rejectDocument(current.status) === 'unchanged') return current
  throw new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The document is being signed')
}

async function rejected(context: SignerContext, document: StoredDocument): Promise<boolean> {
  const { documentId } = document
  const from = document.status === 'SIGNING' ? 'SIGNING' : 'WAITING'
  const at = context.clock.now()
  return context.db.transaction().execute(async (transaction) => {
    if (from === 'SIGNING' && !(await claimRelease(transaction, documentId, null, newClaim(context), at))) return false
    if (!(await markRejected(transaction, documentId, from, at))) return false
    const signer = await getSigner(transaction, document.signerId)
    await context.events.tell(transaction, endedEvent('DOCUMENT_REJECTED', signer, document, at))
    return true
  })
}

/** Deletes a document whatever its state: its rows at once, its blobs right after, or by the sweep. */
export async function removeDocument(context: SignerContext, documentId: string): Promise<void> {
  const blobs = await context.db.transaction().execute(async (transaction) => {
    const names = await deleteDocument(transaction, documentId)
    await recordStrayBlobs(transaction, names, context.clock.now())
    return names
  })
  for (const blob of blobs) await discardBlob(context, blob)
  context.logger.info({ documentId }, 'document deleted')
}
