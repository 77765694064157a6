import { newClaim, resumeSigning } from '../actions/complete-signing.ts'
import type { SignerContext } from '../context.ts'
import { claimRelease, listUnfinishedReleases } from '../store/release-store.ts'

const batch = 50

/** After this long, only the caller's own call ends the work. */
const resumedForMs = 24 * 3600 * 1000

/**
 * Ends what a release began and a crash, or an authority that was away, cut short. A document at a time; running in two
 * replicas at once does no harm, since each document has one claim.
 */
export async function resumeSignings(context: SignerContext, signal?: AbortSignal): Promise<number> {
  const now = context.clock.now()
  const releasedAfter = new Date(now.getTime() - resumedForMs)
  let signed = 0
  for (const documentId of await listUnfinishedReleases(context.db, now, releasedAfter, batch)) {
    if (signal?.aborted) break
    if (await resumed(context, documentId)) signed += 1
  }
  return signed
}

async function resumed(context: SignerContext, documentId: string): Promise<boolean> {
  const claim = newClaim(context)
  if (!(await claimRelease(context.db, documentId, null, claim, context.clock.now()))) return false
  try {
    await resumeSigning(context, documentId, claim.id)
    return true
  } catch (error) {
    context.logger.warn({ err: error, documentId }, 'a released document could not be signed yet')
    return false
  }
}
