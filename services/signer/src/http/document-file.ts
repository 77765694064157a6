import { Readable } from 'node:stream'
import { DocumentParams } from '@cloudsigner/contracts/signer'
import { type BlobStore, bytesResponse, type HttpServer } from '@cloudsigner/service'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { SignerContext } from '../context.ts'
import { type ByteRange, lengthOf, rangeApplies, readsOf, type Segment, selectRanges } from '../domain/byte-ranges.ts'
import { requireSigned } from '../domain/document-status.ts'
import { getDocument, listSegments, type StoredSegment } from '../store/document-store.ts'
import { noBody, refusals } from './problem-answer.ts'

const mediaType = 'application/pdf'

const FileHeaders = Type.Object({
  range: Type.Optional(Type.String({ maxLength: 1024 })),
  'if-range': Type.Optional(Type.String({ maxLength: 256 })),
  'if-none-match': Type.Optional(Type.String({ maxLength: 1024 })),
})

/** GET and HEAD of the signed file: whole, one range or several (RFC 9110 §14), straight from the segments. */
export function documentFileRoutes(server: HttpServer, context: SignerContext): void {
  server.route({
    method: ['GET', 'HEAD'],
    url: '/documents/:documentId/file',
    exposeHeadRoute: false,
    // The bytes go out as they are: no serialiser stands between.
    serializerCompiler: () => (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
    schema: {
      summary: 'The signed file, or ranges of it',
      tags: ['documents'],
      params: DocumentParams,
      headers: FileHeaders,
      response: {
        200: bytesResponse('The file', mediaType),
        206: bytesResponse('The range, or the ranges', mediaType, 'multipart/byteranges'),
        304: noBody('If-None-Match names the file'),
        416: noBody('No range of the set is within the file'),
        ...refusals(400, 500),
      },
    },
    handler: async (request, reply) => {
      const { documentId } = request.params
      const document = await getDocument(context.db, documentId)
      requireSigned(document.status)
      const segments = await listSegments(context.db, documentId)
      const size = segments.reduce((sum, segment) => sum + segment.size, 0)
      const entityTag = entityTagOf(context, segments)
      reply.header('accept-ranges', 'bytes').header('etag', entityTag)
      if (matches(request.headers['if-none-match'], entityTag)) return reply.code(304).send(undefined)

      // RFC 9110 §14.2: Range has a meaning for GET alone.
      const ranged = request.method === 'GET' && rangeApplies(request.headers['if-range'], entityTag)
      const selection = selectRanges(ranged ? request.headers.range : undefined, size)
      if (selection.kind === 'unsatisfiable') {
        return reply.code(416).header('content-range', `bytes */${size}`).send(undefined)
      }
      const parts = selection.kind === 'ranges' ? framed(selection.ranges, size, reply, entityTag) : whole(size, reply)
      const length = parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : lengthOf(part)), 0)
      reply.header('content-length', length)
      if (request.method === 'HEAD') return reply.send(undefined)
      return reply.send(Readable.from(bytesOf(context.blobs, segments, parts), { objectMode: false }))
    },
  })
}

/** What is sent, in order: ranges of the file, and ASCII text between them. */
type Part = ByteRange | string

function whole(size: number, reply: FastifyReply): readonly Part[] {
  reply.code(200).type(mediaType)
  return [{ first: 0, last: size - 1 }]
}

/** One range is the body itself; several are a multipart/byteranges (§14.6). */
function framed(
  ranges: readonly [ByteRange, ...ByteRange[]],
  size: number,
  reply: FastifyReply,
  entityTag: string,
): readonly Part[] {
  reply.code(206)
  const contentRange = (range: ByteRange) => `bytes ${range.first}-${range.last}/${size}`
  if (ranges.length === 1) {
    reply.type(mediaType).header('content-range', contentRange(ranges[0]))
    return ranges
  }
  // The entity tag is a digest of the content, so that the content cannot have been made to hold the boundary.
  const boundary = `cloudsigner-${entityTag.replaceAll('"', '')}`
  reply.type(`multipart/byteranges; boundary=${boundary}`)
  const parts = ranges.flatMap((range): Part[] => [
    `\r\n--${boundary}\r\nContent-Type: ${mediaType}\r\nContent-Range: ${contentRange(range)}\r\n\r\n`,
    range,
  ])
  return [...parts, `\r\n--${boundary}--\r\n`]
}

async function* bytesOf(
  blobs: BlobStore,
  segments: readonly Segment[],
  parts: readonly Part[],
): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (typeof part === 'string') yield Buffer.from(part, 'latin1')
    else for (const read of readsOf(segments, part)) yield* blobs.stream(read.blob, read.offset, read.length)
  }
}

/** A strong validator: digests of all segments, digested. */
function entityTagOf(context: SignerContext, segments: readonly StoredSegment[]): string {
  const digest = context.crypto.digest('SHA-256', Buffer.concat(segments.map((segment) => segment.digest)))
  return `"${Buffer.from(digest).toString('base64url')}"`
}

/** If-None-Match compares weakly (§13.1.2). */
function matches(header: string | undefined, entityTag: string): boolean {
  if (header === undefined) return false
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(entityTag)
}
