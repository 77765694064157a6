import { type Generated, type Kysely, sql } from 'kysely'
import type { Migration } from '../database/database.ts'

/** A row of `job`: each schema has its own table. */
export interface JobRow {
  id: string
  kind: string
  payload: string
  state: 'waiting' | 'failed'
  attempt: Generated<number>
  unique_key: string | null
  not_before: Date
  /** While in the future, a process runs the job. */
  leased_until: Date | null
  last_error: string | null
  created_at: Date
  finished_at: Date | null
}

export interface JobTables {
  job: JobRow
}

export const jobMigrations: readonly Migration[] = [
  {
    name: '0000-jobs',
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('job')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('payload', 'jsonb', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('attempt', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('unique_key', 'text')
        .addColumn('not_before', 'timestamptz', (column) => column.notNull())
        .addColumn('leased_until', 'timestamptz')
        .addColumn('last_error', 'text')
        .addColumn('created_at', 'timestamptz', (column) => column.notNull())
        .addColumn('finished_at', 'timestamptz')
        .execute()
      await sql`create index job_waiting on job (kind, not_before) where state = 'waiting'`.execute(db)
      await sql`create unique index job_unique_key on job (kind, unique_key) where state = 'waiting'`.execute(db)
      await sql`create index job_finished on job (finished_at) where state <> 'waiting'`.execute(db)
    },
  },
]
