import type { EjbcaRevocationReason } from '@cloudsigner/contracts/ejbca'
import type { CrlReason } from '@cloudsigner/pki'
import { CaProblem } from './problem.ts'

/** EJBCA's spelling of RFC 5280 §5.3.1; NOT_REVOKED has no number. */
export const crlReasonOf = {
  UNSPECIFIED: 'unspecified',
  KEY_COMPROMISE: 'keyCompromise',
  CA_COMPROMISE: 'cACompromise',
  AFFILIATION_CHANGED: 'affiliationChanged',
  SUPERSEDED: 'superseded',
  CESSATION_OF_OPERATION: 'cessationOfOperation',
  CERTIFICATE_HOLD: 'certificateHold',
  REMOVE_FROM_CRL: 'removeFromCRL',
  PRIVILEGES_WITHDRAWN: 'privilegeWithdrawn',
  AA_COMPROMISE: 'aACompromise',
} as const satisfies Record<Exclude<EjbcaRevocationReason, 'NOT_REVOKED'>, CrlReason>

/** What is known of a certificate's revocation; `reason` NOT_REVOKED where it is not revoked. */
export interface Revocation {
  readonly reason: EjbcaRevocationReason
  readonly revokedAt: Date | null
  readonly invalidityDate: Date | null
}

export const notRevoked: Revocation = { reason: 'NOT_REVOKED', revokedAt: null, invalidityDate: null }

const releases: readonly EjbcaRevocationReason[] = ['REMOVE_FROM_CRL', 'NOT_REVOKED']

export interface RevocationRequest {
  readonly reason: EjbcaRevocationReason
  /** When it shall count from; now where absent. */
  readonly date: Date | null
  readonly invalidityDate: Date | null
}

/**
 * A certificate's next state. Good → any reason; on hold → released or revoked for good; revoked for good → KEY_COMPROMISE alone, which
 * keeps its date. CaProblem 'already_revoked' for the rest, 'date_invalid' and 'backdated_revocation' for dates that are not now.
 */
export function revise(current: Revocation, request: RevocationRequest, now: Date): Revocation {
  const isRelease = releases.includes(request.reason)
  if (current.reason === 'NOT_REVOKED' && isRelease) {
    throw new CaProblem('already_revoked', 'Certificate is not on hold, it cannot be released.')
  }
  if (isRelease) {
    if (current.reason !== 'CERTIFICATE_HOLD') throw alreadyRevoked()
    return notRevoked
  }
  assertDate(request.date, now)
  const { reason, invalidityDate } = request
  if (current.reason === 'NOT_REVOKED') return { reason, revokedAt: now, invalidityDate }
  const keepsDate = { revokedAt: current.revokedAt ?? now, invalidityDate: invalidityDate ?? current.invalidityDate }
  if (current.reason === 'CERTIFICATE_HOLD' && reason !== 'CERTIFICATE_HOLD') return { reason, ...keepsDate }
  if (reason === 'KEY_COMPROMISE' && current.reason !== 'KEY_COMPROMISE') return { reason, ...keepsDate }
  throw alreadyRevoked()
}

const alreadyRevoked = () => new CaProblem('already_revoked', 'Certificate has already been revoked.')

/** Both clocks are in whole seconds, and a client's may be a little off. */
const clockTolerance = 60_000

function assertDate(date: Date | null, now: Date): void {
  if (!date) return
  if (date.getTime() > now.getTime() + clockTolerance) {
    throw new CaProblem('date_invalid', `Revocation date in the future: '${date.toISOString()}'.`)
  }
  if (date.getTime() < now.getTime() - clockTolerance) {
    throw new CaProblem('backdated_revocation', 'Back dated revocation not allowed for certificate profile.')
  }
}
