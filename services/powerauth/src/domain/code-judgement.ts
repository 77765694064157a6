import type { ActivationEvent, ActivationState } from './activation.ts'
import { MAX_FAILED_ATTEMPTS } from './activation.ts'

/** Notes of the signature audit (server-api §7). */
export type SignatureNote =
  | 'signature_ok'
  | 'signature_does_not_match'
  | 'activation_invalid_application'
  | 'activation_invalid_state'
  | 'activation_invalid_state_ctr_mismatch'

export interface CodeFacts {
  readonly state: ActivationState
  /** The application version is supported and of the activation's application. */
  readonly applicationFits: boolean
  /** All factors of the code are possession alone. */
  readonly possessionOnly: boolean
}

/** What is known before the code is computed: null where it must be, else the end of the matter (protocol §8.4). */
export function judgeBeforeCode(
  facts: CodeFacts,
): { readonly note: SignatureNote; readonly event: ActivationEvent | null } | null {
  const { state, applicationFits, possessionOnly } = facts
  if (state.status !== 'ACTIVE') return { note: 'activation_invalid_state', event: null }
  if (!applicationFits) {
    return { note: 'activation_invalid_application', event: { type: 'codeRefused', possessionOnly } }
  }
  // An ACTIVE activation without attempts left: whatever made it so, no more guesses.
  if (state.failedAttempts >= state.maxFailedAttempts) {
    return { note: 'activation_invalid_state_ctr_mismatch', event: { type: 'block', reason: MAX_FAILED_ATTEMPTS } }
  }
  return null
}

export function judgeCode(
  valid: boolean,
  possessionOnly: boolean,
): { readonly note: SignatureNote; readonly event: ActivationEvent } {
  return valid
    ? { note: 'signature_ok', event: { type: 'codeAccepted', possessionOnly } }
    : { note: 'signature_does_not_match', event: { type: 'codeRefused', possessionOnly } }
}
