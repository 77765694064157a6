import type { Selectable } from 'kysely'
import type { Db, IntegrationTable } from './tables.ts'

export type IntegrationRow = Selectable<IntegrationTable>

const columns = ['id', 'name', 'client_token', 'client_secret_hash'] as const

export async function insertIntegration(db: Db, integration: IntegrationRow): Promise<void> {
  await db.insertInto('integration').values(integration).execute()
}

export function listIntegrations(db: Db): Promise<IntegrationRow[]> {
  return db.selectFrom('integration').select(columns).orderBy('name').orderBy('id').execute()
}

export async function findIntegration(db: Db, clientToken: string): Promise<IntegrationRow | undefined> {
  if (clientToken.includes('\u0000')) return undefined
  return db.selectFrom('integration').select(columns).where('client_token', '=', clientToken).executeTakeFirst()
}

export async function deleteIntegration(db: Db, id: string): Promise<boolean> {
  const result = await db.deleteFrom('integration').where('id', '=', id).executeTakeFirst()
  return result.numDeletedRows > 0n
}
