import Type, { type Static } from 'typebox'
import {
  ActivationId,
  ActivationStatus,
  Base64,
  eciesRequestFields,
  eciesResponseFields,
  Nullable,
  ProtocolVersion,
  SignatureType,
  Text,
  Unset,
} from './fields.ts'

export const CreateTokenRequest = Type.Object({
  activationId: ActivationId,
  applicationKey: Text(32),
  signatureType: SignatureType,
  ...eciesRequestFields,
})
export type CreateTokenRequest = Static<typeof CreateTokenRequest>
export const CreateTokenResponse = Type.Object(eciesResponseFields)
export type CreateTokenResponse = Static<typeof CreateTokenResponse>

export const ValidateTokenRequest = Type.Object({
  tokenId: Text(37),
  tokenDigest: Base64(64),
  nonce: Base64(64),
  timestamp: Type.Integer({ minimum: 0 }),
  protocolVersion: ProtocolVersion,
})
export type ValidateTokenRequest = Static<typeof ValidateTokenRequest>
/** A wrong token is not an error: tokenValid is false and the rest null. */
export const ValidateTokenResponse = Type.Object({
  tokenValid: Type.Boolean(),
  activationStatus: Nullable(ActivationStatus),
  blockedReason: Nullable(Type.String()),
  activationId: Nullable(Type.String()),
  userId: Nullable(Type.String()),
  applicationId: Nullable(Type.String()),
  applicationRoles: Type.Array(Type.String()),
  activationFlags: Type.Array(Type.String()),
  signatureType: Nullable(SignatureType),
})
export type ValidateTokenResponse = Static<typeof ValidateTokenResponse>

export const RemoveTokenRequest = Type.Object({ tokenId: Text(37), activationId: ActivationId })
export type RemoveTokenRequest = Static<typeof RemoveTokenRequest>
export const RemoveTokenResponse = Type.Object({ removed: Type.Boolean() })
export type RemoveTokenResponse = Static<typeof RemoveTokenResponse>

/** Compact JWS of protocol §6. */
export const Jwt = Type.String({ maxLength: 4096, pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$' })
export const CreateTemporaryKeyRequest = Type.Object({ jwt: Jwt })
export type CreateTemporaryKeyRequest = Static<typeof CreateTemporaryKeyRequest>
export const CreateTemporaryKeyResponse = Type.Object({ jwt: Type.String() })
export type CreateTemporaryKeyResponse = Static<typeof CreateTemporaryKeyResponse>

export const RemoveTemporaryKeyRequest = Type.Object({ id: Text(37) })
export type RemoveTemporaryKeyRequest = Static<typeof RemoveTemporaryKeyRequest>
export const RemoveTemporaryKeyResponse = Type.Object({ id: Type.String(), removed: Type.Boolean() })
export type RemoveTemporaryKeyResponse = Static<typeof RemoveTemporaryKeyResponse>

export const GetEciesDecryptorRequest = Type.Object({
  activationId: Unset(ActivationId),
  applicationKey: Text(32),
  temporaryKeyId: Unset(Text(37)),
  ephemeralPublicKey: Base64(128),
  nonce: Unset(Base64(64)),
  timestamp: Unset(Type.Integer({ minimum: 0 })),
  protocolVersion: ProtocolVersion,
})
export type GetEciesDecryptorRequest = Static<typeof GetEciesDecryptorRequest>
/** secretKey: the 48 bytes of the envelope key; sharedInfo2: the base of SH2. Base64. */
export const GetEciesDecryptorResponse = Type.Object({ secretKey: Type.String(), sharedInfo2: Type.String() })
export type GetEciesDecryptorResponse = Static<typeof GetEciesDecryptorResponse>
