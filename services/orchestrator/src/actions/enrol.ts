import type { Caller } from '../adapters/power-auth.ts'
import { askSigner } from '../adapters/signer-refusal.ts'
import type { OrchestratorContext } from '../context.ts'
import { requireSubject, subjectOf } from '../domain/subject.ts'
import { getUser, markEnrolled, requireActivation } from '../store/people.ts'

/** A phone's CSR becomes a signer: of an activation of this bank, and with the subject that the bank knows. */
export async function enrol(context: OrchestratorContext, caller: Caller, csr: string): Promise<void> {
  await requireActivation(context.db, caller.userId, caller.activationId)
  const user = await getUser(context.db, caller.userId)
  requireSubject(csr, subjectOf(user).der)
  const signerId = caller.activationId
  await askSigner('CSR_REFUSED', () => context.signer.createSigner({ signerId, userId: caller.userId, csr }))
  await markEnrolled(context.db, caller.activationId, context.clock.now())
  context.logger.info({ activationId: caller.activationId }, 'phone enrolled')
}
