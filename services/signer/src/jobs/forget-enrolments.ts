import type { SignerContext } from '../context.ts'
import { deleteChallenges } from '../store/challenge-store.ts'
import { deleteUncertified } from '../store/credential-store.ts'

/** An enrolment takes seconds; whatever of it is older than this is over. */
const olderThanMs = 24 * 3600 * 1000

/** Deletes challenges that are over, and key pairs that got no certificate since the CA refused or a crash came between. */
export async function forgetEnrolments(context: SignerContext): Promise<void> {
  const before = new Date(context.clock.now().getTime() - olderThanMs)
  await deleteChallenges(context.db, before)
  await deleteUncertified(context.db, before)
}
