import type { JobQueueOptions } from '../jobs/job-queue.ts'
import type { Database } from './database.ts'
import { openPGlite } from './open-pglite.ts'
import { openPostgresql } from './open-postgresql.ts'

export type DatabaseLocation =
  | { readonly url: string }
  | { readonly directory: string; readonly cacheDirectory?: string }

/** Opens the embedded database of a directory, or connects to the server of a URL. */
export function openDatabase(location: DatabaseLocation, queue: JobQueueOptions): Promise<Database> {
  return 'url' in location
    ? openPostgresql({ url: location.url, logger: queue.logger, queue })
    : openPGlite({ ...location, queue })
}
