import { computeTotp, verifyTotp } from '@cloudsigner/powerauth-protocol'
import type { ProximityResult } from '../domain/operation-approval.ts'
import { seal, unseal } from '../store/sealed.ts'
import type { PowerAuthContext } from './context.ts'

/** server-api §8: eight digits, half a minute, one step that is over. */
const totp = { stepSeconds: 30, digits: 8 } as const
const PAST_STEPS = 1
const SEED_LENGTH = 16

export function newTotpSeed({ random, secretBox }: PowerAuthContext, operationId: string): Uint8Array {
  return seal(secretBox, 'totpSeed', operationId, random(SEED_LENGTH))
}

interface Seeded {
  readonly operation_id: string
  readonly totp_seed_sealed: Uint8Array | null
}

/** What the other channel shows now; null where the operation has no proximity check. */
export async function proximityOtpOf(context: PowerAuthContext, row: Seeded): Promise<string | null> {
  const seed = seedOf(context, row)
  return seed === null ? null : computeTotp(context.crypto, { ...totp, seed, time: context.clock.now().getTime() })
}

export async function checkProximity(context: PowerAuthContext, row: Seeded, otp: unknown): Promise<ProximityResult> {
  const seed = seedOf(context, row)
  if (seed === null) return 'DISABLED'
  if (typeof otp !== 'string') return 'FAILED'
  const time = context.clock.now().getTime()
  const valid = await verifyTotp(context.crypto, { ...totp, seed, time, totp: otp, pastSteps: PAST_STEPS })
  return valid ? 'SUCCESS' : 'FAILED'
}

function seedOf({ secretBox }: PowerAuthContext, { operation_id, totp_seed_sealed }: Seeded): Uint8Array | null {
  return totp_seed_sealed === null ? null : unseal(secretBox, 'totpSeed', operation_id, totp_seed_sealed)
}
