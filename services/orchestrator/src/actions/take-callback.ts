import type { CallbackOutcome } from '@cloudsigner/contracts/orchestrator'
import type { PowerAuthCallback } from '@cloudsigner/contracts/powerauth-private'
import type { SignerCallback } from '@cloudsigner/contracts/signer-callbacks'
import { askSigner } from '../adapters/signer-refusal.ts'
import type { OrchestratorContext } from '../context.ts'
import { callbackOutcome, type DocumentCallback, isOfDocument, sessionEventOf } from '../domain/callback-event.ts'
import { Problem } from '../domain/problem.ts'
import { type ActivationStates, findActivationStates, setActivationStates } from '../store/activation-states.ts'
import { findOutcome, noteReceived, type ReceivedCallback } from '../store/callbacks.ts'
import { apply, findSessionByOperation, findSessionBySignerDocument } from '../store/sessions.ts'
import type { OrchestratorDatabase } from '../store/tables.ts'
import { refreshedSession } from './signing-session.ts'

/**
 * What happened at the signer. The same key again changes nothing, whenever it comes. What is told of a document is final,
 * so it is taken at its word; what is told of a signer may be out of date, since callbacks come in any order: the signer is
 * asked. UPSTREAM_UNAVAILABLE where it does not answer: the sender tries again.
 */
export async function takeSignerCallback(
  context: OrchestratorContext,
  key: string,
  callback: SignerCallback,
): Promise<CallbackOutcome> {
  const subject = isOfDocument(callback) ? callback.documentId : callback.signerId
  const received: ReceivedCallback = { key, source: 'signer', type: callback.callbackType, subject }
  return once(context, received, () => {
    if (isOfDocument(callback)) return takeDocument(context, received, callback)
    return takeStates(context, received, callback.signerId, async () => {
      const { signerStatus } = await askSigner('STATE_FORBIDS', () => context.signer.getSigner(callback.signerId))
      return { signerStatus }
    })
  })
}

async function takeDocument(
  context: OrchestratorContext,
  received: ReceivedCallback,
  callback: DocumentCallback,
): Promise<CallbackOutcome> {
  return context.db.transaction().execute(async (transaction) => {
    const session = await findSessionBySignerDocument(transaction, callback)
    const advance = session && (await apply(transaction, session, sessionEventOf(callback, session.state))).advance
    return note(context, transaction, received, advance ? callbackOutcome(advance) : 'unknown')
  })
}

/** What happened at PowerAuth. Its callbacks do not say when: what is now is asked of it, as above. */
export async function takePowerAuthCallback(
  context: OrchestratorContext,
  key: string,
  callback: PowerAuthCallback,
): Promise<CallbackOutcome> {
  const subject = callback.type === 'ACTIVATION' ? callback.activationId : callback.operationId
  const received: ReceivedCallback = { key, source: 'powerauth', type: callback.type, subject }
  return once(context, received, () => {
    if (callback.type === 'OPERATION') return takeOperation(context, received, callback.operationId)
    return takeStates(context, received, callback.activationId, async () => {
      const { status } = await context.powerAuth.getActivation(callback.activationId)
      return { activationStatus: status }
    })
  })
}

/** Cloud mode: an operation that ended without an approval ends the session that waits for it. */
async function takeOperation(
  context: OrchestratorContext,
  received: ReceivedCallback,
  operationId: string,
): Promise<CallbackOutcome> {
  const session = await findSessionByOperation(context.db, operationId)
  if (session === null) return note(context, context.db, received, 'unknown')
  const after = await refreshedSession(context, session.userId, session.id)
  return note(context, context.db, received, after.revision === session.revision ? 'unchanged' : 'applied')
}

/** Asked outside of the transaction, and only of what is this bank's. */
async function takeStates(
  context: OrchestratorContext,
  received: ReceivedCallback,
  activationId: string,
  ask: () => Promise<Partial<ActivationStates>>,
): Promise<CallbackOutcome> {
  if ((await findActivationStates(context.db, activationId)) === null) {
    return note(context, context.db, received, 'unknown')
  }
  const answer = await unlessUnknown(ask)
  if (answer === null) return note(context, context.db, received, 'unknown')
  return context.db.transaction().execute(async (transaction) => {
    const before = await findActivationStates(transaction, activationId)
    if (before === null) return note(context, transaction, received, 'unknown')
    const after = { ...before, ...answer }
    const same = before.activationStatus === after.activationStatus && before.signerStatus === after.signerStatus
    if (!same) await setActivationStates(transaction, activationId, after)
    return note(context, transaction, received, same ? 'unchanged' : 'applied')
  })
}

/** Null where the signer does not know it. */
async function unlessUnknown<Answer>(ask: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Problem && error.code === 'STATE_FORBIDS') return null
    throw error
  }
}

async function once(
  { db, logger }: OrchestratorContext,
  received: ReceivedCallback,
  take: () => Promise<CallbackOutcome>,
): Promise<CallbackOutcome> {
  const known = await findOutcome(db, received.key)
  if (known !== null) return known
  const outcome = await take()
  logger.info({ ...received, outcome }, 'callback taken')
  return outcome
}

async function note(
  { clock }: OrchestratorContext,
  db: OrchestratorDatabase,
  received: ReceivedCallback,
  outcome: CallbackOutcome,
): Promise<CallbackOutcome> {
  await noteReceived(db, received, outcome, clock.now())
  return outcome
}
