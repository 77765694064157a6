import type { PGlite, Transaction as PGliteTransaction } from '@electric-sql/pglite'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'

/**
 * Kysely over PGlite. Kysely's own PGliteDialect hands one connection object to everybody, so that a query of one
 * request runs inside another's open transaction, and of two transactions at once the first never ends. Here each
 * acquired connection is its own, and PGlite's mutex makes the others wait.
 */
export class ExclusivePGliteDialect implements Dialect {
  readonly #pglite: PGlite

  constructor(pglite: PGlite) {
    this.#pglite = pglite
  }

  createAdapter(): DialectAdapter {
    return new PostgresAdapter()
  }

  createDriver(): Driver {
    return new PGliteDriver(this.#pglite)
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new PostgresIntrospector(db)
  }

  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler()
  }
}

/** Ends PGlite's own `transaction()` by a rollback: thrown by us, caught by us. */
const rollback = Symbol('rollback')

class PGliteConnection implements DatabaseConnection {
  readonly #pglite: PGlite
  #open: { readonly transaction: PGliteTransaction; end(how: 'commit' | typeof rollback): Promise<void> } | undefined

  constructor(pglite: PGlite) {
    this.#pglite = pglite
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const runner = this.#open?.transaction ?? this.#pglite
    const result = await runner.query<R>(query.sql, [...query.parameters])
    return {
      rows: result.rows,
      ...(result.affectedRows === undefined ? {} : { numAffectedRows: BigInt(result.affectedRows) }),
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('PGlite has no cursor streaming')
  }

  async begin(settings: TransactionSettings): Promise<void> {
    const begun = Promise.withResolvers<PGliteTransaction>()
    const ending = Promise.withResolvers<void>()
    const ended = this.#pglite.transaction(async (transaction) => {
      begun.resolve(transaction)
      await ending.promise
    })
    ended.catch(begun.reject)
    const transaction = await begun.promise
    this.#open = {
      transaction,
      end: async (how) => {
        this.#open = undefined
        if (how === 'commit') ending.resolve()
        else ending.reject(rollback)
        await ended.catch((error) => {
          if (error !== rollback) throw error
        })
      },
    }
    if (settings.isolationLevel) await transaction.query(`set transaction isolation level ${settings.isolationLevel}`)
    if (settings.accessMode) await transaction.query(`set transaction ${settings.accessMode}`)
  }

  async end(how: 'commit' | typeof rollback): Promise<void> {
    await this.#open?.end(how)
  }
}

class PGliteDriver implements Driver {
  readonly #pglite: PGlite

  constructor(pglite: PGlite) {
    this.#pglite = pglite
  }

  async init(): Promise<void> {
    await this.#pglite.waitReady
  }

  async acquireConnection(): Promise<PGliteConnection> {
    return new PGliteConnection(this.#pglite)
  }

  async beginTransaction(connection: PGliteConnection, settings: TransactionSettings): Promise<void> {
    await connection.begin(settings)
  }

  async commitTransaction(connection: PGliteConnection): Promise<void> {
    await connection.end('commit')
  }

  async rollbackTransaction(connection: PGliteConnection): Promise<void> {
    await connection.end(rollback)
  }

  async releaseConnection(): Promise<void> {}

  /** Whoever opened the PGlite closes it. */
  async destroy(): Promise<void> {}
}
