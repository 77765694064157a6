import { type AccessConfig, assertAccess, type BasicCredentials, type ListenOptions } from '@cloudsigner/service'
import { assertCallbacks, type CallbackConfig } from './adapters/callbacks.ts'
import type { TimeStampEndpoint } from './adapters/time-stamp-authority.ts'

/** What differs from one installation to the next. Everything else that the service needs is its environment. */
export interface SignerConfig extends AccessConfig {
  readonly listen: ListenOptions
  /** What precedes `/documents` in the `uri` of an answer; the listener's own address where absent. */
  readonly publicUrl?: string
  readonly powerAuth: {
    /** What precedes `/rest/v3`. */
    readonly baseUrl: string
    readonly credentials?: BasicCredentials
  }
  readonly ca: {
    /** What precedes `/v1`, such as `https://host:8443/ejbca/ejbca-rest-api`. */
    readonly restUrl: string
    /** PEM: what the CA knows this service by, and whom this service takes for the CA. */
    readonly clientCertificate: string
    readonly clientKey: string
    readonly tlsCa: string
    readonly caName: string
    readonly certificateProfile: string
    readonly endEntityProfile: string
  }
  /** The time-stamping authority (RFC 3161) for PADES_B_T; absent: PADES_B_B is the only level. */
  readonly tsa?: TimeStampEndpoint
  readonly documents?: DocumentConfig
  /** Whom the service tells what happens; absent: nobody. */
  readonly callbacks?: CallbackConfig
}

export interface DocumentConfig {
  /** Largest PDF that is taken, in bytes. Default 100 MiB. */
  readonly maxBytes?: number
  /** Seconds that a document waits for its signature. Default 3600. */
  readonly waitingTimeoutSeconds?: number
  /** Seconds that an approval of Cloud mode is good for, at most as long as the document waits. Default 3600. */
  readonly approvalSeconds?: number
  /** Seconds after which documents are deleted, by status, counted from their last change; absent keeps them. */
  readonly retentionSeconds?: {
    readonly waiting?: number
    readonly rejected?: number
    readonly signed?: number
  }
  /** Seconds after which a blob that no document names is removed; more than any request takes. Default 3600. */
  readonly strayBlobSeconds?: number
}

export const documentDefaults = {
  maxBytes: 100 * 1024 * 1024,
  waitingTimeoutSeconds: 3600,
  approvalSeconds: 3600,
  strayBlobSeconds: 3600,
} as const

/** How long a request may take to arrive: 100 MB over a slow line, and less than half of `strayBlobSeconds`. */
export const requestTimeoutSeconds = 600

/** Faults between members, each as a sentence that stops the start. */
export function assertConfig(config: SignerConfig): void {
  assertAccess(config)
  if (config.callbacks) assertCallbacks(config.callbacks)
  const { maxBytes, waitingTimeoutSeconds, approvalSeconds, strayBlobSeconds } = {
    ...documentDefaults,
    ...config.documents,
  }
  if (maxBytes < 1) throw new Error('documents.maxBytes is the largest PDF in bytes: it must be positive')
  if (waitingTimeoutSeconds < 1) throw new Error('documents.waitingTimeoutSeconds must be positive')
  if (approvalSeconds < 1) throw new Error('documents.approvalSeconds must be positive')
  if (strayBlobSeconds < 2 * requestTimeoutSeconds) {
    throw new Error(
      `documents.strayBlobSeconds is ${strayBlobSeconds}, and must be twice the longest request (${requestTimeoutSeconds} s) or more: an upload under way would be swept`,
    )
  }
}
