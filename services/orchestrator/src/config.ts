import type { AccessConfig, BasicCredentials, ClientCredentials, ListenOptions } from '@cloudsigner/service'
import type { CallbackCredentials } from './adapters/callback-registration.ts'

/** The members of AccessConfig are of the bank's own side; phones authenticate by PowerAuth. */
export interface OrchestratorConfig extends AccessConfig {
  readonly listen: ListenOptions
  readonly powerAuth: {
    /** What precedes `/rest/v3` of the private API. */
    readonly baseUrl: string
    readonly credentials?: BasicCredentials
    /** What precedes `/pa/v3` of the public API: told to the app. */
    readonly publicUrl: string
    /** The bank's application in PowerAuth, made at the first start. Default `cloudsigner`. */
    readonly applicationId?: string
  }
  readonly signer: {
    readonly baseUrl: string
    readonly credentials: BasicCredentials | ClientCredentials
    /** How long the signer lets a document wait, in seconds. Default 3600, as is the signer's. */
    readonly waitingTimeoutSeconds?: number
  }
  /** Where PowerAuth and the signer tell what happens; absent: they are not let in, and nobody is asked to tell. */
  readonly callbacks?: CallbackReceiverConfig
  /** Largest PDF that is taken, in bytes. Default 100 MiB, as is the signer's. */
  readonly maxDocumentBytes?: number
}

export interface CallbackReceiverConfig {
  /** Who may tell. */
  readonly access: AccessConfig
  /** PowerAuth is told at each start where this service is, and what to prove itself with; absent: it is left as it is. */
  readonly registration?: {
    /** What precedes `/callbacks`, as PowerAuth reaches this service. */
    readonly baseUrl: string
    readonly credentials: CallbackCredentials
  }
}

export const defaults = {
  applicationId: 'cloudsigner',
  waitingTimeoutSeconds: 3600,
  maxDocumentBytes: 100 * 1024 * 1024,
} as const
