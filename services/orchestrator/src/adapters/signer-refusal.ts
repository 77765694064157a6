import { SignerApiError } from '@cloudsigner/clients/signer'
import type { OrchestratorProblemCode } from '@cloudsigner/contracts/orchestrator'
import { Problem } from '../domain/problem.ts'

/** What a refusal of the signer means here. What is not in the table is no answer at all. */
const meanings: Readonly<Partial<Record<SignerApiError['code'], OrchestratorProblemCode>>> = {
  DOCUMENT_UPLOAD_ERROR: 'DOCUMENT_REFUSED',
  DOCUMENT_VISUAL_SIGNATURE_ERROR: 'DOCUMENT_REFUSED',
  DOCUMENT_INVALID_SIGNATURE_ERROR: 'SIGNATURE_REFUSED',
  ILLEGAL_OPERATION_ERROR: 'STATE_FORBIDS',
  ERROR_RESOURCE_NOT_FOUND: 'STATE_FORBIDS',
}

/** Codes that mean what the call at hand is about. */
const caseOfCaller: ReadonlySet<string> = new Set([
  'REQUEST_VALIDATION_ERROR',
  'CSR_INVALID_SIGNATURE_ERROR',
  'CERTIFICATE_AUTHORITY_ERROR',
])

/**
 * Calls the signer and says its refusals in this service's words. `badRequest` is what a REQUEST_VALIDATION_ERROR, a
 * proof that does not verify, or a CA that refuses, means in the call at hand.
 */
export async function askSigner<Answer>(
  badRequest: OrchestratorProblemCode,
  call: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call()
  } catch (cause) {
    if (!(cause instanceof SignerApiError)) throw cause
    const code = cause.status === 400 ? (caseOfCaller.has(cause.code) ? badRequest : meanings[cause.code]) : undefined
    if (code !== undefined) throw new Problem(code, cause.message, {}, { cause })
    throw new Problem('UPSTREAM_UNAVAILABLE', 'The signer does not answer as it should', {}, { cause })
  }
}
