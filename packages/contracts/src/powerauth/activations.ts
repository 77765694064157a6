import Type, { type Static } from 'typebox'
import {
  ActivationId,
  ActivationOtpValidation,
  ActivationStatus,
  ApplicationId,
  Base64,
  CommitPhase,
  ExternalUserId,
  eciesRequestFields,
  eciesResponseFields,
  FreeText,
  Moment,
  Nullable,
  Text,
  Timestamp,
  Unset,
  UserId,
} from './fields.ts'

const MaxFailureCount = Unset(Type.Integer({ minimum: 1, maximum: 255 }))
const ActivationOtp = Unset(Text(255))
const Protocol = Unset(Type.Enum(['powerauth', 'fido2', 'POWERAUTH', 'FIDO2']))

export const InitActivationRequest = Type.Object({
  userId: UserId,
  applicationId: ApplicationId,
  timestampActivationExpire: Unset(Moment),
  maxFailureCount: MaxFailureCount,
  activationOtpValidation: Unset(ActivationOtpValidation),
  commitPhase: Unset(CommitPhase),
  activationOtp: ActivationOtp,
  protocol: Protocol,
  flags: Unset(Type.Array(Text(255), { maxItems: 100 })),
})
export type InitActivationRequest = Static<typeof InitActivationRequest>
/** The QR or deep link of an activation is `activationCode#activationSignature`. */
export const InitActivationResponse = Type.Object({
  activationId: Type.String(),
  activationCode: Type.String(),
  activationSignature: Type.String(),
  userId: Type.String(),
  applicationId: Type.String(),
})
export type InitActivationResponse = Static<typeof InitActivationResponse>

export const PrepareActivationRequest = Type.Object({
  activationCode: Text(32),
  applicationKey: Text(32),
  generateRecoveryCodes: Unset(Type.Boolean()),
  ...eciesRequestFields,
})
export type PrepareActivationRequest = Static<typeof PrepareActivationRequest>
export const PrepareActivationResponse = Type.Object({
  activationId: Type.String(),
  userId: Type.String(),
  applicationId: Type.String(),
  applicationRoles: Type.Array(Type.String()),
  protocol: Type.String(),
  activationStatus: ActivationStatus,
  ...eciesResponseFields,
})
export type PrepareActivationResponse = Static<typeof PrepareActivationResponse>

export const CreateActivationRequest = Type.Object({
  userId: UserId,
  timestampActivationExpire: Unset(Moment),
  maxFailureCount: MaxFailureCount,
  generateRecoveryCodes: Unset(Type.Boolean()),
  applicationKey: Text(32),
  activationOtp: ActivationOtp,
  ...eciesRequestFields,
})
export type CreateActivationRequest = Static<typeof CreateActivationRequest>
export const CreateActivationResponse = Type.Object({
  activationId: Type.String(),
  userId: Type.String(),
  applicationId: Type.String(),
  applicationRoles: Type.Array(Type.String()),
  protocol: Type.String(),
  activationStatus: ActivationStatus,
  ...eciesResponseFields,
})
export type CreateActivationResponse = Static<typeof CreateActivationResponse>

export const UpdateActivationOtpRequest = Type.Object({
  activationId: ActivationId,
  externalUserId: ExternalUserId,
  activationOtp: Text(255),
})
export type UpdateActivationOtpRequest = Static<typeof UpdateActivationOtpRequest>
export const UpdateActivationOtpResponse = Type.Object({ activationId: Type.String(), updated: Type.Boolean() })
export type UpdateActivationOtpResponse = Static<typeof UpdateActivationOtpResponse>

export const UpdateActivationNameRequest = Type.Object({
  activationId: ActivationId,
  activationName: Text(255),
  externalUserId: Text(255),
})
export type UpdateActivationNameRequest = Static<typeof UpdateActivationNameRequest>
export const UpdateActivationNameResponse = Type.Object({
  activationId: Type.String(),
  activationName: Type.String(),
  activationStatus: ActivationStatus,
})
export type UpdateActivationNameResponse = Static<typeof UpdateActivationNameResponse>

export const CommitActivationRequest = Type.Object({
  activationId: ActivationId,
  externalUserId: ExternalUserId,
  activationOtp: ActivationOtp,
})
export type CommitActivationRequest = Static<typeof CommitActivationRequest>
export const CommitActivationResponse = Type.Object({ activationId: Type.String(), activated: Type.Boolean() })
export type CommitActivationResponse = Static<typeof CommitActivationResponse>

export const GetActivationStatusRequest = Type.Object({
  activationId: ActivationId,
  challenge: Unset(Base64(64)),
})
export type GetActivationStatusRequest = Static<typeof GetActivationStatusRequest>

const activationSummary = {
  activationId: Type.String(),
  activationStatus: ActivationStatus,
  blockedReason: Nullable(Type.String()),
  activationName: Nullable(Type.String()),
  userId: Type.String(),
  extras: Nullable(Type.String()),
  protocol: Nullable(Type.String()),
  externalId: Nullable(Type.String()),
  platform: Nullable(Type.String()),
  deviceInfo: Nullable(Type.String()),
  applicationId: Nullable(Type.String()),
  failedAttempts: Type.Integer(),
  maxFailedAttempts: Type.Integer(),
  timestampCreated: Timestamp,
  timestampLastUsed: Timestamp,
  timestampLastChange: Nullable(Timestamp),
  version: Nullable(Type.Integer()),
  activationFlags: Type.Array(Type.String()),
}

/** An unknown activation answers REMOVED with a random blob, as one that never was. */
export const GetActivationStatusResponse = Type.Object({
  ...activationSummary,
  activationOtpValidation: ActivationOtpValidation,
  commitPhase: Nullable(CommitPhase),
  encryptedStatusBlob: Nullable(Type.String()),
  encryptedStatusBlobNonce: Nullable(Type.String()),
  activationCode: Nullable(Type.String()),
  activationSignature: Nullable(Type.String()),
  devicePublicKeyFingerprint: Nullable(Type.String()),
  applicationRoles: Type.Array(Type.String()),
})
export type GetActivationStatusResponse = Static<typeof GetActivationStatusResponse>

export const RemoveActivationRequest = Type.Object({
  activationId: ActivationId,
  externalUserId: ExternalUserId,
  revokeRecoveryCodes: Unset(Type.Boolean()),
})
export type RemoveActivationRequest = Static<typeof RemoveActivationRequest>
export const RemoveActivationResponse = Type.Object({ activationId: Type.String(), removed: Type.Boolean() })
export type RemoveActivationResponse = Static<typeof RemoveActivationResponse>

export const BlockActivationRequest = Type.Object({
  activationId: ActivationId,
  reason: Unset(Text(255)),
  externalUserId: ExternalUserId,
})
export type BlockActivationRequest = Static<typeof BlockActivationRequest>
export const BlockActivationResponse = Type.Object({
  activationId: Type.String(),
  activationStatus: ActivationStatus,
  blockedReason: Nullable(Type.String()),
})
export type BlockActivationResponse = Static<typeof BlockActivationResponse>

export const UnblockActivationRequest = Type.Object({ activationId: ActivationId, externalUserId: ExternalUserId })
export type UnblockActivationRequest = Static<typeof UnblockActivationRequest>
export const UnblockActivationResponse = Type.Object({
  activationId: Type.String(),
  activationStatus: ActivationStatus,
})
export type UnblockActivationResponse = Static<typeof UnblockActivationResponse>

export const GetActivationListForUserRequest = Type.Object({
  userId: UserId,
  applicationId: Unset(ApplicationId),
  activationStatuses: Unset(Type.Array(ActivationStatus, { maxItems: 5 })),
  protocols: Unset(Type.Array(Text(16), { maxItems: 4 })),
  pageNumber: Unset(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  pageSize: Unset(Type.Integer({ minimum: 1, maximum: 500 })),
})
export type GetActivationListForUserRequest = Static<typeof GetActivationListForUserRequest>
export const Activation = Type.Object(activationSummary)
export type Activation = Static<typeof Activation>
export const GetActivationListForUserResponse = Type.Object({
  userId: Type.String(),
  activations: Type.Array(Activation),
})
export type GetActivationListForUserResponse = Static<typeof GetActivationListForUserResponse>

export const LookupActivationsRequest = Type.Object({
  userIds: Type.Array(UserId, { minItems: 1, maxItems: 500 }),
  applicationIds: Unset(Type.Array(ApplicationId, { maxItems: 500 })),
  timestampLastUsedBefore: Unset(Moment),
  timestampLastUsedAfter: Unset(Moment),
  activationStatus: Unset(ActivationStatus),
  activationFlags: Unset(Type.Array(Text(255), { maxItems: 100 })),
})
export type LookupActivationsRequest = Static<typeof LookupActivationsRequest>
export const LookupActivationsResponse = Type.Object({ activations: Type.Array(Activation) })
export type LookupActivationsResponse = Static<typeof LookupActivationsResponse>

export const UpdateStatusForActivationsRequest = Type.Object({
  activationIds: Type.Array(ActivationId, { minItems: 1, maxItems: 500 }),
  activationStatus: ActivationStatus,
})
export type UpdateStatusForActivationsRequest = Static<typeof UpdateStatusForActivationsRequest>
export const UpdateStatusForActivationsResponse = Type.Object({ updated: Type.Boolean() })
export type UpdateStatusForActivationsResponse = Static<typeof UpdateStatusForActivationsResponse>

export const GetActivationHistoryRequest = Type.Object({
  activationId: ActivationId,
  timestampFrom: Moment,
  timestampTo: Moment,
})
export type GetActivationHistoryRequest = Static<typeof GetActivationHistoryRequest>
export const GetActivationHistoryResponse = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.Integer(),
      activationId: Type.String(),
      activationStatus: ActivationStatus,
      eventReason: Nullable(Type.String()),
      externalUserId: Nullable(Type.String()),
      activationName: Nullable(Type.String()),
      timestampCreated: Timestamp,
      version: Nullable(Type.Integer()),
    }),
  ),
})
export type GetActivationHistoryResponse = Static<typeof GetActivationHistoryResponse>

export const ListActivationFlagsRequest = Type.Object({ activationId: ActivationId })
export const ActivationFlagsRequest = Type.Object({
  activationId: ActivationId,
  activationFlags: Type.Array(FreeText(255), { maxItems: 100 }),
})
export type ActivationFlagsRequest = Static<typeof ActivationFlagsRequest>
/** The flags after the change. */
export const ActivationFlagsResponse = Type.Object({
  activationId: Type.String(),
  activationFlags: Type.Array(Type.String()),
})
export type ActivationFlagsResponse = Static<typeof ActivationFlagsResponse>
