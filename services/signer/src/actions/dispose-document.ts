import type { SignerContext } from '../context.ts'
import { rejectDocument } from '../domain/document-status.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { deleteDocument, getDocument, markRejected, type StoredDocument } from '../store/document-store.ts'
import { claimRelease } from '../store/release-store.ts'
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

async function rejected(context: SignerContext, { documentId, status }: StoredDocument): Promise<boolean> {
  const at = context.clock.now()
  if (status !== 'SIGNING') return markRejected(context.db, documentId, 'WAITING', at)
  return context.db
    .transaction()
    .execute(
      async (transaction) =>
        (await claimRelease(transaction, documentId, null, newClaim(context), at)) &&
        markRejected(transaction, documentId, 'SIGNING', at),
    )
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
