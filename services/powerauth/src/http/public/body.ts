import type { FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Check, Errors } from 'typebox/value'
import { invalidRequest } from './errors.ts'

/** The exact bytes that came: what authentication codes cover. */
export function rawBody(request: FastifyRequest): Uint8Array {
  return request.body instanceof Uint8Array ? request.body : new Uint8Array()
}

/** The body as JSON; undefined where it is none. */
export function jsonBody(request: FastifyRequest): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody(request)))
  } catch {
    return undefined
  }
}

/** The requestObject of an unencrypted request. Throws ERR_VALIDATION. */
export function requestObject<Schema extends TSchema>(request: FastifyRequest, schema: Schema): Static<Schema> {
  const body = jsonBody(request)
  if (body === undefined) throw invalidRequest('The body is not JSON, or is cut short.')
  const value = typeof body === 'object' && body !== null && 'requestObject' in body ? body.requestObject : undefined
  if (Check(schema, value)) return value
  const [first] = Errors(schema, value)
  throw invalidRequest(`requestObject${first?.instancePath ?? ''} ${first?.message ?? 'is not valid'}`)
}

/** A header that may be sent once. */
export function singleHeader(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}
