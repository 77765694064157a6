import {
  OrchestratorErrorResponse,
  type OrchestratorProblemCode,
  orchestratorProblems,
} from '@cloudsigner/contracts/orchestrator'
import { HttpFault, type HttpFaultCode, type ServiceError } from '@cloudsigner/service'
import { Problem } from '../domain/problem.ts'

/** What goes wrong before a route's own rules. What is not here keeps its HTTP status. */
const faults: Readonly<Partial<Record<HttpFaultCode, OrchestratorProblemCode>>> = {
  unauthenticated: 'UNAUTHORIZED',
  malformed_request: 'REQUEST_INVALID',
  malformed_body: 'REQUEST_INVALID',
  invalid_request: 'REQUEST_INVALID',
  body_too_large: 'REQUEST_INVALID',
  unsupported_media_type: 'REQUEST_INVALID',
  internal: 'INTERNAL',
  unavailable: 'UPSTREAM_UNAVAILABLE',
}

export function problemAnswer(error: ServiceError | HttpFault): { status: number; body: OrchestratorErrorResponse } {
  if (error instanceof Problem) return answer(error.status, error.code, error.message)
  if (!(error instanceof HttpFault)) return answer(500, 'INTERNAL', 'The request could not be handled.')
  const code = faults[error.code]
  return code === undefined
    ? answer(error.status, 'REQUEST_INVALID', error.message)
    : answer(orchestratorProblems[code].status, code, error.message)
}

function answer(status: number, code: OrchestratorProblemCode, message: string) {
  return { status, body: { status: 'ERROR' as const, responseObject: { code, message } } }
}

/** The `response` schemas of the refusals that an operation may give. */
export function refusals<const Statuses extends readonly (400 | 404 | 409 | 503)[]>(...statuses: Statuses) {
  const all = [401, ...statuses].map((status) => [status, OrchestratorErrorResponse] as const)
  return Object.fromEntries(all) as Record<Statuses[number] | 401, typeof OrchestratorErrorResponse>
}
