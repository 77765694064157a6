import { renewSigner } from '../actions/renew-signer.ts'
import type { SignerContext } from '../context.ts'
import { listRenewableSigners, noteRenewalTried } from '../store/expiry-store.ts'

/** Signers in a run, and how near their certificate's end: the contract's. */
const batch = 25
const daysBefore = 14

/** Renews signers before their certificate runs out. One that cannot be renewed now has its turn again. */
export async function renewSigners(context: SignerContext, signal?: AbortSignal): Promise<number> {
  const now = context.clock.now()
  const endsBefore = new Date(now.getTime() + daysBefore * 24 * 3600 * 1000)
  let renewed = 0
  for (const signer of await listRenewableSigners(context.db, { now, endsBefore, limit: batch })) {
    if (signal?.aborted) break
    // First: whatever the CA's answer does to this process, the next run begins with others.
    await noteRenewalTried(context.db, signer.signerId, context.clock.now())
    try {
      await renewSigner(context, signer)
      renewed += 1
    } catch (error) {
      context.logger.warn(
        { err: error, signerId: signer.signerId },
        'a signer could not be renewed and will be tried again',
      )
    }
  }
  return renewed
}
