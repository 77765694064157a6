import { EjbcaError } from '@cloudsigner/contracts/ejbca'
import { bytesResponse, type HttpServer } from '@cloudsigner/service'
import type { FastifyReply } from 'fastify'

/** `response` schemas of a route that answers bytes of one of those types, and its refusals. */
export function binaryResponses<const Statuses extends readonly number[]>(
  contentTypes: readonly string[],
  ...refusals: Statuses
) {
  return {
    200: bytesResponse('Bytes', ...contentTypes),
    ...Object.fromEntries(refusals.map((status) => [status, EjbcaError])),
  }
}

/** Sends bytes as they are, past the JSON serialiser. */
export function sendBytes(reply: FastifyReply, contentType: string, bytes: Uint8Array): FastifyReply {
  return reply.type(contentType).send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

/** Bodies of that media type arrive as bytes. */
export function acceptBytes(server: HttpServer, contentType: string): void {
  server.addContentTypeParser(contentType, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}

/** The bytes of a body that `acceptBytes` read; none where the body is empty. */
export const bodyBytes = (body: unknown): Uint8Array => (body instanceof Uint8Array ? body : new Uint8Array())
