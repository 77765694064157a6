import { type Kysely, sql } from 'kysely'
import { DatabaseError, type Migration } from './database.ts'

const schemaName = /^[a-z][a-z0-9_]{0,40}$/

export function assertSchemaName(schema: string): void {
  if (!schemaName.test(schema)) throw new Error(`${JSON.stringify(schema)} is not a schema's name`)
}

/**
 * Brings a schema up to `migrations` in one transaction, under a transaction-scoped advisory lock: of several replicas
 * that start at once one does the work, the others find it done.
 */
export async function migrateSchema(
  db: Kysely<unknown>,
  schema: string,
  migrations: readonly Migration[],
): Promise<void> {
  assertSchemaName(schema)
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtext('cloudsigner.migrate'), hashtext(${schema}))`.execute(transaction)
    const applied = await appliedMigrations(transaction, schema)
    const pending = pendingMigrations(schema, applied, migrations)
    if (pending.length === 0) return
    await sql`set local search_path to ${sql.id(schema)}`.execute(transaction)
    for (const migration of pending) {
      await migration.up(transaction.withSchema(schema))
      await sql`insert into ${sql.id(schema, 'applied_migration')} (name) values (${migration.name})`.execute(
        transaction,
      )
    }
  })
}

async function appliedMigrations(transaction: Kysely<unknown>, schema: string): Promise<readonly string[]> {
  const table = sql.id(schema, 'applied_migration')
  const found = await sql<{
    present: boolean
  }>`select to_regclass(${`${schema}.applied_migration`}) is not null as present`.execute(transaction)
  if (!found.rows[0]?.present) {
    await sql`create schema if not exists ${sql.id(schema)}`.execute(transaction)
    await sql`create table ${table} (name text primary key, applied_at timestamptz not null default now())`.execute(
      transaction,
    )
    return []
  }
  const rows = await sql<{ name: string }>`select name from ${table} order by name collate "C"`.execute(transaction)
  return rows.rows.map((row) => row.name)
}

function pendingMigrations(
  schema: string,
  applied: readonly string[],
  migrations: readonly Migration[],
): readonly Migration[] {
  const names = migrations.map((migration) => migration.name)
  const outOfOrder = names.find((name, index) => index > 0 && name <= (names[index - 1] ?? ''))
  if (outOfOrder !== undefined)
    throw new Error(`migration ${outOfOrder} of ${schema} does not sort after the one before it`)
  const strange = applied.find((name, index) => names[index] !== name)
  if (strange !== undefined)
    throw new DatabaseError(
      'migration_mismatch',
      `The database's schema ${schema} has migration ${strange}, which this version does not know at that place: it belongs to a newer version.`,
    )
  return migrations.slice(applied.length)
}
