import type { BasicCredentials } from '../auth/basic-authentication.ts'
import type { ClientCredentials } from '../auth/client-credentials.ts'

/** What a destination knows the sender by, in TLS. */
export type ClientCertificate =
  /** PEM, the leaf first. */
  | { readonly cert: string; readonly key: string }
  /** PKCS#12 and its password. */
  | { readonly pfx: Uint8Array; readonly passphrase?: string }

/** Where events go, and how the sender proves who it is. */
export interface CallbackDestination {
  /** Absolute; http or https, without credentials. Redirects are not followed. */
  readonly url: string
  /** At most one of these two. */
  readonly basic?: BasicCredentials
  readonly oauth2?: ClientCredentials
  readonly clientCertificate?: ClientCertificate
  /** PEM: whom to trust, in place of the platform's roots. */
  readonly trustedRoots?: string
  /** Attempts until an event is FAILED. Default 100. */
  readonly maxAttempts?: number
  /** Seconds between the first failure and the second attempt. Default 2. */
  readonly initialBackOffSeconds?: number
  /** Seconds that an event stays in the table once it is COMPLETED or FAILED. Default 30 days. */
  readonly retentionSeconds?: number
}

export const destinationDefaults = {
  maxAttempts: 100,
  initialBackOffSeconds: 2,
  retentionSeconds: 30 * 24 * 3600,
} as const

/** What holds for all destinations of a service. */
export interface CallbackSettings {
  /** An HTTP proxy that every call goes through, with its own credentials. */
  readonly proxy?: { readonly url: string; readonly credentials?: BasicCredentials }
  readonly connectTimeoutSeconds: number
  /** From the connection to the end of the answer. */
  readonly responseTimeoutSeconds: number
  readonly backOffMultiplier: number
  readonly maxBackOffSeconds: number
  readonly failureThreshold: number
  readonly resetSeconds: number
  /** Events in one run of the job. */
  readonly dispatchLimit: number
  /** Events of one destination that a process sends at a time. */
  readonly concurrency: number
}

export const callbackDefaults: CallbackSettings = {
  connectTimeoutSeconds: 5,
  responseTimeoutSeconds: 60,
  backOffMultiplier: 1.5,
  maxBackOffSeconds: 32,
  failureThreshold: 200,
  resetSeconds: 60,
  dispatchLimit: 100,
  concurrency: 8,
}

/** An address that callbacks can be sent to: http or https, and no secret in it. */
export function isCallbackUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}

/** Faults of a configuration, each as a sentence that stops the start. `name` is what the configuration calls it. */
export function assertDestination(name: string, destination: CallbackDestination): void {
  const { url, basic, oauth2, maxAttempts, initialBackOffSeconds, retentionSeconds } = {
    ...destinationDefaults,
    ...destination,
  }
  if (!isCallbackUrl(url)) throw new Error(`${name}.url is to be an http or https address without credentials`)
  if (basic && oauth2) throw new Error(`${name} has basic and oauth2, which would be two Authorization headers`)
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) throw new Error(`${name}.maxAttempts must be 1 or more`)
  if (!(initialBackOffSeconds >= 0)) throw new Error(`${name}.initialBackOffSeconds must not be negative`)
  if (!(retentionSeconds >= 0)) throw new Error(`${name}.retentionSeconds must not be negative`)
}

/** How long a process may be at one event: after that it must be dead, and another takes over. */
export function leaseSeconds(settings: CallbackSettings): number {
  return settings.connectTimeoutSeconds + settings.responseTimeoutSeconds + 10
}
