import type { SignerStatus } from '@cloudsigner/contracts/signer'
import { SignerProblem } from './signer-problem.ts'

/** Who asks for a change: the contract's PUT, or the expiration job, which alone sets EXPIRED. */
export type StatusAuthority = 'api' | 'expiration'

/** The contract's "States", as a table: from, to, by whom. What is not here does not happen. */
const transitions: Readonly<Record<SignerStatus, Readonly<Partial<Record<SignerStatus, StatusAuthority>>>>> = {
  ACTIVE: { BLOCKED: 'api', REMOVED: 'api', REVOKED: 'api', EXPIRED: 'expiration' },
  BLOCKED: { ACTIVE: 'api', REMOVED: 'api', REVOKED: 'api', EXPIRED: 'expiration' },
  REMOVED: {},
  REVOKED: {},
  EXPIRED: {},
}

export type StatusChange = 'unchanged' | 'changed'

/** Whether a signer may go from one status to another; the same status again is a no-op. Throws ILLEGAL_OPERATION_ERROR. */
export function changeSignerStatus(from: SignerStatus, to: SignerStatus, by: StatusAuthority): StatusChange {
  if (from === to) return 'unchanged'
  if (transitions[from][to] !== by) {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', `A signer that is ${from} cannot become ${to}`, { from, to })
  }
  return 'changed'
}

/** Whether a signer stays what it is, so that its key pairs have no use any more. */
export function isFinal(status: SignerStatus): boolean {
  return Object.keys(transitions[status]).length === 0
}

/** Only ACTIVE signs and renews. */
export function requireActiveSigner(status: SignerStatus): void {
  if (status !== 'ACTIVE') {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', `The signer is ${status}, and only an ACTIVE one may do this`)
  }
}
