import { PostgresDialect } from 'kysely'
import pg from 'pg'
import type { JobQueueOptions } from '../jobs/job-queue.ts'
import type { Logger } from '../logger.ts'
import { type Database, DatabaseError } from './database.ts'
import { createKyselyDatabase } from './kysely-database.ts'
import { preparedPool } from './prepared-pool.ts'
import { reachablePool } from './reachable-pool.ts'
import { parseInt8, typeOid } from './value-parsers.ts'

export interface PostgresqlOptions {
  /** `postgresql://user:password@host:port/database`; TLS by libpq's `sslmode`. */
  readonly url: string
  readonly maxConnections?: number
  readonly logger: Logger
  readonly queue: JobQueueOptions
}

const oldestVersion = 15

/** Connects to a PostgreSQL server; throws DatabaseError `unreachable` or `version_mismatch`. */
export async function openPostgresql(options: PostgresqlOptions): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    application_name: 'cloudsigner',
    types: {
      // pg's own signature is a family of overloads by OID; ours adds one row to its table.
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === typeOid.int8 && format !== 'binary'
          ? parseInt8
          : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  })
  // An idle connection that the server closes: the pool makes another.
  pool.on('error', (error) => options.logger.warn({ err: error }, 'an idle database connection was lost'))
  // One that somebody holds, between two statements: the next of them fails, and that is where it is dealt with.
  pool.on('connect', (client) =>
    client.on('error', (error) => options.logger.warn({ err: error }, 'a database connection was lost')),
  )
  try {
    const { rows } = await pool.query<{ version: string }>("select current_setting('server_version_num') as version")
    const version = Math.floor(Number(rows[0]?.version) / 10_000)
    if (version < oldestVersion)
      throw new DatabaseError(
        'version_mismatch',
        `The database is PostgreSQL ${version}; ${oldestVersion} or newer is needed.`,
      )
  } catch (cause) {
    await pool.end()
    if (cause instanceof DatabaseError) throw cause
    const { host, pathname } = new URL(options.url)
    throw new DatabaseError('unreachable', `The database ${host}${pathname} cannot be reached.`, { cause })
  }
  return createKyselyDatabase(
    'postgresql',
    new PostgresDialect({ pool: reachablePool(preparedPool(pool)) }),
    options.queue,
    async () => {
      // Kysely ends the pool only where it was used: a process that runs the app alone asks the database nothing.
      if (!pool.ending) await pool.end()
    },
  )
}
