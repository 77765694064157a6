import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { openPGlite } from '../database/open-pglite.ts'
import type { JobQueueOptions } from '../jobs/job-queue.ts'
import { createLogger } from '../logger.ts'
import { systemRandom } from '../random.ts'

/** A fresh embedded database of its own, from the template (0.3 s; the very first one 4 s). `close` removes it. */
export async function openTestDatabase(queue: Partial<JobQueueOptions> = {}): Promise<Database> {
  const directory = await mkdtemp(join(tmpdir(), 'cloudsigner-test-'))
  const database = await openPGlite({
    directory: join(directory, 'database'),
    durable: false,
    queue: { clock: systemClock, random: systemRandom, logger: createLogger({ level: 'silent' }), ...queue },
  })
  return {
    ...database,
    async close() {
      await database.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
