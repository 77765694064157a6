import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import pg from 'pg'
import { DatabaseError } from './database.ts'

/**
 * The pool, which tells a server that is not there from a statement that was refused: where no connection is had, or one
 * is lost, it throws DatabaseError `unreachable`. Whether a statement that was under way has been done is not known.
 */
export function reachablePool(pool: PostgresPool): PostgresPool {
  // The dialect knows a connection again by its identity.
  const clients = new WeakMap<PostgresPoolClient, PostgresPoolClient>()
  return {
    options: pool.options,
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw unreachable(error)
      })
      const known = clients.get(client)
      if (known) return known
      const telling = tellingClient(client)
      clients.set(client, telling)
      return telling
    },
    end: () => pool.end(),
  }
}

function tellingClient(client: PostgresPoolClient): PostgresPoolClient {
  function query<Row>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>>
  function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>
  function query(text: unknown, values: readonly unknown[] = []): unknown {
    if (typeof text !== 'string') throw new TypeError('cursors are not used')
    return client.query(text, values).catch((error: unknown) => {
      throw isLoss(error) ? unreachable(error) : error
    })
  }
  return { query, release: (destroy) => client.release(destroy) }
}

function unreachable(cause: unknown): DatabaseError {
  return new DatabaseError('unreachable', 'The database cannot be reached.', { cause })
}

/** PostgreSQL, appendix A: connection exceptions, insufficient resources, and a server that stops, crashed or starts. */
const passing = /^(08|53|57P0[123])/

/** A server that answers gives a SQLSTATE; else the connection broke, or code of ours or the driver's is at fault. */
function isLoss(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return passing.test(error.code ?? '')
  return error instanceof Error && !(error instanceof TypeError || error instanceof RangeError)
}
