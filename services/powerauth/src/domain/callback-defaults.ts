/** Of the genuine server: what a callback URL says nothing of. One attempt is what earlier versions made. */
export const callbackUrlDefaults = {
  maxAttempts: 1,
  initialBackOffSeconds: 2,
  retentionSeconds: 30 * 24 * 3600,
} as const
