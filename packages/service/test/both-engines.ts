import { after, test } from 'node:test'
import type { Database, JobQueueOptions } from '../src/index.ts'
import { openTestDatabase, type RealPostgresServer, startRealPostgres } from '../src/testing/index.ts'

export interface Engine {
  readonly kind: Database['kind']
  /** A handle on the engine's one database; a second is another replica on a real server, the same one on PGlite. */
  open(queue?: Partial<JobQueueOptions>): Promise<Database>
}

/** One server for all tests of a file, a database each. */
let server: Promise<RealPostgresServer> | undefined
after(async () => (await server)?.stop())

/** Declares a test twice: on the embedded PGlite and on a real PostgreSQL server. */
export function testOnBothEngines(name: string, body: (engine: Engine) => Promise<void>): void {
  test(`${name} (PGlite)`, async () => {
    let database: Promise<Database> | undefined
    try {
      await body({
        kind: 'pglite',
        open: (queue) => {
          database ??= openTestDatabase(queue)
          return database
        },
      })
    } finally {
      await (await database)?.close()
    }
  })
  test(`${name} (PostgreSQL)`, async () => {
    server ??= startRealPostgres()
    const database = await (await server).createDatabase()
    await body({ kind: 'postgresql', open: (queue) => database.open(queue) })
  })
}
