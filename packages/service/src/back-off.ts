export interface BackOff {
  /** Seconds after the first failure. */
  readonly initialSeconds: number
  readonly multiplier: number
  readonly maxSeconds: number
}

/** What the signer's contract says of callbacks. */
export const contractBackOff: BackOff = { initialSeconds: 2, multiplier: 1.5, maxSeconds: 32 }

/** Seconds to wait after the failure of an attempt; the first attempt is 1. */
export function backOffSeconds(attempt: number, { initialSeconds, multiplier, maxSeconds } = contractBackOff): number {
  // Bounded before the product too: 0 times Infinity is no delay.
  return Math.min(maxSeconds, initialSeconds * Math.min(multiplier ** (attempt - 1), Number.MAX_VALUE))
}
