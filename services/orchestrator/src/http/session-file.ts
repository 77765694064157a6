import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { FastifyReply } from 'fastify'
import { askSigner } from '../adapters/signer-refusal.ts'
import type { OrchestratorContext } from '../context.ts'
import { Problem } from '../domain/problem.ts'
import type { Session } from '../store/sessions.ts'

/** Headers of the signer's answer that are the file's own. */
const passedOn = ['content-type', 'content-length', 'content-range', 'accept-ranges', 'etag'] as const

/** The signed file, straight through from the signer, ranges included. STATE_FORBIDS before it is signed. */
export async function sendSignedFile(
  context: OrchestratorContext,
  session: Session,
  range: string | undefined,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { state } = session
  if (state.status !== 'SIGNED') throw new Problem('STATE_FORBIDS', `The document is ${state.status}, not SIGNED`)
  const file = await askSigner('REQUEST_INVALID', () => context.signer.downloadDocument(state.signerDocumentId, range))
  reply.code(file.status)
  for (const name of passedOn) {
    const value = file.headers.get(name)
    if (value !== null) reply.header(name, value)
  }
  // Node's web streams and the platform's are one; their types come from two places.
  return reply.send(Readable.fromWeb(file.body as ReadableStream))
}

/** The bank's copy of the PDF, for the phone to show before it signs. */
export function sendOriginal(context: OrchestratorContext, session: Session, reply: FastifyReply): FastifyReply {
  if (session.state.status === 'RECEIVED' || session.state.status === 'REFUSED') {
    throw new Problem('STATE_FORBIDS', `The document is ${session.state.status}`)
  }
  reply.type('application/pdf').header('content-length', session.size)
  return reply.send(Readable.from(context.blobs.stream(session.blob, 0, session.size), { objectMode: false }))
}
