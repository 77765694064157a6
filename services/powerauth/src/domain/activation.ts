import type { ActivationStatus, CommitPhase, PrivateErrorCode } from '@cloudsigner/contracts/powerauth-private'

/** What the state machine of server-api §4 reads and writes of an activation. */
export interface ActivationState {
  readonly status: ActivationStatus
  readonly commitPhase: CommitPhase
  /** An activation OTP is set. */
  readonly otpSet: boolean
  readonly failedAttempts: number
  readonly maxFailedAttempts: number
  readonly blockedReason: string | null
}

/** An OTP as given by the caller, compared with the one that is set (`absent`: none was given). */
export type OtpCheck = 'right' | 'wrong' | 'absent'

export type ActivationEvent =
  | { readonly type: 'prepare'; readonly otp: OtpCheck }
  | { readonly type: 'invalidDeviceKey' }
  | { readonly type: 'commit'; readonly otp: OtpCheck }
  | { readonly type: 'updateOtp' }
  | { readonly type: 'updateName' }
  | { readonly type: 'expire' }
  | { readonly type: 'block'; readonly reason: string | null }
  | { readonly type: 'unblock' }
  | { readonly type: 'remove' }
  | { readonly type: 'codeAccepted'; readonly possessionOnly: boolean }
  | { readonly type: 'codeRefused'; readonly possessionOnly: boolean }

export type HistoryReason =
  | 'OTP_FAILED_ATTEMPT'
  | 'OTP_MAX_FAILED_ATTEMPTS'
  | 'OTP_VALUE_UPDATE'
  | 'ACTIVATION_NAME_UPDATED'

/** `refused` may change the state too: a wrong OTP counts, and the last one removes. Both halves are stored together. */
export interface Transition {
  readonly state: ActivationState
  readonly refused?: PrivateErrorCode
  /** A row of the history, beside the one that every change of status writes. */
  readonly historyReason?: HistoryReason
}

export const MAX_FAILED_ATTEMPTS = 'MAX_FAILED_ATTEMPTS'

/** The state after `event`, or why it is refused. */
export function transition(state: ActivationState, event: ActivationEvent): Transition {
  switch (event.type) {
    case 'prepare':
      return prepare(state, event.otp)
    case 'invalidDeviceKey':
      return state.status === 'CREATED' ? { state: removed(state), refused: 'ERR0009' } : wrongState(state)
    case 'commit':
      return commit(state, event.otp)
    case 'updateOtp':
      if (state.status !== 'PENDING_COMMIT') return wrongState(state)
      // A key exchange that needs no commit has used its OTP already.
      if (state.commitPhase === 'ON_KEY_EXCHANGE') return { state, refused: 'ERR0032' }
      return { state: { ...state, otpSet: true }, historyReason: 'OTP_VALUE_UPDATE' }
    case 'updateName':
      return state.status === 'PENDING_COMMIT' || state.status === 'ACTIVE'
        ? { state, historyReason: 'ACTIVATION_NAME_UPDATED' }
        : wrongState(state)
    case 'expire':
      return isWaiting(state) ? { state: removed(state) } : wrongState(state)
    case 'block':
      if (state.status === 'BLOCKED') return { state }
      return state.status === 'ACTIVE' ? { state: blocked(state, event.reason ?? 'NOT_SPECIFIED') } : wrongState(state)
    case 'unblock':
      if (state.status === 'ACTIVE') return { state }
      if (state.status !== 'BLOCKED') return wrongState(state)
      return { state: { ...state, status: 'ACTIVE', blockedReason: null, failedAttempts: 0 } }
    case 'remove':
      return { state: removed(state) }
    case 'codeAccepted':
      if (state.status !== 'ACTIVE') return wrongState(state)
      // Protocol §8.4: plain possession proves no second factor, so it forgives no failures of one.
      return { state: event.possessionOnly ? state : { ...state, failedAttempts: 0 } }
    case 'codeRefused':
      return codeRefused(state, event.possessionOnly)
  }
}

/** Whether the activation is still on its way, and expires. */
export function isWaiting(state: Pick<ActivationState, 'status'>): boolean {
  return state.status === 'CREATED' || state.status === 'PENDING_COMMIT'
}

function prepare(state: ActivationState, otp: OtpCheck): Transition {
  if (state.status !== 'CREATED') return wrongState(state)
  if (state.commitPhase === 'ON_COMMIT') {
    // An OTP is checked in exactly one phase; given in the other it is a mistake of the caller, not a guess.
    if (state.otpSet && otp !== 'absent') return { state, refused: 'ERR0032' }
    return { state: { ...state, status: 'PENDING_COMMIT' } }
  }
  if (state.otpSet && otp !== 'right') return wrongOtp(state)
  return { state: { ...state, status: 'ACTIVE', failedAttempts: 0 } }
}

function commit(state: ActivationState, otp: OtpCheck): Transition {
  if (state.status !== 'PENDING_COMMIT') return wrongState(state)
  if (state.commitPhase === 'ON_COMMIT' && state.otpSet && otp !== 'right') return wrongOtp(state)
  return { state: { ...state, status: 'ACTIVE', failedAttempts: 0 } }
}

function wrongOtp(state: ActivationState): Transition {
  const failedAttempts = Math.min(state.failedAttempts + 1, state.maxFailedAttempts)
  const counted = { ...state, failedAttempts }
  return failedAttempts >= state.maxFailedAttempts
    ? { state: removed(counted), refused: 'ERR0031', historyReason: 'OTP_MAX_FAILED_ATTEMPTS' }
    : { state: counted, refused: 'ERR0031', historyReason: 'OTP_FAILED_ATTEMPT' }
}

function codeRefused(state: ActivationState, possessionOnly: boolean): Transition {
  if (state.status !== 'ACTIVE') return wrongState(state)
  if (possessionOnly) return { state }
  const failedAttempts = Math.min(state.failedAttempts + 1, state.maxFailedAttempts)
  const counted = { ...state, failedAttempts }
  return { state: failedAttempts >= state.maxFailedAttempts ? blocked(counted, MAX_FAILED_ATTEMPTS) : counted }
}

function removed(state: ActivationState): ActivationState {
  return { ...state, status: 'REMOVED', blockedReason: null }
}

function blocked(state: ActivationState, reason: string): ActivationState {
  return { ...state, status: 'BLOCKED', blockedReason: reason }
}

function wrongState(state: ActivationState): Transition {
  return { state, refused: 'ERR0008' }
}
