import type { SignerContext } from '../context.ts'
import { rejectDocument } from '../domain/document-status.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { deleteDocument, getDocument, markRejected, type StoredDocument } from '../store/document-store.ts'
import { recordStrayBlobs } from '../store/stray-blob-store.ts'
import { discardBlob } from './upload-document.ts'

/** WAITING → REJECTED. */
export async function putRejected(context: SignerContext, documentId: string): Promise<StoredDocument> {
  const document = await getDocument(context.db, documentId)
  if (rejectDocument(document.status) === 'unchanged') return document
  if (await markRejected(context.db, documentId, context.clock.now())) return document
  // It was signed, or rejected by another call, in between: the rule is asked again.
  const current = await getDocument(context.db, documentId)
  if (rejectDocument(current.status) === 'unchanged') return current
  throw new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The document changed meanwhile')
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
