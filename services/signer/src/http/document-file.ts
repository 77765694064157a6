import { DocumentParams } from '@cloudsigner/contracts/signer'
import type { BlobStore, HttpServer } from '@cloudsigner/service'
import type { SignerContext } from '../context.ts'
import { type ByteRange, readsOf, type Segment } from '../domain/byte-ranges.ts'
import { requireSigned } from '../domain/document-status.ts'
import { damagedFile, getDocument, getStoredFile, listSegments } from '../store/document-store.ts'
import { refusals } from './problem-answer.ts'
import { bytesAsTheyAre, type RangedFile, RangeHeaders, rangeResponses, sendRanges } from './range-answer.ts'

/** The files of a document: the signed one, and the one that the signature is to be over. */
export function documentFileRoutes(server: HttpServer, context: SignerContext): void {
  server.route({
    method: ['GET', 'HEAD'],
    url: '/documents/:documentId/file',
    exposeHeadRoute: false,
    serializerCompiler: bytesAsTheyAre,
    schema: {
      summary: 'The signed file, or ranges of it',
      tags: ['documents'],
      params: DocumentParams,
      headers: RangeHeaders,
      response: { ...rangeResponses, ...refusals(400, 500) },
    },
    handler: async (request, reply) => sendRanges(request, reply, await signedFile(context, request.params.documentId)),
  })

  server.route({
    method: ['GET', 'HEAD'],
    url: '/v2/documents/:documentId/prepared',
    exposeHeadRoute: false,
    serializerCompiler: bytesAsTheyAre,
    schema: {
      summary: 'The file as prepared, its signature still empty, or ranges of it',
      description:
        'The original and the revision that the signature will fill: the bytes that its ByteRange covers are those that ' +
        'are signed. For the signer to see that what is signed is what was shown; given in every state of the document.',
      tags: ['documents'],
      params: DocumentParams,
      headers: RangeHeaders,
      response: { ...rangeResponses, ...refusals(400, 500) },
    },
    handler: async (request, reply) =>
      sendRanges(request, reply, await preparedFile(context, request.params.documentId)),
  })
}

/** Straight from the segments. */
async function signedFile(context: SignerContext, documentId: string): Promise<RangedFile> {
  const { status, segments, damaged } = await getStoredFile(context.db, documentId)
  requireSigned(status)
  if (damaged) throw damagedFile(documentId)
  return {
    size: sizeOf(segments),
    entityTag: entityTagOf(context, segments),
    read: (range) => read(context.blobs, segments, range),
  }
}

/** The original's segment, and behind it the plan's, which is embedded into later. */
async function preparedFile(context: SignerContext, documentId: string): Promise<RangedFile> {
  const { plan } = await getDocument(context.db, documentId)
  const [original] = await listSegments(context.db, documentId)
  if (original === undefined) throw new Error('a document without a segment')
  const bytes = new Uint8Array(Buffer.from(plan.segment, 'base64'))
  const revision = { size: bytes.length, digest: context.crypto.digest('SHA-256', bytes), bytes }
  const segments = [original, revision]
  return {
    size: sizeOf(segments),
    entityTag: entityTagOf(context, segments),
    read: (range) => read(context.blobs, segments, range),
  }
}

/** A segment in the blob store, or one that is held. */
type ReadableSegment = Segment | { readonly size: number; readonly bytes: Uint8Array }

async function* read(
  blobs: BlobStore,
  segments: readonly ReadableSegment[],
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  for (const { segment, offset, length } of readsOf(segments, range)) {
    if ('bytes' in segment) yield segment.bytes.subarray(offset, offset + length)
    else yield* blobs.stream(segment.blob, offset, length)
  }
}

function sizeOf(segments: readonly { readonly size: number }[]): number {
  return segments.reduce((sum, segment) => sum + segment.size, 0)
}

/** A strong validator: digests of all segments, digested. */
function entityTagOf(context: SignerContext, segments: readonly { readonly digest: Uint8Array }[]): string {
  const digest = context.crypto.digest('SHA-256', Buffer.concat(segments.map((segment) => segment.digest)))
  return `"${Buffer.from(digest).toString('base64url')}"`
}
