import type { CryptoProvider } from '@cloudsigner/powerauth-protocol'
import type { Clock, Outbox, Random, SecretBox } from '@cloudsigner/service'
import type { PowerAuthSettings } from '../config.ts'
import type { Db } from '../store/tables.ts'

/** What the methods of the server work with. `db` is outside a transaction; a method opens its own. */
export interface PowerAuthContext {
  readonly db: Db
  readonly secretBox: SecretBox
  readonly clock: Clock
  readonly random: Random
  readonly crypto: CryptoProvider
  readonly settings: PowerAuthSettings
  /** What is owed to callback URLs. */
  readonly outbox: Outbox
}
