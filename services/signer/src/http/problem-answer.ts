import { SignerErrorResponse, type SignerProblemCode } from '@cloudsigner/contracts/signer'
import { HttpFault, type HttpFaultCode, type ServiceError } from '@cloudsigner/service'
import { Type } from 'typebox'
import { SignerProblem } from '../domain/signer-problem.ts'

/** What goes wrong before a route's own rules, as the contract's codes. What is not here keeps its HTTP status. */
const faults: Readonly<Partial<Record<HttpFaultCode, { code: SignerProblemCode; status: number }>>> = {
  unauthenticated: { code: 'ERROR_UNAUTHORIZED', status: 401 },
  malformed_request: { code: 'REQUEST_VALIDATION_ERROR', status: 400 },
  malformed_body: { code: 'REQUEST_VALIDATION_ERROR', status: 400 },
  invalid_request: { code: 'REQUEST_VALIDATION_ERROR', status: 400 },
  body_too_large: { code: 'REQUEST_VALIDATION_ERROR', status: 400 },
  unsupported_media_type: { code: 'REQUEST_VALIDATION_ERROR', status: 400 },
}

/** Every error of this service as the contract's body. */
export function problemAnswer(error: ServiceError | HttpFault): { status: number; body: SignerErrorResponse } {
  if (error instanceof SignerProblem) return answer(error.status, error.code, error.message)
  if (!(error instanceof HttpFault)) return answer(500, 'ERROR_GENERIC', 'The request could not be handled.')
  const known = faults[error.code]
  return known === undefined
    ? answer(error.status, 'ERROR_GENERIC', error.message)
    : answer(known.status, known.code, error.message)
}

function answer(status: number, code: SignerProblemCode, message: string) {
  return { status, body: { status: 'ERROR' as const, responseObject: { code, message } } }
}

/** The `response` schemas of the refusals that an operation may give. */
export function refusals<const Statuses extends readonly (400 | 401 | 500 | 503)[]>(...statuses: Statuses) {
  const all = [401, ...statuses].map((status) => [status, SignerErrorResponse] as const)
  return Object.fromEntries(all) as Record<Statuses[number] | 401, typeof SignerErrorResponse>
}

/** The schema of an answer that has no body. */
export function noBody(description: string) {
  return Type.Unsafe<undefined>({ type: 'null', description })
}
