import { askSigner } from '../adapters/signer-refusal.ts'
import type { OrchestratorContext } from '../context.ts'
import { Problem } from '../domain/problem.ts'
import { type Advance, maySign, type PhoneSignature, type Release } from '../domain/signing-session.ts'
import { apply, getSession, type Session } from '../store/sessions.ts'

/**
 * The phone's signature goes to the signer, which decides; the phone's call again gives the same answer. In Cloud mode
 * the signature is over the approval, and `operationId` names the operation that the phone's user has approved.
 */
export async function sign(
  context: OrchestratorContext,
  userId: string,
  id: string,
  sent: PhoneSignature,
): Promise<Session> {
  const session = await getSession(context.db, userId, id)
  const { state } = allowed(maySign(session.state, sent, context.clock.now()))
  if (state.status === 'SIGNED') return session
  if (state.status !== 'WAITING') throw new Problem('STATE_FORBIDS', `The document is ${state.status}`)
  const { signerDocumentId, release } = state
  const { signature } = sent
  if (release === null) await signOnce(context, signerDocumentId, signature)
  else await signByApproval(context, signerDocumentId, release, signature)
  const outcome = await apply(context.db, session, { type: 'signed', signature })
  allowed(outcome.advance)
  context.logger.info({ sessionId: id }, 'document signed')
  return outcome.session
}

/** External mode: the signer signs a document once. */
async function signOnce(context: OrchestratorContext, signerDocumentId: string, signature: string): Promise<void> {
  await unlessSigned(context, signerDocumentId, () => context.signer.signDocument(signerDocumentId, { signature }))
}

/** Cloud mode: a repeated call gives the same answer, but a phone that signs anew makes another call of it. */
async function signByApproval(
  context: OrchestratorContext,
  signerDocumentId: string,
  { approvalId, operationId }: Release,
  signature: string,
): Promise<void> {
  const approval = { approvalId, operationId, signature }
  await unlessSigned(context, signerDocumentId, () => context.signer.signDocument(signerDocumentId, { approval }))
}

/** Where the signer refuses because it signed before a crash of ours, there is a signed file. */
async function unlessSigned(
  context: OrchestratorContext,
  signerDocumentId: string,
  call: () => Promise<unknown>,
): Promise<void> {
  try {
    await askSigner('SIGNATURE_REFUSED', call)
  } catch (error) {
    if (!isStateForbidden(error) || !(await hasSignedFile(context, signerDocumentId))) throw error
  }
}

async function hasSignedFile(context: OrchestratorContext, signerDocumentId: string): Promise<boolean> {
  try {
    const file = await askSigner('STATE_FORBIDS', () => context.signer.downloadDocument(signerDocumentId, 'bytes=0-0'))
    await file.body.cancel()
    return true
  } catch (error) {
    if (isStateForbidden(error)) return false
    throw error
  }
}

const isStateForbidden = (error: unknown): boolean => error instanceof Problem && error.code === 'STATE_FORBIDS'

export async function reject(context: OrchestratorContext, userId: string, id: string): Promise<Session> {
  const session = await currentSession(context, userId, id)
  const { state } = session
  if (state.status === 'WAITING') await withdraw(context, state.signerDocumentId, state.release)
  const outcome = await apply(context.db, session, { type: 'rejected' })
  allowed(outcome.advance)
  return outcome.session
}

/** The document first: from then on nothing releases a key for it. */
async function withdraw(
  context: OrchestratorContext,
  signerDocumentId: string,
  release: Release | null,
): Promise<void> {
  await askSigner('STATE_FORBIDS', () => context.signer.rejectDocument(signerDocumentId))
  if (release !== null) await context.powerAuth.cancelOperation(release.operationId)
}

/** The session as it is now: one whose time is over is EXPIRED when it is looked at. */
export async function currentSession(context: OrchestratorContext, userId: string, id: string): Promise<Session> {
  return (await apply(context.db, { userId, id }, { type: 'time', now: context.clock.now() })).session
}

/**
 * The same, having asked PowerAuth what became of the operation of a session that waits: its user may have refused it
 * there, or used up the attempts. An operation that was approved waits for the phone's signature.
 */
export async function refreshedSession(context: OrchestratorContext, userId: string, id: string): Promise<Session> {
  const session = await currentSession(context, userId, id)
  const { state } = session
  if (state.status !== 'WAITING' || state.release === null) return session
  const status = await context.powerAuth.getOperationStatus(state.release.operationId)
  if (status === 'PENDING' || status === 'APPROVED') return session
  await rejectAtSigner(context, state.signerDocumentId)
  const event = { type: status === 'REJECTED' ? 'rejected' : 'operationEnded' } as const
  return (await apply(context.db, session, event)).session
}

/** Of what nobody can sign any more: where the signer does not have it waiting, that is as good. */
async function rejectAtSigner(context: OrchestratorContext, signerDocumentId: string): Promise<void> {
  try {
    await askSigner('STATE_FORBIDS', () => context.signer.rejectDocument(signerDocumentId))
  } catch (error) {
    if (!isStateForbidden(error)) throw error
  }
}

function allowed(advance: Advance): Advance {
  if (advance.outcome === 'forbidden') throw new Problem('STATE_FORBIDS', advance.reason)
  return advance
}
