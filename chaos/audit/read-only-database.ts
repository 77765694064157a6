import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import type { DatabasePlace } from '../fleet/fleet.ts'

/** A database as it is at one moment, for reading by plain SQL. int8 is to be cast to int by the statement. */
export interface ReadOnlyDatabase {
  rows<Row>(sql: string): Promise<readonly Row[]>
  close(): Promise<void>
}

/** A server is read in one transaction that cannot write; an embedded database, whose process has ended, is copied. */
export async function openReadOnly(place: DatabasePlace): Promise<ReadOnlyDatabase> {
  return 'url' in place ? readServer(place.url) : readCopy(place.directory)
}

async function readServer(url: string): Promise<ReadOnlyDatabase> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('begin transaction isolation level repeatable read, read only')
  return {
    rows: async (sql) => (await client.query(sql)).rows,
    close: () => client.end(),
  }
}

async function readCopy(directory: string): Promise<ReadOnlyDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudsigner-audit-'))
  const copy = join(folder, 'database')
  await cp(directory, copy, { recursive: true })
  const pglite = await PGlite.create(copy)
  return {
    rows: async <Row>(sql: string) => (await pglite.query<Row>(sql)).rows,
    async close() {
      await pglite.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
