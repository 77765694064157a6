import type { FastifyError } from 'fastify'
import { DatabaseError } from '../database/database.ts'
import { HttpFault, type HttpFaultCode, ServiceError } from '../errors.ts'
import { schemaFaults } from './schema-validators.ts'

/** What Fastify and its multipart plugin say, as faults of ours. A code that is not here is an internal error. */
const frameworkFaults: Readonly<Record<string, readonly [HttpFaultCode, string]>> = {
  FST_ERR_BAD_URL: ['malformed_request', 'The URL cannot be decoded.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'The body is larger than this call takes.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed_body', 'The body is empty, and JSON was announced.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['malformed_body', 'The body is not JSON, or is cut short.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed_body', 'The body is not as long as Content-Length says.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'The content type is not one that this call takes.'],
  FST_ERR_CTP_INVALID_TYPE: ['unsupported_media_type', 'The content type is not one that this call takes.'],
  FST_ERR_MAX_PARAM_LENGTH: ['malformed_request', 'A path segment is too long.'],
  FST_INVALID_MULTIPART_CONTENT_TYPE: ['unsupported_media_type', 'The content type is not multipart/form-data.'],
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: ['unsupported_media_type', 'The body has no content type.'],
  FST_REQ_FILE_TOO_LARGE: ['body_too_large', 'A file is larger than this call takes.'],
  FST_PARTS_LIMIT: ['body_too_large', 'There are more parts than this call takes.'],
  FST_FILES_LIMIT: ['body_too_large', 'There are more files than this call takes.'],
  FST_FIELDS_LIMIT: ['body_too_large', 'There are more fields than this call takes.'],
  FST_PROTO_VIOLATION: ['malformed_body', 'A field has a name that is not allowed.'],
  FST_INVALID_JSON_FIELD_ERROR: ['malformed_body', 'A field announced as JSON is not JSON.'],
  FST_ERR_REP_ALREADY_SENT: ['internal', 'The request could not be handled.'],
}

/** Any error that came out of a route, as one of the two that a service formats. */
export function faultOf(error: FastifyError | Error | unknown): ServiceError | HttpFault {
  if (error instanceof ServiceError || error instanceof HttpFault) return error
  if (!(error instanceof Error)) return internal(error)
  if (error instanceof DatabaseError && error.code === 'unreachable') return unavailable(error)
  if ('validation' in error && Array.isArray(error.validation)) {
    const part = 'validationContext' in error ? String(error.validationContext) : undefined
    const faults = schemaFaults(part, error.validation)
    const first = faults[0]
    const place = first ? `${first.part}${first.pointer}` : 'request'
    return new HttpFault('invalid_request', `${place} ${first?.message ?? 'is not valid'}`, { schemaFaults: faults })
  }
  const code = 'code' in error ? String(error.code) : ''
  const known = frameworkFaults[code]
  if (known) return new HttpFault(known[0], known[1], { cause: error })
  // JSON with a `__proto__` member (secure-json-parse) and bodies that end early carry a status alone.
  const status = 'statusCode' in error ? error.statusCode : undefined
  if (error instanceof SyntaxError && status === 400)
    return new HttpFault('malformed_body', 'The body is not JSON that this call takes.', { cause: error })
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE')
    return new HttpFault('malformed_body', 'The body is cut short.', { cause: error })
  return internal(error)
}

/** It comes back: the caller may ask again. */
function unavailable(cause: DatabaseError): HttpFault {
  return new HttpFault('unavailable', 'The service cannot answer for now.', { cause, headers: { 'retry-after': '1' } })
}

function internal(cause: unknown): HttpFault {
  return new HttpFault('internal', 'The request could not be handled.', { cause })
}
