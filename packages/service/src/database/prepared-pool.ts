import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type pg from 'pg'

/** Of each connection, in the server's memory too: what is made of lists of any length must not fill it. */
const mostStatements = 500

/**
 * The pool, whose connections keep the statements that have parameters prepared: the server parses and plans each once
 * a connection, not once a call. A statement is its text. Texts beyond a bound are sent as they always were.
 */
export function preparedPool(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>()
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text)
    if (known !== undefined || names.size === mostStatements) return known
    const name = `s${names.size}`
    names.set(text, name)
    return name
  }
  // The dialect knows a connection again by its identity.
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>()
  return {
    options: pool.options,
    async connect() {
      const client = await pool.connect()
      const known = clients.get(client)
      if (known) return known
      const prepared = preparing(client, nameOf)
      clients.set(client, prepared)
      return prepared
    },
    end: () => pool.end(),
  }
}

function preparing(client: pg.PoolClient, nameOf: (text: string) => string | undefined): PostgresPoolClient {
  function query<Row>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>>
  function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>
  function query(text: unknown, values: readonly unknown[] = []): unknown {
    if (typeof text !== 'string') throw new TypeError('cursors are not used')
    const name = values.length === 0 ? undefined : nameOf(text)
    return client.query({ text, values: [...values], ...(name === undefined ? {} : { name }) })
  }
  return { query, release: (destroy) => client.release(destroy) }
}
