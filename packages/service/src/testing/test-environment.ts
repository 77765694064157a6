import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFileBlobStore } from '../blobs/file-blob-store.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { ServiceEnvironment } from '../environment.ts'
import { type Random, systemRandom } from '../random.ts'
import { createSecretBox } from '../secrets/secret-box.ts'
import { type CaptureLogger, createCaptureLogger } from './capture-logger.ts'
import { openTestDatabase } from './test-database.ts'

export interface TestEnvironment extends ServiceEnvironment {
  readonly logger: CaptureLogger
  /** Closes the database and removes every file. */
  close(): Promise<void>
}

export interface TestEnvironmentOptions {
  readonly clock?: Clock
  readonly random?: Random
  /** A database that others use too, which stays open; a fresh one where absent. */
  readonly database?: Database
}

/** Everything a service needs, real and of its own: database, blobs, secrets; the log is kept in memory. */
export async function openTestEnvironment(options: TestEnvironmentOptions = {}): Promise<TestEnvironment> {
  const clock = options.clock ?? systemClock
  const random = options.random ?? systemRandom
  const logger = createCaptureLogger()
  const directory = await mkdtemp(join(tmpdir(), 'cloudsigner-test-'))
  const database = options.database ?? (await openTestDatabase({ clock, random, logger }))
  return {
    clock,
    random,
    logger,
    database,
    blobs: await openFileBlobStore(directory, random),
    secretBox: createSecretBox(random(32), random),
    async close() {
      if (options.database === undefined) await database.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
