import type { SignerContext } from '../context.ts'
import { expireSigners } from '../store/signer-store.ts'

/** Signers in a run: what is left waits for the next. */
const batch = 1000

/** Marks signers EXPIRED whose current certificate has run out: one statement, so that replicas do not meet. */
export async function markExpiredSigners(context: SignerContext): Promise<number> {
  const expired = await expireSigners(context.db, context.clock.now(), batch)
  for (const signerId of expired) context.logger.info({ signerId }, 'signer expired')
  return expired.length
}
