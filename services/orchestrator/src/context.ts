import type { SignerClient } from '@cloudsigner/clients/signer'
import type { BlobStore, Clock, Logger, Random } from '@cloudsigner/service'
import type { PowerAuth } from './adapters/power-auth.ts'
import type { OrchestratorDatabase } from './store/tables.ts'

/** What every action works with; made once, in app.ts. */
export interface OrchestratorContext {
  readonly db: OrchestratorDatabase
  readonly blobs: BlobStore
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly powerAuth: PowerAuth
  readonly signer: SignerClient
  readonly settings: {
    readonly maxDocumentBytes: number
    readonly waitingTimeoutSeconds: number
    readonly enrollmentServerUrl: string
    readonly applicationId: string
  }
}

export function newUuid(random: Random): string {
  const bytes = random(16)
  // RFC 9562 §5.4: version 4, variant 10.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Buffer.from(bytes).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
