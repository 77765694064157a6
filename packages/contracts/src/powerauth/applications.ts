import Type, { type Static } from 'typebox'
import { ApplicationId, NoMembers, Text, Unset } from './fields.ts'

const roles = Type.Array(Text(255), { maxItems: 100 })
const ApplicationVersionId = Text(255)
const ConfigKey = Text(255)
const configValues = Type.Array(Text(4096), { maxItems: 100 })

export const GetApplicationListRequest = NoMembers
export const GetApplicationListResponse = Type.Object({
  applications: Type.Array(Type.Object({ applicationId: ApplicationId, applicationRoles: roles })),
})
export type GetApplicationListResponse = Static<typeof GetApplicationListResponse>

export const ApplicationVersion = Type.Object({
  applicationVersionId: ApplicationVersionId,
  applicationKey: Type.String(),
  applicationSecret: Type.String(),
  mobileSdkConfig: Type.String(),
  supported: Type.Boolean(),
})
export type ApplicationVersion = Static<typeof ApplicationVersion>

export const GetApplicationDetailRequest = Type.Object({ applicationId: ApplicationId })
export type GetApplicationDetailRequest = Static<typeof GetApplicationDetailRequest>
/** The application secrets and the master public key: what an app is built with. */
export const GetApplicationDetailResponse = Type.Object({
  applicationId: ApplicationId,
  applicationRoles: roles,
  masterPublicKey: Type.String(),
  versions: Type.Array(ApplicationVersion),
})
export type GetApplicationDetailResponse = Static<typeof GetApplicationDetailResponse>

export const LookupApplicationByAppKeyRequest = Type.Object({ applicationKey: Text(32) })
export type LookupApplicationByAppKeyRequest = Static<typeof LookupApplicationByAppKeyRequest>
export const LookupApplicationByAppKeyResponse = Type.Object({ applicationId: ApplicationId })
export type LookupApplicationByAppKeyResponse = Static<typeof LookupApplicationByAppKeyResponse>

export const CreateApplicationRequest = Type.Object({ applicationId: ApplicationId })
export type CreateApplicationRequest = Static<typeof CreateApplicationRequest>
export const CreateApplicationResponse = Type.Object({ applicationId: ApplicationId, applicationRoles: roles })
export type CreateApplicationResponse = Static<typeof CreateApplicationResponse>

export const CreateApplicationVersionRequest = Type.Object({
  applicationId: ApplicationId,
  applicationVersionId: ApplicationVersionId,
})
export type CreateApplicationVersionRequest = Static<typeof CreateApplicationVersionRequest>
export const CreateApplicationVersionResponse = Type.Object({
  applicationVersionId: ApplicationVersionId,
  applicationKey: Type.String(),
  applicationSecret: Type.String(),
  supported: Type.Boolean(),
})
export type CreateApplicationVersionResponse = Static<typeof CreateApplicationVersionResponse>

export const SupportApplicationVersionRequest = Type.Object({
  applicationId: Unset(ApplicationId),
  applicationVersionId: ApplicationVersionId,
})
export type SupportApplicationVersionRequest = Static<typeof SupportApplicationVersionRequest>
export const SupportApplicationVersionResponse = Type.Object({
  applicationVersionId: ApplicationVersionId,
  supported: Type.Boolean(),
})
export type SupportApplicationVersionResponse = Static<typeof SupportApplicationVersionResponse>

export const GetApplicationConfigRequest = Type.Object({ applicationId: ApplicationId })
export type GetApplicationConfigRequest = Static<typeof GetApplicationConfigRequest>
export const GetApplicationConfigResponse = Type.Object({
  applicationId: ApplicationId,
  applicationConfigs: Type.Array(Type.Object({ key: ConfigKey, values: configValues })),
})
export type GetApplicationConfigResponse = Static<typeof GetApplicationConfigResponse>

export const CreateApplicationConfigRequest = Type.Object({
  applicationId: ApplicationId,
  key: ConfigKey,
  values: configValues,
})
export type CreateApplicationConfigRequest = Static<typeof CreateApplicationConfigRequest>
export const CreateApplicationConfigResponse = CreateApplicationConfigRequest
export type CreateApplicationConfigResponse = CreateApplicationConfigRequest

export const RemoveApplicationConfigRequest = Type.Object({ applicationId: ApplicationId, key: ConfigKey })
export type RemoveApplicationConfigRequest = Static<typeof RemoveApplicationConfigRequest>

export const ListApplicationRolesRequest = Type.Object({ applicationId: ApplicationId })
export const ApplicationRolesRequest = Type.Object({ applicationId: ApplicationId, applicationRoles: roles })
export type ApplicationRolesRequest = Static<typeof ApplicationRolesRequest>
/** The roles after the change. */
export const ApplicationRolesResponse = Type.Object({ applicationId: ApplicationId, applicationRoles: roles })
export type ApplicationRolesResponse = Static<typeof ApplicationRolesResponse>
