import { SignerProblem } from '../domain/signer-problem.ts'

/** `signerId`, or `externalSignerId` as older clients name it; both only where they agree. */
export function signerIdOf(request: { readonly signerId?: string; readonly externalSignerId?: string }): string {
  const id = request.signerId ?? request.externalSignerId
  if (id === undefined) throw new SignerProblem('REQUEST_VALIDATION_ERROR', 'signerId is missing')
  if (request.externalSignerId !== undefined && request.externalSignerId !== id) {
    throw new SignerProblem('REQUEST_VALIDATION_ERROR', 'signerId and externalSignerId name different signers')
  }
  return id
}
