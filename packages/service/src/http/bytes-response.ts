import { Type } from 'typebox'

/** `unknown`: a handler sends a stream or a buffer, past the serialiser. */
const Bytes = Type.Unsafe<unknown>({ type: 'string', format: 'binary' })

/** The `response` schema of an answer of bytes in one of these media types; other statuses of the route stay JSON. */
export function bytesResponse(description: string, ...mediaTypes: readonly string[]) {
  return { description, content: Object.fromEntries(mediaTypes.map((type) => [type, { schema: Bytes }])) }
}
