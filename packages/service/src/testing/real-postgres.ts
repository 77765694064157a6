import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { openPostgresql } from '../database/open-postgresql.ts'
import type { JobQueueOptions } from '../jobs/job-queue.ts'
import { createLogger } from '../logger.ts'
import { systemRandom } from '../random.ts'
import { type PostgresServer, startPostgresServer } from './postgres-server.ts'

/** A fresh database of a real server. */
export interface RealPostgres {
  readonly url: string
  /** Another pool of connections to the same database, as another replica has; closed with the server. */
  open(queue?: Partial<JobQueueOptions>): Promise<Database>
}

export interface RealPostgresServer {
  createDatabase(): Promise<RealPostgres>
  stop(): Promise<void>
}

export interface RealPostgresOptions {
  /** Folder of an installed PostgreSQL's programs; npm's where absent. */
  readonly programs?: string
}

/** Runs `body` with a real PostgreSQL server of its own, which then goes away. */
export async function withRealPostgres<T>(body: (database: RealPostgres) => Promise<T>): Promise<T> {
  const server = await startRealPostgres()
  try {
    return await body(await server.createDatabase())
  } finally {
    await server.stop()
  }
}

/** A real PostgreSQL server on 127.0.0.1, for many tests of one file. */
export async function startRealPostgres(options: RealPostgresOptions = {}): Promise<RealPostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'cloudsigner-postgresql-'))
  let server: PostgresServer | undefined
  const opened: Database[] = []
  async function stop() {
    await Promise.allSettled(opened.map((database) => database.close()))
    await server?.stop()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    server = await startPostgresServer({ directory, fsync: false, ...options })
    const { urlOf, createDatabase } = server
    let created = 0
    return {
      async createDatabase() {
        created += 1
        const name = `test_${created}`
        await createDatabase(name)
        return {
          url: urlOf(name),
          open: async (queue = {}) => {
            const database = await openReplica(urlOf(name), queue)
            opened.push(database)
            return database
          },
        }
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function openReplica(url: string, queue: Partial<JobQueueOptions>): Promise<Database> {
  const logger = createLogger({ level: 'silent' })
  return openPostgresql({ url, logger, queue: { clock: systemClock, random: systemRandom, logger, ...queue } })
}
