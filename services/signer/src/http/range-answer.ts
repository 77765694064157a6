import { Readable } from 'node:stream'
import { bytesResponse } from '@cloudsigner/service'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type ByteRange, lengthOf, rangeApplies, selectRanges } from '../domain/byte-ranges.ts'
import { noBody } from './problem-answer.ts'

const mediaType = 'application/pdf'

/** A file that is sent whole or by ranges, and never gathered. */
export interface RangedFile {
  readonly size: number
  /** A strong validator, made of digests of the content. */
  readonly entityTag: string
  readonly read: (range: ByteRange) => AsyncIterable<Uint8Array>
}

export const RangeHeaders = Type.Object({
  range: Type.Optional(Type.String({ maxLength: 1024 })),
  'if-range': Type.Optional(Type.String({ maxLength: 256 })),
  'if-none-match': Type.Optional(Type.String({ maxLength: 1024 })),
})
type RangeHeaders = {
  readonly range?: string | undefined
  readonly 'if-range'?: string | undefined
  readonly 'if-none-match'?: string | undefined
}

/** The `response` schemas of what `sendRanges` answers. */
export const rangeResponses = {
  200: bytesResponse('The file', mediaType),
  206: bytesResponse('The range, or the ranges', mediaType, 'multipart/byteranges'),
  304: noBody('If-None-Match names the file'),
  416: noBody('No range of the set is within the file'),
}

/** The bytes go out as they are: no serialiser stands between. */
export const bytesAsTheyAre = () => (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** GET and HEAD of a file: whole, one range or several (RFC 9110 §14). */
export function sendRanges(
  request: Pick<FastifyRequest, 'method'> & { readonly headers: RangeHeaders },
  reply: FastifyReply,
  file: RangedFile,
): FastifyReply {
  const { size, entityTag } = file
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
  return reply.send(Readable.from(bytesOf(file, parts), { objectMode: false }))
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

async function* bytesOf(file: RangedFile, parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (typeof part === 'string') yield Buffer.from(part, 'latin1')
    else yield* file.read(part)
  }
}

/** If-None-Match compares weakly (§13.1.2). */
function matches(header: string | undefined, entityTag: string): boolean {
  if (header === undefined) return false
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(entityTag)
}
