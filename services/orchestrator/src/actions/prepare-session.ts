import { createHash } from 'node:crypto'
import { askSigner } from '../adapters/signer-refusal.ts'
import type { OrchestratorContext } from '../context.ts'
import { Problem } from '../domain/problem.ts'
import { shownName } from '../domain/shown-name.ts'
import type { SessionEvent } from '../domain/signing-session.ts'
import { apply, listUnfinished, type Session } from '../store/sessions.ts'

/** SHA-256 of the bank's PDF, lower-case hexadecimal. */
type DocumentHash = () => Promise<string>

/**
 * RECEIVED → WAITING, or REFUSED for good; in Cloud mode by way of PREPARED, where PowerAuth does not have the operation
 * yet. Who does not answer leaves the session where it is, and is asked again.
 */
export async function prepareSession(
  context: OrchestratorContext,
  session: Session,
  documentHash: DocumentHash,
): Promise<Session> {
  const prepared = await uploadToSigner(context, session)
  return prepared.state.status === 'PREPARED' ? putToApproval(context, prepared, documentHash, 'new') : prepared
}

async function uploadToSigner(context: OrchestratorContext, session: Session): Promise<Session> {
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
    const waitingUntil = new Date(now.getTime() + context.settings.waitingTimeoutSeconds * 1000)
    const { approval } = answer
    const event: SessionEvent = {
      type: 'prepared',
      signerDocumentId: answer.documentId,
      hash: answer.hash,
      waitingUntil: earlier(waitingUntil, approval?.expiresAt),
      approval: approval ? { approvalId: approval.approvalId, toBeSigned: approval.toBeSigned } : null,
    }
    return (await apply(context.db, session, event)).session
  } catch (error) {
    if (error instanceof Problem && error.code !== 'UPSTREAM_UNAVAILABLE') {
      await apply(context.db, session, { type: 'refused', reason: error.message })
    }
    throw error
  }
}

function earlier(moment: Date, other: string | undefined): Date {
  return other === undefined || new Date(other) > moment ? moment : new Date(other)
}

/**
 * PREPARED → WAITING: PowerAuth gets the operation that the phone's user is to approve. `left`: a crash may have come
 * between the operation and our knowing of it, so that it is looked for first, by the session's id.
 */
async function putToApproval(
  context: OrchestratorContext,
  session: Session,
  documentHash: DocumentHash,
  history: 'new' | 'left',
): Promise<Session> {
  const { id, userId, activationId, name, state } = session
  if (state.status !== 'PREPARED') return session
  const known = history === 'left' ? await context.powerAuth.findOperation(id) : null
  const operationId =
    known ??
    (await context.powerAuth.createOperation({
      externalId: id,
      userId,
      activationId,
      approvalHash: createHash('sha256').update(Buffer.from(state.approval.toBeSigned, 'base64')).digest('hex'),
      documentHash: await documentHash(),
      documentName: shownName(name),
      expires: state.waitingUntil,
    }))
  return (await apply(context.db, session, { type: 'operationCreated', operationId })).session
}

/** Takes up sessions that a crash, or somebody who did not answer, left unfinished for `ageSeconds`. */
export async function resumeUnfinished(context: OrchestratorContext, ageSeconds: number): Promise<void> {
  const now = context.clock.now()
  for (const session of await listUnfinished(context.db, new Date(now.getTime() - ageSeconds * 1000))) {
    try {
      await resume(context, session)
    } catch (error) {
      context.logger.warn({ err: error, sessionId: session.id }, 'a signing session could not be prepared')
    }
  }
}

async function resume(context: OrchestratorContext, session: Session): Promise<void> {
  const { session: current } = await apply(context.db, session, { type: 'time', now: context.clock.now() })
  if (current.state.status === 'PREPARED') {
    await putToApproval(context, current, () => hashOfBlob(context, current), 'left')
    return
  }
  if (current.state.status !== 'RECEIVED') return
  if (current.size === 0) {
    await context.blobs.delete(current.blob)
    await apply(context.db, current, { type: 'refused', reason: 'The upload was cut short' })
    return
  }
  await prepareSession(context, current, () => hashOfBlob(context, current))
}

async function hashOfBlob({ blobs }: OrchestratorContext, { blob, size }: Session): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of blobs.stream(blob, 0, size)) hash.update(piece)
  return hash.digest('hex')
}
