import type { Kysely, Transaction } from 'kysely'
import type { JobQueue } from '../jobs/job-queue.ts'

/**
 * One forward-only change of a schema. `up` runs inside a transaction; `db` is on the schema already, and so is plain
 * SQL (`search_path`). SQL that PostgreSQL 15 knows.
 */
export interface Migration {
  /** Sorts as it applies: `0001-activations`. Never renamed once released. */
  readonly name: string
  up(db: Kysely<unknown>): Promise<void>
}

/**
 * A PostgreSQL, in process (PGlite) or by the wire. Both give the same types: int8 as number (beyond 2^53 an error),
 * numeric as string, timestamptz as Date, bytea as Uint8Array, json as value. Pass json parameters as text
 * (`JSON.stringify`): the two drivers disagree about arrays.
 *
 * PGlite has one connection: await nothing slow inside a transaction, and never another query outside it.
 */
export interface Database {
  readonly kind: 'pglite' | 'postgresql'
  /** Kysely whose tables live in the PostgreSQL schema `schema`. */
  forSchema<Tables>(schema: string): Kysely<Tables>
  /**
   * Makes the schema and applies what it lacks of `migrations`, in order, all or none, under a lock that replicas share.
   * Throws DatabaseError `migration_mismatch` where the database holds migrations that the list does not.
   */
  migrate(schema: string, migrations: readonly Migration[]): Promise<void>
  /** The schema's job queue; its table is made by `migrate`. */
  jobs(schema: string): JobQueue
  close(): Promise<void>
}

/** A transaction of any schema's tables: what a job is sent in. */
export type AnyTransaction = Pick<Transaction<unknown>, 'executeQuery' | 'isTransaction'>

/** `unreachable` comes from any query, whenever the server is gone or the connection to it breaks. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly code: 'in_use' | 'migration_mismatch' | 'unreachable' | 'version_mismatch'

  constructor(code: DatabaseError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
