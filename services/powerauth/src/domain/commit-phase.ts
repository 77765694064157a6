import type { ActivationOtpValidation, CommitPhase } from '@cloudsigner/contracts/powerauth-private'
import { refuse } from './errors.ts'

export interface CommitPhaseRequest {
  readonly commitPhase?: CommitPhase | null
  /** Deprecated spelling of the same, which also says whether there is an OTP. */
  readonly activationOtpValidation?: ActivationOtpValidation | null
  readonly activationOtp?: string | null
}

/** The phase in which an activation becomes ACTIVE and in which its OTP, if any, is checked. Throws ERR0024, ERR0032. */
export function resolveCommitPhase(request: CommitPhaseRequest): CommitPhase {
  const { commitPhase, activationOtpValidation: validation, activationOtp } = request
  if (validation === undefined || validation === null) return commitPhase ?? 'ON_COMMIT'
  if (commitPhase !== undefined && commitPhase !== null) {
    throw refuse('ERR0024', { reason: 'activationOtpValidation beside commitPhase' })
  }
  const otpGiven = activationOtp !== undefined && activationOtp !== null
  if ((validation !== 'NONE') !== otpGiven) throw refuse('ERR0032', { validation, otpGiven })
  return validation === 'ON_KEY_EXCHANGE' ? 'ON_KEY_EXCHANGE' : 'ON_COMMIT'
}

/** How an older back end reads the phase of an activation. */
export function activationOtpValidationOf(commitPhase: CommitPhase, otpSet: boolean): ActivationOtpValidation {
  return otpSet ? commitPhase : 'NONE'
}
