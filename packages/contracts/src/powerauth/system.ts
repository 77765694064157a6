import Type, { type Static } from 'typebox'
import { FreeText, NoMembers, Timestamp, Unset } from './fields.ts'

export const GetSystemStatusRequest = NoMembers
export const GetSystemStatusResponse = Type.Object({
  status: Type.Literal('OK'),
  applicationName: Type.String(),
  applicationDisplayName: Type.String(),
  applicationEnvironment: Type.String(),
  version: Type.String(),
  buildTime: Type.Union([Timestamp, Type.Null()]),
  timestamp: Timestamp,
})
export type GetSystemStatusResponse = Static<typeof GetSystemStatusResponse>

export const GetErrorCodeListRequest = Type.Object({ language: Unset(FreeText(16)) })
export const GetErrorCodeListResponse = Type.Object({
  errors: Type.Array(Type.Object({ code: Type.String(), value: Type.String() })),
})
export type GetErrorCodeListResponse = Static<typeof GetErrorCodeListResponse>
