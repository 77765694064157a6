import type { DocumentStatus } from '@cloudsigner/contracts/signer'
import { removeDocument } from '../actions/dispose-document.ts'
import type { SignerContext } from '../context.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { listDocumentsUnchangedSince } from '../store/document-store.ts'

const batch = 500

export type Retention = Readonly<Partial<Record<DocumentStatus, number>>>

/** Deletes documents past the retention of their status (seconds since their last change; absent keeps them). */
export async function cleanDocuments(
  context: SignerContext,
  retention: Retention,
  signal?: AbortSignal,
): Promise<number> {
  let deleted = 0
  for (const status of ['WAITING', 'SIGNING', 'REJECTED', 'SIGNED'] as const) {
    // To the outside, one that is SIGNING waits.
    const seconds = retention[status === 'SIGNING' ? 'WAITING' : status]
    if (seconds === undefined) continue
    const before = new Date(context.clock.now().getTime() - seconds * 1000)
    for (;;) {
      const ids = await listDocumentsUnchangedSince(context.db, status, before, batch)
      for (const id of ids) {
        if (signal?.aborted) return deleted
        if (await removed(context, id)) deleted += 1
      }
      if (ids.length < batch) break
    }
  }
  return deleted
}

/** False where somebody else deleted it first. */
async function removed(context: SignerContext, documentId: string): Promise<boolean> {
  try {
    await removeDocument(context, documentId)
    return true
  } catch (error) {
    if (error instanceof SignerProblem && error.code === 'ERROR_RESOURCE_NOT_FOUND') return false
    throw error
  }
}
