import type { CallbackUrlType } from '@cloudsigner/contracts/powerauth-private'
import { type Migration, makeCallbackTables } from '@cloudsigner/service'
import { type Selectable, sql, type Updateable } from 'kysely'
import type { Db } from './tables.ts'

export interface CallbackUrlTable {
  id: string
  application_id: string
  name: string
  type: CallbackUrlType
  callback_url: string
  attributes: string[]
  authentication_sealed: Uint8Array
  /** In seconds; null: the default. */
  retention_period: number | null
  initial_backoff: number | null
  max_attempts: number | null
  timestamp_created: Date
  timestamp_last_updated: Date
}

export type CallbackUrlRow = Selectable<CallbackUrlTable>

export const callbackMigration: Migration = {
  name: '0003-callbacks',
  async up(db) {
    await makeCallbackTables(db)
    await sql`
      create table callback_url (
        id text primary key,
        application_id text not null references application,
        name text not null,
        type text not null check (type in ('ACTIVATION_STATUS_CHANGE', 'OPERATION_STATUS_CHANGE')),
        callback_url text not null,
        attributes text[] not null,
        authentication_sealed bytea not null,
        retention_period double precision,
        initial_backoff double precision,
        max_attempts integer,
        timestamp_created timestamptz not null,
        timestamp_last_updated timestamptz not null
      )`.execute(db)
    await sql`create index callback_url_application on callback_url (application_id, type)`.execute(db)
  },
}

const columns = [
  'id',
  'application_id',
  'name',
  'type',
  'callback_url',
  'attributes',
  'authentication_sealed',
  'retention_period',
  'initial_backoff',
  'max_attempts',
  'timestamp_created',
  'timestamp_last_updated',
] as const satisfies readonly (keyof CallbackUrlTable)[]

export async function insertCallbackUrl(db: Db, row: CallbackUrlRow): Promise<void> {
  await db.insertInto('callback_url').values(row).execute()
}

export function findCallbackUrl(db: Db, id: string): Promise<CallbackUrlRow | undefined> {
  return db.selectFrom('callback_url').select(columns).where('id', '=', id).executeTakeFirst()
}

/** The row, locked until the transaction ends. */
export function lockCallbackUrl(db: Db, id: string): Promise<CallbackUrlRow | undefined> {
  return db.selectFrom('callback_url').select(columns).where('id', '=', id).forUpdate().executeTakeFirst()
}

export async function updateCallbackUrlRow(db: Db, id: string, changes: Updateable<CallbackUrlTable>): Promise<void> {
  await db.updateTable('callback_url').set(changes).where('id', '=', id).execute()
}

export async function deleteCallbackUrl(db: Db, id: string): Promise<boolean> {
  const result = await db.deleteFrom('callback_url').where('id', '=', id).executeTakeFirst()
  return result.numDeletedRows > 0n
}

export function listCallbackUrls(db: Db, applicationId: string): Promise<CallbackUrlRow[]> {
  return db
    .selectFrom('callback_url')
    .select(columns)
    .where('application_id', '=', applicationId)
    .orderBy('name')
    .orderBy('id')
    .execute()
}

export async function listCallbackUrlIds(db: Db): Promise<readonly string[]> {
  const rows = await db.selectFrom('callback_url').select('id').execute()
  return rows.map(({ id }) => id)
}

export interface CallbackSubscription {
  readonly id: string
  readonly attributes: readonly string[]
}

/** Who is to be told of a change of something of these applications. */
export function listSubscriptions(
  db: Db,
  applicationIds: readonly string[],
  type: CallbackUrlType,
): Promise<CallbackSubscription[]> {
  return db
    .selectFrom('callback_url')
    .select(['id', 'attributes'])
    .where('application_id', 'in', applicationIds)
    .where('type', '=', type)
    .orderBy('id')
    .execute()
}
