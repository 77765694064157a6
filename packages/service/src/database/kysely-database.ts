import { type Dialect, Kysely } from 'kysely'
import { createJobQueue } from '../jobs/database-job-queue.ts'
import type { JobQueueOptions } from '../jobs/job-queue.ts'
import { jobMigrations } from '../jobs/job-table.ts'
import type { Database } from './database.ts'
import { assertSchemaName, migrateSchema } from './migrate.ts'

/** The Database over one of the two dialects. */
export function createKyselyDatabase(
  kind: Database['kind'],
  dialect: Dialect,
  queueOptions: JobQueueOptions,
  closeConnections: () => Promise<void>,
): Database {
  const db = new Kysely<unknown>({ dialect })
  const queues: { stop(): Promise<void> }[] = []
  return {
    kind,
    forSchema<Tables>(schema: string) {
      assertSchemaName(schema)
      // The tables of a schema are known to its owner alone; the connection is everybody's.
      return db.withSchema(schema) as Kysely<Tables>
    },
    async migrate(schema, migrations) {
      await migrateSchema(db, schema, [...jobMigrations, ...migrations])
    },
    jobs(schema) {
      assertSchemaName(schema)
      const queue = createJobQueue(db.withSchema(schema), queueOptions)
      queues.push(queue)
      return queue
    },
    async close() {
      await Promise.all(queues.map((queue) => queue.stop()))
      await db.destroy()
      await closeConnections()
    },
  }
}
