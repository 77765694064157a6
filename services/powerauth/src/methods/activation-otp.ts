import { matchesOtpHash } from '../adapters/otp-hash.ts'
import type { OtpCheck } from '../domain/activation.ts'
import { refuse } from '../domain/errors.ts'
import { findActivation } from '../store/activations.ts'
import type { ActivationRow, Db } from '../store/tables.ts'

/** An OTP compared outside a transaction, for the hash that was set at that moment. */
export interface CheckedOtp {
  readonly against: string | null
  readonly check: OtpCheck
}

/** Deriving the hash takes long on purpose, so it is done before the row is locked. */
export async function checkOtp(db: Db, activationId: string, otp: string | null | undefined): Promise<CheckedOtp> {
  const row = await findActivation(db, activationId)
  const against = row?.otp_hash ?? null
  if (otp === null || otp === undefined) return { against, check: 'absent' }
  return { against, check: against !== null && (await matchesOtpHash(otp, against)) ? 'right' : 'wrong' }
}

/** What the check says of a locked row. Throws ERR0024 where another request has set another OTP in between. */
export function otpOf(row: ActivationRow, checked: CheckedOtp): OtpCheck {
  if (row.otp_hash !== checked.against)
    throw refuse('ERR0024', { activationId: row.activation_id, reason: 'OTP changed' })
  return checked.check
}
