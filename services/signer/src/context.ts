import type { CryptoProvider } from '@cloudsigner/pki'
import type { BlobStore, Clock, Logger, SecretBox } from '@cloudsigner/service'
import type { SignerEvents } from './adapters/callbacks.ts'
import type { CertificateAuthority } from './adapters/certificate-authority.ts'
import type { CloudKeys } from './adapters/cloud-keys.ts'
import type { DeviceRegistry } from './adapters/device-registry.ts'
import type { TimeStampAuthority } from './adapters/time-stamp-authority.ts'
import type { SignerDatabase } from './store/tables.ts'

/** What every action works with; made once, in app.ts. */
export interface SignerContext {
  readonly db: SignerDatabase
  readonly blobs: BlobStore
  readonly clock: Clock
  readonly logger: Logger
  readonly crypto: CryptoProvider
  /** Seals the key pairs of Cloud mode and what is pinned to them. */
  readonly secretBox: SecretBox
  readonly devices: DeviceRegistry
  readonly ca: CertificateAuthority
  /** Makes and uses the key pairs of Cloud mode. */
  readonly cloudKeys: CloudKeys
  /** Tells the outside what happens, in the transaction in which it does. */
  readonly events: SignerEvents
  /** null: this installation has none, and signs at level B-B alone. */
  readonly tsa: TimeStampAuthority | null
  /** TrueType, for visual signatures that name no font. */
  readonly defaultFont: Uint8Array
  readonly settings: SignerSettings
}

export interface SignerSettings {
  /** What precedes `/documents` in the `uri` of an answer; known once the listener is bound. */
  readonly publicUrl: () => string
  /** Largest PDF that is taken, in bytes. */
  readonly maxDocumentBytes: number
  /** Seconds that a document waits for its signature. */
  readonly waitingTimeoutSeconds: number
  /** Seconds that an approval of Cloud mode is good for; no longer than its document waits. */
  readonly approvalSeconds: number
  /** Seconds after which a blob that no document names is removed; more than any request takes. */
  readonly strayBlobSeconds: number
}

export function newUuid(crypto: Pick<CryptoProvider, 'random'>): string {
  const bytes = crypto.random(16)
  // RFC 9562 §5.4: version 4, variant 10.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Buffer.from(bytes).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
