import type { BlobStore } from './blobs/blob-store.ts'
import type { Clock } from './clock.ts'
import type { Database } from './database/database.ts'
import type { Logger } from './logger.ts'
import type { Random } from './random.ts'
import type { SecretBox } from './secrets/secret-box.ts'

/** All that a service takes from outside itself, beside its configuration. */
export interface ServiceEnvironment {
  readonly database: Database
  readonly secretBox: SecretBox
  readonly blobs: BlobStore
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}
