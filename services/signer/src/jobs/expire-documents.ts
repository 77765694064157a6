import type { SignerContext } from '../context.ts'
import { endedEvent } from '../domain/signer-event.ts'
import { expireDocuments } from '../store/expiry-store.ts'

/** Documents in a transaction. */
const batch = 200

/** Tells of documents that nobody signed in time. They stay WAITING, as the contract has it, and may still be rejected. */
export async function tellExpiredDocuments(context: SignerContext, signal?: AbortSignal): Promise<number> {
  let told = 0
  for (;;) {
    const at = context.clock.now()
    const expired = await context.db.transaction().execute(async (transaction) => {
      const documents = await expireDocuments(transaction, at, batch)
      for (const document of documents) {
        await context.events.tell(transaction, endedEvent('DOCUMENT_EXPIRED', document, document, at))
      }
      return documents
    })
    told += expired.length
    if (expired.length < batch || signal?.aborted) return told
  }
}
