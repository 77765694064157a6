import type { Selectable } from 'kysely'
import type {
  ApplicationConfigTable,
  ApplicationTable,
  ApplicationVersionTable,
  Db,
  MasterKeypairTable,
} from './tables.ts'

export type ApplicationRow = Selectable<ApplicationTable>
export type ApplicationVersionRow = Selectable<ApplicationVersionTable>
export type MasterKeypairRow = Selectable<MasterKeypairTable>

const versionColumns = [
  'application_id',
  'application_version_id',
  'application_key',
  'application_secret_sealed',
  'supported',
  'timestamp_created',
] as const

/** False where an application of this identifier exists. */
export async function insertApplication(
  db: Db,
  application: ApplicationRow,
  keypair: MasterKeypairRow,
): Promise<boolean> {
  const inserted = await db
    .insertInto('application')
    .values(application)
    .onConflict((conflict) => conflict.doNothing())
    .returning('application_id')
    .executeTakeFirst()
  if (inserted === undefined) return false
  await db.insertInto('master_keypair').values(keypair).execute()
  return true
}

/** False where a version of this identifier exists in the application. */
export async function insertApplicationVersion(db: Db, version: ApplicationVersionRow): Promise<boolean> {
  const inserted = await db
    .insertInto('application_version')
    .values(version)
    .onConflict((conflict) => conflict.doNothing())
    .returning('application_key')
    .executeTakeFirst()
  return inserted !== undefined
}

export function listApplications(db: Db): Promise<ApplicationRow[]> {
  return db
    .selectFrom('application')
    .select(['application_id', 'roles', 'timestamp_created'])
    .orderBy('application_id')
    .execute()
}

export function findApplication(db: Db, applicationId: string): Promise<ApplicationRow | undefined> {
  return db
    .selectFrom('application')
    .select(['application_id', 'roles', 'timestamp_created'])
    .where('application_id', '=', applicationId)
    .executeTakeFirst()
}

export function lockApplication(db: Db, applicationId: string): Promise<ApplicationRow | undefined> {
  return db
    .selectFrom('application')
    .select(['application_id', 'roles', 'timestamp_created'])
    .where('application_id', '=', applicationId)
    .forUpdate()
    .executeTakeFirst()
}

export async function setApplicationRoles(db: Db, applicationId: string, roles: string[]): Promise<void> {
  await db.updateTable('application').set({ roles }).where('application_id', '=', applicationId).execute()
}

export function findMasterKeypair(db: Db, applicationId: string): Promise<MasterKeypairRow | undefined> {
  return db
    .selectFrom('master_keypair')
    .select(['application_id', 'public_key', 'private_key_sealed', 'timestamp_created'])
    .where('application_id', '=', applicationId)
    .executeTakeFirst()
}

export function listApplicationVersions(db: Db, applicationId: string): Promise<ApplicationVersionRow[]> {
  return db
    .selectFrom('application_version')
    .select(versionColumns)
    .where('application_id', '=', applicationId)
    .orderBy('timestamp_created')
    .orderBy('application_version_id')
    .execute()
}

/** Base64 of 16 bytes; anything else is no application key and asks no database. */
const applicationKeyPattern = /^[A-Za-z0-9+/]{22}==$/

export async function findVersionByKey(db: Db, applicationKey: string): Promise<ApplicationVersionRow | undefined> {
  if (!applicationKeyPattern.test(applicationKey)) return undefined
  return db
    .selectFrom('application_version')
    .select(versionColumns)
    .where('application_key', '=', applicationKey)
    .executeTakeFirst()
}

/** How many versions were set: without an application, those of the identifier in any. */
export async function setVersionSupport(
  db: Db,
  version: { readonly applicationId: string | undefined; readonly applicationVersionId: string },
  supported: boolean,
): Promise<number> {
  const update = db
    .updateTable('application_version')
    .set({ supported })
    .where('application_version_id', '=', version.applicationVersionId)
  const scoped =
    version.applicationId === undefined ? update : update.where('application_id', '=', version.applicationId)
  const result = await scoped.executeTakeFirst()
  return Number(result.numUpdatedRows)
}

export function listApplicationConfig(db: Db, applicationId: string): Promise<Selectable<ApplicationConfigTable>[]> {
  return db
    .selectFrom('application_config')
    .select(['application_id', 'key', 'values'])
    .where('application_id', '=', applicationId)
    .orderBy('key')
    .execute()
}

export async function putApplicationConfig(db: Db, config: Selectable<ApplicationConfigTable>): Promise<void> {
  await db
    .insertInto('application_config')
    .values(config)
    .onConflict((conflict) => conflict.columns(['application_id', 'key']).doUpdateSet({ values: config.values }))
    .execute()
}

export async function deleteApplicationConfig(db: Db, applicationId: string, key: string): Promise<void> {
  await db.deleteFrom('application_config').where('application_id', '=', applicationId).where('key', '=', key).execute()
}
