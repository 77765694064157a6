import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { FileDownload } from '@cloudsigner/clients/signer'
import { bytesResponse } from '@cloudsigner/service'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { askSigner } from '../adapters/signer-refusal.ts'
import type { OrchestratorContext } from '../context.ts'
import { Problem } from '../domain/problem.ts'
import type { Session } from '../store/sessions.ts'

export const RangeHeader = Type.Object({ range: Type.Optional(Type.String({ maxLength: 1024 })) })
export const rangeResponses = {
  200: bytesResponse('The file', 'application/pdf'),
  206: bytesResponse('The range, or the ranges', 'application/pdf', 'multipart/byteranges'),
}

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
  return passOn(reply, () => context.signer.downloadDocument(state.signerDocumentId, range))
}

/** The very file that is to be signed, in the same way: for the phone to show, and to compute what it signs. */
export async function sendPreparedFile(
  context: OrchestratorContext,
  session: Session,
  range: string | undefined,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { state } = session
  if (!('signerDocumentId' in state)) throw new Problem('STATE_FORBIDS', `The document is ${state.status}`)
  return passOn(reply, () => context.signer.downloadPrepared(state.signerDocumentId, range))
}

async function passOn(reply: FastifyReply, download: () => Promise<FileDownload>): Promise<FastifyReply> {
  const file = await askSigner('REQUEST_INVALID', download)
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
