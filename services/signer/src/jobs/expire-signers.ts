import type { SignerContext } from '../context.ts'
import { certificateEvent } from '../domain/signer-event.ts'
import { expireSigners } from '../store/expiry-store.ts'

/** Signers in a run: what is left waits for the next. */
const batch = 1000

/** Marks signers EXPIRED whose current certificate has run out, and tells so; replicas pass each other's by. */
export async function markExpiredSigners(context: SignerContext): Promise<number> {
  const at = context.clock.now()
  const expired = await context.db.transaction().execute(async (transaction) => {
    const signers = await expireSigners(transaction, at, batch)
    for (const signer of signers) {
      await context.events.tell(transaction, certificateEvent('EXPIRED', signer, signer, at))
    }
    return signers
  })
  for (const { signerId } of expired) context.logger.info({ signerId }, 'signer expired')
  return expired.length
}
