import type { SessionQuery } from '@cloudsigner/contracts/orchestrator'
import { askSigner } from '../adapters/signer-refusal.ts'
import { newUuid, type OrchestratorContext } from '../context.ts'
import { Problem } from '../domain/problem.ts'
import { type Advance, maySign } from '../domain/signing-session.ts'
import { getUser, listEnrolledActivations, requireActivation } from '../store/people.ts'
import { apply, getSession, insertSession, listReceived, type Session, setSize } from '../store/sessions.ts'

/** The bank hands in a PDF for a user: stored here, then prepared by the signer. */
export async function createSession(
  context: OrchestratorContext,
  userId: string,
  query: SessionQuery,
  content: AsyncIterable<Uint8Array>,
): Promise<Session> {
  await getUser(context.db, userId)
  const activationId = await chooseActivation(context, userId, query.activationId)
  const id = newUuid(context.random)
  const session: Session = {
    id,
    userId,
    activationId,
    name: query.name,
    fileName: query.fileName ?? 'document.pdf',
    blob: `sessions/${id}`,
    size: 0,
    createdAt: context.clock.now(),
    state: { status: 'RECEIVED' },
    revision: 0,
  }
  // The row before the blob: whatever a crash leaves, the row tells of it.
  await insertSession(context.db, session)
  try {
    const { size } = await context.blobs.write(session.blob, bounded(content, context.settings.maxDocumentBytes))
    await setSize(context.db, id, size)
  } catch (error) {
    await context.blobs.delete(session.blob)
    await apply(context.db, session, { type: 'refused', reason: 'The upload was cut short' })
    throw error
  }
  return prepare(context, await getSession(context.db, userId, id))
}

async function chooseActivation(
  context: OrchestratorContext,
  userId: string,
  asked: string | undefined,
): Promise<string> {
  if (asked !== undefined) {
    if ((await requireActivation(context.db, userId, asked)).enrolled) return asked
    throw new Problem('STATE_FORBIDS', 'The device is not enrolled yet')
  }
  const [only, another] = await listEnrolledActivations(context.db, userId)
  if (only === undefined) throw new Problem('STATE_FORBIDS', 'The user has no enrolled device yet')
  if (another !== undefined) {
    throw new Problem('REQUEST_INVALID', 'The user has several devices: say which, by activationId')
  }
  return only
}

async function* bounded(content: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of content) {
    size += chunk.length
    if (size > maxBytes) {
      throw new Problem('DOCUMENT_REFUSED', `The document is larger than the ${maxBytes} bytes taken here`)
    }
    yield chunk
  }
}

/** RECEIVED → WAITING, or REFUSED for good; where the signer does not answer it stays RECEIVED and is tried again. */
async function prepare(context: OrchestratorContext, session: Session): Promise<Session> {
  const { blob, size, activationId, name, fileName } = session
  try {
    const now = context.clock.now()
    const answer = await askSigner('DOCUMENT_REFUSED', () =>
      context.signer.uploadDocument({
        signerId: activationId,
        externalId: session.id,
        name,
        fileName,
        file: context.blobs.stream(blob, 0, size),
      }),
    )
    const event = {
      type: 'prepared',
      signerDocumentId: answer.documentId,
      hash: answer.hash,
      waitingUntil: new Date(now.getTime() + context.settings.waitingTimeoutSeconds * 1000),
    } as const
    return (await apply(context.db, session, event)).session
  } catch (error) {
    if (error instanceof Problem && error.code !== 'UPSTREAM_UNAVAILABLE') {
      await apply(context.db, session, { type: 'refused', reason: error.message })
    }
    throw error
  }
}

/** Takes up sessions that a crash, or a signer that did not answer, left RECEIVED for `ageSeconds`. */
export async function resumeReceived(context: OrchestratorContext, ageSeconds: number): Promise<void> {
  const before = new Date(context.clock.now().getTime() - ageSeconds * 1000)
  for (const session of await listReceived(context.db, before)) {
    if (session.size === 0) {
      await context.blobs.delete(session.blob)
      await apply(context.db, session, { type: 'refused', reason: 'The upload was cut short' })
      continue
    }
    try {
      await prepare(context, session)
    } catch (error) {
      context.logger.warn({ err: error, sessionId: session.id }, 'a signing session could not be prepared')
    }
  }
}

/** The phone's signature goes to the signer, which decides; the phone's call again gives the same answer. */
export async function sign(
  context: OrchestratorContext,
  userId: string,
  id: string,
  signature: string,
): Promise<Session> {
  const session = await getSession(context.db, userId, id)
  const { state } = allowed(maySign(session.state, signature, context.clock.now()))
  if (state.status === 'SIGNED') return session
  if (state.status !== 'WAITING') throw new Problem('STATE_FORBIDS', `The document is ${state.status}`)
  await signOnce(context, state.signerDocumentId, signature)
  const outcome = await apply(context.db, session, { type: 'signed', signature })
  allowed(outcome.advance)
  context.logger.info({ sessionId: id }, 'document signed')
  return outcome.session
}

/** The signer signs a document once. Where it refuses because it did so before a crash of ours, there is a signed file. */
async function signOnce(context: OrchestratorContext, signerDocumentId: string, signature: string): Promise<void> {
  try {
    await askSigner('SIGNATURE_REFUSED', () => context.signer.signDocument(signerDocumentId, { signature }))
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
  if (state.status === 'WAITING') {
    await askSigner('STATE_FORBIDS', () => context.signer.rejectDocument(state.signerDocumentId))
  }
  const outcome = await apply(context.db, session, { type: 'rejected' })
  allowed(outcome.advance)
  return outcome.session
}

/** The session as it is now: one whose time is over is EXPIRED when it is looked at. */
export async function currentSession(context: OrchestratorContext, userId: string, id: string): Promise<Session> {
  return (await apply(context.db, { userId, id }, { type: 'time', now: context.clock.now() })).session
}

function allowed(advance: Advance): Advance {
  if (advance.outcome === 'forbidden') throw new Problem('STATE_FORBIDS', advance.reason)
  return advance
}
