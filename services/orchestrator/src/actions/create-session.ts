import { createHash, type Hash } from 'node:crypto'
import type { SessionQuery } from '@cloudsigner/contracts/orchestrator'
import { newUuid, type OrchestratorContext } from '../context.ts'
import { Problem } from '../domain/problem.ts'
import { getUser, listEnrolledActivations, requireActivation } from '../store/people.ts'
import { apply, getSession, insertSession, type Session, setSize } from '../store/sessions.ts'
import { prepareSession } from './prepare-session.ts'

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
  let documentHash: string
  // The row before the blob: whatever a crash leaves, the row tells of it.
  await insertSession(context.db, session)
  try {
    const hash = createHash('sha256')
    const { size } = await context.blobs.write(session.blob, hashed(content, hash, context.settings.maxDocumentBytes))
    await setSize(context.db, id, size)
    documentHash = hash.digest('hex')
  } catch (error) {
    await context.blobs.delete(session.blob)
    await apply(context.db, session, { type: 'refused', reason: 'The upload was cut short' })
    throw error
  }
  return prepareSession(context, await getSession(context.db, userId, id), async () => documentHash)
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

/** Hashed on the way, and refused where it is too large. */
async function* hashed(content: AsyncIterable<Uint8Array>, hash: Hash, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of content) {
    size += chunk.length
    if (size > maxBytes) {
      throw new Problem('DOCUMENT_REFUSED', `The document is larger than the ${maxBytes} bytes taken here`)
    }
    hash.update(chunk)
    yield chunk
  }
}
