/** CRLReason by its number (RFC 5280 §5.3.1); 7 is not used. */
export const crlReasons = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const

export type CrlReason = keyof typeof crlReasons

const byNumber = new Map<number, CrlReason>()
for (const reason of Object.keys(crlReasons) as CrlReason[]) byNumber.set(crlReasons[reason], reason)

/** Null for a number that is not assigned. */
export const findCrlReason = (number: number): CrlReason | null => byNumber.get(number) ?? null
