import type {
  ApplicationRolesRequest,
  ApplicationRolesResponse,
  CreateApplicationConfigRequest,
  CreateApplicationRequest,
  CreateApplicationResponse,
  CreateApplicationVersionRequest,
  CreateApplicationVersionResponse,
  GetApplicationConfigResponse,
  GetApplicationDetailResponse,
  GetApplicationListResponse,
  RemoveApplicationConfigRequest,
  SupportApplicationVersionRequest,
  SupportApplicationVersionResponse,
} from '@cloudsigner/contracts/powerauth-private'
import { base64Encode, buildMobileSdkConfig } from '@cloudsigner/powerauth-protocol'
import { refuse } from '../domain/errors.ts'
import {
  type ApplicationRow,
  type ApplicationVersionRow,
  deleteApplicationConfig,
  findApplication,
  findMasterKeypair,
  findVersionByKey,
  insertApplication,
  insertApplicationVersion,
  listApplicationConfig,
  listApplications,
  listApplicationVersions,
  lockApplication,
  putApplicationConfig,
  setApplicationRoles,
  setVersionSupport,
} from '../store/applications.ts'
import { seal, unseal } from '../store/sealed.ts'
import type { Db } from '../store/tables.ts'
import type { PowerAuthContext } from './context.ts'

export async function getApplicationList({ db }: PowerAuthContext): Promise<GetApplicationListResponse> {
  const rows = await listApplications(db)
  return { applications: rows.map((row) => ({ applicationId: row.application_id, applicationRoles: row.roles })) }
}

export async function getApplicationDetail(
  context: PowerAuthContext,
  { applicationId }: { applicationId: string },
): Promise<GetApplicationDetailResponse> {
  const { db, secretBox } = context
  const application = await getApplication(db, applicationId)
  const keypair = await findMasterKeypair(db, applicationId)
  if (keypair === undefined) throw refuse('ERR0003', { applicationId })
  const versions = (await listApplicationVersions(db, applicationId)).map((row) => {
    const applicationSecret = readApplicationSecret(secretBox, row)
    const credentials = { applicationKey: row.application_key, applicationSecret }
    return {
      applicationVersionId: row.application_version_id,
      ...credentials,
      mobileSdkConfig: buildMobileSdkConfig({ ...credentials, masterPublicKey: keypair.public_key }),
      supported: row.supported,
    }
  })
  const masterPublicKey = base64Encode(keypair.public_key)
  return { applicationId, applicationRoles: application.roles, masterPublicKey, versions }
}

export async function lookupApplicationByAppKey(
  { db }: PowerAuthContext,
  { applicationKey }: { applicationKey: string },
): Promise<{ applicationId: string }> {
  const version = await findVersionByKey(db, applicationKey)
  if (version === undefined) throw refuse('ERR0015')
  return { applicationId: version.application_id }
}

/** Makes the master key pair and a supported version `default` with it. */
export async function createApplication(
  context: PowerAuthContext,
  { applicationId }: CreateApplicationRequest,
): Promise<CreateApplicationResponse> {
  const { db, secretBox, crypto, clock } = context
  const pair = await crypto.generateP256KeyPair()
  const timestamp = clock.now()
  const application = { application_id: applicationId, roles: [], timestamp_created: timestamp }
  const keypair = {
    application_id: applicationId,
    public_key: pair.publicKey,
    private_key_sealed: seal(secretBox, 'masterPrivateKey', applicationId, pair.privateKey),
    timestamp_created: timestamp,
  }
  await db.transaction().execute(async (transaction) => {
    if (!(await insertApplication(transaction, application, keypair))) throw refuse('ERR0043', { applicationId })
    await insertApplicationVersion(transaction, newVersion(context, applicationId, 'default').row)
  })
  return { applicationId, applicationRoles: [] }
}

export async function createApplicationVersion(
  context: PowerAuthContext,
  { applicationId, applicationVersionId }: CreateApplicationVersionRequest,
): Promise<CreateApplicationVersionResponse> {
  const { row, applicationSecret } = newVersion(context, applicationId, applicationVersionId)
  await getApplication(context.db, applicationId)
  if (!(await insertApplicationVersion(context.db, row)))
    throw refuse('ERR0043', { applicationId, applicationVersionId })
  return { applicationVersionId, applicationKey: row.application_key, applicationSecret, supported: true }
}

export async function setApplicationVersionSupport(
  { db }: PowerAuthContext,
  request: SupportApplicationVersionRequest,
  supported: boolean,
): Promise<SupportApplicationVersionResponse> {
  const { applicationVersionId } = request
  const applicationId = request.applicationId ?? undefined
  await db.transaction().execute(async (transaction) => {
    const changed = await setVersionSupport(transaction, { applicationId, applicationVersionId }, supported)
    // Without an application the identifier must say which version is meant.
    if (changed !== 1) throw refuse('ERR0015', { applicationVersionId, matching: changed })
  })
  return { applicationVersionId, supported }
}

export async function getApplicationConfig(
  { db }: PowerAuthContext,
  { applicationId }: { applicationId: string },
): Promise<GetApplicationConfigResponse> {
  await getApplication(db, applicationId)
  const rows = await listApplicationConfig(db, applicationId)
  return { applicationId, applicationConfigs: rows.map(({ key, values }) => ({ key, values })) }
}

export async function createApplicationConfig(
  { db }: PowerAuthContext,
  request: CreateApplicationConfigRequest,
): Promise<CreateApplicationConfigRequest> {
  const { applicationId, key, values } = request
  await getApplication(db, applicationId)
  await putApplicationConfig(db, { application_id: applicationId, key, values })
  return { applicationId, key, values }
}

export async function removeApplicationConfig(
  { db }: PowerAuthContext,
  { applicationId, key }: RemoveApplicationConfigRequest,
): Promise<void> {
  await getApplication(db, applicationId)
  await deleteApplicationConfig(db, applicationId, key)
}

export async function listApplicationRoles(
  { db }: PowerAuthContext,
  { applicationId }: { applicationId: string },
): Promise<ApplicationRolesResponse> {
  return { applicationId, applicationRoles: (await getApplication(db, applicationId)).roles }
}

/** The roles after `change` of those before. */
export async function changeApplicationRoles(
  { db }: PowerAuthContext,
  request: ApplicationRolesRequest,
  change: (before: readonly string[], given: readonly string[]) => string[],
): Promise<ApplicationRolesResponse> {
  const { applicationId } = request
  return db.transaction().execute(async (transaction) => {
    const application = await lockApplication(transaction, applicationId)
    if (application === undefined) throw refuse('ERR0015', { applicationId })
    const applicationRoles = change(application.roles, request.applicationRoles)
    await setApplicationRoles(transaction, applicationId, applicationRoles)
    return { applicationId, applicationRoles }
  })
}

/** The secret of a version in its Base64 form, which is how the protocol uses it. */
export function readApplicationSecret(
  secretBox: PowerAuthContext['secretBox'],
  version: Pick<ApplicationVersionRow, 'application_key' | 'application_secret_sealed'>,
): string {
  const { application_key: key, application_secret_sealed: sealed } = version
  return base64Encode(unseal(secretBox, 'applicationSecret', key, sealed))
}

async function getApplication(db: Db, applicationId: string): Promise<ApplicationRow> {
  const application = await findApplication(db, applicationId)
  if (application === undefined) throw refuse('ERR0015', { applicationId })
  return application
}

function newVersion(context: PowerAuthContext, applicationId: string, applicationVersionId: string) {
  const applicationKey = base64Encode(context.random(16))
  const secret = context.random(16)
  const row: ApplicationVersionRow = {
    application_id: applicationId,
    application_version_id: applicationVersionId,
    application_key: applicationKey,
    application_secret_sealed: seal(context.secretBox, 'applicationSecret', applicationKey, secret),
    supported: true,
    timestamp_created: context.clock.now(),
  }
  return { row, applicationSecret: base64Encode(secret) }
}
