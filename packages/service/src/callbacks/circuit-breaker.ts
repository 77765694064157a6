/**
 * The circuit breaker of one destination: so many failures in a row pause it; after a while one event is let through to
 * see whether the destination is back. Pure: states in, states out.
 *
 *   closed ── failure, the threshold's ──▶ open ── time ──▶ half-open ── one event admitted ──▶ open, until its time-out
 *     ▲                                     ▲ └──────────────── failure of that event ────────────┘
 *     └───────── any success ───────────────┘
 */
export interface BreakerState {
  /** In a row. */
  readonly failures: number
  /** Null while closed; half-open from this moment on. */
  readonly openUntil: Date | null
}

export interface BreakerSettings {
  /** Failures in a row that open it; -1 turns it off. */
  readonly failureThreshold: number
  /** How long it stays open, in seconds. */
  readonly resetSeconds: number
}

export const closedBreaker: BreakerState = { failures: 0, openUntil: null }

/** How many events may be sent now: all that wait, one to see whether the destination is back, or none. */
export type Admission = 'all' | 'one' | 'none'

export function admission({ openUntil }: BreakerState, now: Date): Admission {
  if (openUntil === null) return 'all'
  return now < openUntil ? 'none' : 'one'
}

/** While the one event is under way nobody else sends: open again until it must have ended. */
export function probing(state: BreakerState, until: Date): BreakerState {
  return { ...state, openUntil: until }
}

export function afterSuccess(): BreakerState {
  return closedBreaker
}

export function afterFailure(state: BreakerState, now: Date, settings: BreakerSettings): BreakerState {
  const failures = state.failures + 1
  const opens = settings.failureThreshold >= 0 && failures >= settings.failureThreshold
  return { failures, openUntil: opens ? new Date(now.getTime() + settings.resetSeconds * 1000) : null }
}
