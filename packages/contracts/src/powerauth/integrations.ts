import Type, { type Static } from 'typebox'
import { NoMembers, Text } from './fields.ts'

export const CreateIntegrationRequest = Type.Object({ name: Text(255) })
export type CreateIntegrationRequest = Static<typeof CreateIntegrationRequest>
/** clientToken and clientSecret are user and password of HTTP Basic. The secret is told this once. */
export const CreateIntegrationResponse = Type.Object({
  id: Type.String(),
  name: Type.String(),
  clientToken: Type.String(),
  clientSecret: Type.String(),
})
export type CreateIntegrationResponse = Static<typeof CreateIntegrationResponse>

export const GetIntegrationListRequest = NoMembers
/** Without the secrets, unlike the genuine server: they are stored as hashes. */
export const GetIntegrationListResponse = Type.Object({
  items: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), clientToken: Type.String() })),
})
export type GetIntegrationListResponse = Static<typeof GetIntegrationListResponse>

export const RemoveIntegrationRequest = Type.Object({ id: Text(37) })
export type RemoveIntegrationRequest = Static<typeof RemoveIntegrationRequest>
export const RemoveIntegrationResponse = Type.Object({ id: Type.String(), removed: Type.Boolean() })
export type RemoveIntegrationResponse = Static<typeof RemoveIntegrationResponse>
