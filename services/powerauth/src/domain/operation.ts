import type { OperationStatus, PrivateErrorCode, UserActionResult } from '@cloudsigner/contracts/powerauth-private'

/** What the state machine of server-api §5 reads and writes of an operation. */
export interface OperationState {
  readonly status: OperationStatus
  /** Whose it is; null until somebody claims or approves it. */
  readonly userId: string | null
  readonly statusReason: string | null
  readonly failureCount: number
  readonly maxFailureCount: number
}

export type OperationEvent =
  | { readonly type: 'claim'; readonly userId: string }
  /** `passed`: every check of an approval holds. */
  | { readonly type: 'approve'; readonly userId: string; readonly passed: boolean }
  /** An approval failed before it came here: its authentication code was wrong. */
  | { readonly type: 'failApproval' }
  /** `allowed`: the right user, from the right application. */
  | { readonly type: 'reject'; readonly allowed: boolean }
  | { readonly type: 'cancel'; readonly reason: string | null }
  | { readonly type: 'expire' }

export interface OperationTransition {
  readonly state: OperationState
  /** What the caller of approve, approve/fail and reject hears. */
  readonly result?: UserActionResult
  readonly refused?: PrivateErrorCode
}

/** States that a moment of finalisation is kept for. */
export const finalizedStatuses: readonly OperationStatus[] = ['APPROVED', 'REJECTED', 'FAILED']

/** The state after `event`, or why it is refused; a refusal changes nothing. */
export function operationTransition(state: OperationState, event: OperationEvent): OperationTransition {
  switch (event.type) {
    case 'claim':
      return claim(state, event.userId)
    case 'approve':
      if (state.status !== 'PENDING') return { state, refused: 'ERR0037' }
      if (!event.passed) return failed(state)
      return { state: { ...state, status: 'APPROVED', userId: event.userId }, result: 'APPROVED' }
    case 'failApproval':
      return state.status === 'PENDING' ? failed(state) : { state, refused: 'ERR0036' }
    case 'reject':
      if (state.status !== 'PENDING') return { state, refused: 'ERR0038' }
      return event.allowed
        ? { state: { ...state, status: 'REJECTED' }, result: 'REJECTED' }
        : { state, result: 'REJECT_FAILED' }
    case 'cancel':
      if (state.status !== 'PENDING') return { state, refused: 'ERR0036' }
      return { state: { ...state, status: 'CANCELED', statusReason: event.reason } }
    case 'expire':
      return state.status === 'PENDING' ? { state: { ...state, status: 'EXPIRED' } } : { state, refused: 'ERR0036' }
  }
}

/** Another user's operation is as good as none. One that ended unclaimed stays nobody's. */
function claim(state: OperationState, userId: string): OperationTransition {
  if (state.userId !== null) return state.userId === userId ? { state } : { state, refused: 'ERR0034' }
  return { state: state.status === 'PENDING' ? { ...state, userId } : state }
}

function failed(state: OperationState): OperationTransition {
  const failureCount = Math.min(state.failureCount + 1, state.maxFailureCount)
  const counted = { ...state, failureCount }
  return failureCount >= state.maxFailureCount
    ? { state: { ...counted, status: 'FAILED' }, result: 'OPERATION_FAILED' }
    : { state: counted, result: 'APPROVAL_FAILED' }
}
