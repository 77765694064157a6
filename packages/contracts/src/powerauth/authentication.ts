import Type, { type Static } from 'typebox'
import {
  ActivationId,
  ActivationStatus,
  ApplicationId,
  Base64,
  eciesRequestFields,
  eciesResponseFields,
  FreeText,
  Moment,
  Nullable,
  ProtocolVersion,
  SignatureType,
  Text,
  Timestamp,
  Unset,
  UserId,
} from './fields.ts'

/** Normalised data to sign (protocol §8.2) without the application secret, which the server appends. */
const NormalizedData = FreeText(4_000_000)

export const VerifySignatureRequest = Type.Object({
  activationId: ActivationId,
  applicationKey: Text(32),
  data: NormalizedData,
  signature: FreeText(255),
  signatureType: SignatureType,
  signatureVersion: ProtocolVersion,
  forcedSignatureVersion: Unset(Type.Integer()),
})
export type VerifySignatureRequest = Static<typeof VerifySignatureRequest>
/** A wrong code is not an error: signatureValid is false, and what is not known is null. */
export const VerifySignatureResponse = Type.Object({
  signatureValid: Type.Boolean(),
  activationStatus: ActivationStatus,
  blockedReason: Nullable(Type.String()),
  activationId: Type.String(),
  userId: Nullable(Type.String()),
  applicationId: Nullable(Type.String()),
  signatureType: SignatureType,
  remainingAttempts: Nullable(Type.Integer()),
  applicationRoles: Type.Array(Type.String()),
  activationFlags: Type.Array(Type.String()),
})
export type VerifySignatureResponse = Static<typeof VerifySignatureResponse>

export const CreatePersonalizedOfflineSignaturePayloadRequest = Type.Object({
  activationId: ActivationId,
  data: Text(16_384),
  nonce: Unset(Base64(24)),
  proximityCheck: Unset(
    Type.Object({ seed: Base64(256), stepLength: Unset(Type.Integer({ minimum: 1, maximum: 3600 })) }),
  ),
})
export type CreatePersonalizedOfflineSignaturePayloadRequest = Static<
  typeof CreatePersonalizedOfflineSignaturePayloadRequest
>
export const CreateNonPersonalizedOfflineSignaturePayloadRequest = Type.Object({
  applicationId: ApplicationId,
  data: Text(16_384),
})
export type CreateNonPersonalizedOfflineSignaturePayloadRequest = Static<
  typeof CreateNonPersonalizedOfflineSignaturePayloadRequest
>
export const OfflineSignaturePayloadResponse = Type.Object({ offlineData: Type.String(), nonce: Type.String() })
export type OfflineSignaturePayloadResponse = Static<typeof OfflineSignaturePayloadResponse>

export const VerifyOfflineSignatureRequest = Type.Object({
  activationId: ActivationId,
  data: NormalizedData,
  signature: FreeText(255),
  componentLength: Unset(Type.Integer({ minimum: 4, maximum: 8 })),
  allowBiometry: Type.Boolean(),
  proximityCheck: Unset(
    Type.Object({
      seed: Base64(256),
      stepLength: Unset(Type.Integer({ minimum: 1, maximum: 3600 })),
      stepCount: Unset(Type.Integer({ minimum: 0, maximum: 10 })),
    }),
  ),
})
export type VerifyOfflineSignatureRequest = Static<typeof VerifyOfflineSignatureRequest>

export const VerifyEcdsaSignatureRequest = Type.Object({
  activationId: ActivationId,
  data: Base64(4_000_000),
  signature: Base64(512),
  signatureFormat: Unset(Type.Enum(['DER', 'JOSE'])),
})
export type VerifyEcdsaSignatureRequest = Static<typeof VerifyEcdsaSignatureRequest>
export const VerifyEcdsaSignatureResponse = Type.Object({ signatureValid: Type.Boolean() })
export type VerifyEcdsaSignatureResponse = Static<typeof VerifyEcdsaSignatureResponse>

export const SignEcdsaRequest = Type.Object({ activationId: ActivationId, data: Base64(4_000_000) })
export type SignEcdsaRequest = Static<typeof SignEcdsaRequest>
export const SignEcdsaResponse = Type.Object({ signature: Type.String() })
export type SignEcdsaResponse = Static<typeof SignEcdsaResponse>

export const GetSignatureAuditLogRequest = Type.Object({
  userId: UserId,
  applicationId: Unset(ApplicationId),
  timestampFrom: Moment,
  timestampTo: Moment,
})
export type GetSignatureAuditLogRequest = Static<typeof GetSignatureAuditLogRequest>
export const SignatureAuditItem = Type.Object({
  id: Type.Integer(),
  userId: Type.String(),
  applicationId: Type.String(),
  activationId: Type.String(),
  activationCounter: Type.Integer(),
  activationCtrData: Nullable(Type.String()),
  activationStatus: ActivationStatus,
  additionalInfo: Type.Array(Type.Object({ key: Type.String(), value: Type.String() })),
  dataBase64: Nullable(Type.String()),
  signatureVersion: Nullable(Type.String()),
  signatureType: SignatureType,
  signature: Type.String(),
  note: Type.String(),
  valid: Type.Boolean(),
  version: Type.Integer(),
  timestampCreated: Timestamp,
})
export const GetSignatureAuditLogResponse = Type.Object({ items: Type.Array(SignatureAuditItem) })
export type GetSignatureAuditLogResponse = Static<typeof GetSignatureAuditLogResponse>

export const VaultUnlockRequest = Type.Object({
  activationId: ActivationId,
  applicationKey: Text(32),
  signedData: NormalizedData,
  signature: FreeText(255),
  signatureType: SignatureType,
  signatureVersion: ProtocolVersion,
  ...eciesRequestFields,
  protocolVersion: Unset(ProtocolVersion),
})
export type VaultUnlockRequest = Static<typeof VaultUnlockRequest>
/** Without envelope members where the code did not verify. */
export const VaultUnlockResponse = Type.Object({
  encryptedData: Nullable(eciesResponseFields.encryptedData),
  mac: Nullable(eciesResponseFields.mac),
  nonce: eciesResponseFields.nonce,
  timestamp: eciesResponseFields.timestamp,
  signatureValid: Type.Boolean(),
})
export type VaultUnlockResponse = Static<typeof VaultUnlockResponse>
