import type { CloudEnrolRequest, EnrolChallenge, PhoneSigner } from '@cloudsigner/contracts/orchestrator'
import type { Caller } from '../adapters/power-auth.ts'
import { askSigner } from '../adapters/signer-refusal.ts'
import type { OrchestratorContext } from '../context.ts'
import { requireSubject, subjectOf } from '../domain/subject.ts'
import { getUser, markEnrolled, requireActivation } from '../store/people.ts'
import { getPhoneSigner } from './phone-signer.ts'

/** External mode. A phone's CSR becomes a signer: of an activation of this bank, and with the subject that the bank knows. */
export async function enrol(context: OrchestratorContext, caller: Caller, csr: string): Promise<PhoneSigner> {
  const { activationId: signerId, userId } = caller
  await requireActivation(context.db, userId, signerId)
  const user = await getUser(context.db, userId)
  requireSubject(csr, subjectOf(user))
  await askSigner('CSR_REFUSED', () => context.signer.createSigner({ signerId, userId, csr }))
  await markEnrolled(context.db, signerId, 'EXTERNAL', context.clock.now())
  context.logger.info({ activationId: signerId, mode: 'EXTERNAL' }, 'phone enrolled')
  return getPhoneSigner(context, caller)
}

/** Cloud mode, first step: what the device signs to have its key pinned. */
export async function createEnrolChallenge(context: OrchestratorContext, caller: Caller): Promise<EnrolChallenge> {
  const { activationId: signerId, userId } = caller
  await requireActivation(context.db, userId, signerId)
  return askSigner('BINDING_REFUSED', () => context.signer.createChallenge({ signerId, userId }))
}

/**
 * Cloud mode, second step: the signer judges the device's signature, makes a key pair and has it certified for the
 * subject that the bank knows.
 */
export async function enrolInCloud(
  context: OrchestratorContext,
  caller: Caller,
  request: CloudEnrolRequest,
): Promise<PhoneSigner> {
  const { activationId: signerId, userId } = caller
  await requireActivation(context.db, userId, signerId)
  const subject = subjectOf(await getUser(context.db, userId)).rfc4514
  const { signerStatus, mode, certificate } = await askSigner('BINDING_REFUSED', () =>
    context.signer.createCloudSigner({ ...request, signerId, userId, subject }),
  )
  await markEnrolled(context.db, signerId, mode, context.clock.now())
  context.logger.info({ activationId: signerId, mode }, 'phone enrolled')
  return { signerId, mode, signerStatus, certificate }
}
