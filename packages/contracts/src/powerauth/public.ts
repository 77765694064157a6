import Type, { type Static } from 'typebox'
import { Base64, FreeText, Text, Unset } from './fields.ts'

/** Error codes of the client-facing API and the messages they go with (powerauth-restful-integration docs/Error-Codes.md, 1.x). */
export const publicErrors = {
  ERR_AUTHENTICATION: 401,
  ERR_ACTIVATION: 400,
  ERR_ENCRYPTION: 400,
  ERR_SECURE_VAULT: 400,
  ERR_TEMPORARY_KEY: 400,
  ERR_USER_INFO: 400,
  ERR_STATUS: 400,
  ERR_VALIDATION: 400,
} as const satisfies Record<string, number>
export type PublicErrorCode = keyof typeof publicErrors

export const PublicErrorResponse = Type.Object({
  status: Type.Literal('ERROR'),
  responseObject: Type.Object({ code: Type.String(), message: Type.String() }),
})
export type PublicErrorResponse = Static<typeof PublicErrorResponse>

/** An ECIES envelope as it stands bare in a body (protocol §5.4): temporaryKeyId 3.3, nonce from 3.1, timestamp from 3.2. */
export const EciesEncryptedRequest = Type.Object({
  temporaryKeyId: Unset(Text(37)),
  ephemeralPublicKey: Base64(128),
  encryptedData: Base64(65_536),
  mac: Base64(64),
  nonce: Unset(Base64(64)),
  timestamp: Unset(Type.Integer({ minimum: 0 })),
})
export type EciesEncryptedRequest = Static<typeof EciesEncryptedRequest>
export const EciesEncryptedResponse = Type.Object({
  encryptedData: Type.String(),
  mac: Type.String(),
  nonce: Type.Optional(Type.String()),
  timestamp: Type.Optional(Type.Integer()),
})
export type EciesEncryptedResponse = Static<typeof EciesEncryptedResponse>

/** `/pa/v3/status`: serverTime in milliseconds since the epoch; the clients' clock. */
export const ServerStatusResponse = Type.Object({
  serverTime: Type.Integer(),
  application: Type.Object({ name: Type.String(), version: Type.String() }),
})
export type ServerStatusResponse = Static<typeof ServerStatusResponse>

export const ActivationStatusRequest = Type.Object({ activationId: Text(37), challenge: Unset(Base64(64)) })
export type ActivationStatusRequest = Static<typeof ActivationStatusRequest>
export const ActivationStatusResponse = Type.Object({
  activationId: Type.String(),
  encryptedStatusBlob: Type.String(),
  nonce: Type.Optional(Type.String()),
})
export type ActivationStatusResponse = Static<typeof ActivationStatusResponse>

/** Plaintext of the outer layer of activation/create (SH1 `/pa/generic/application`). */
export const ActivationLayer1Request = Type.Object({
  type: Type.Enum(['CODE', 'CUSTOM', 'RECOVERY', 'DIRECT']),
  identityAttributes: Type.Record(FreeText(255), FreeText(1024)),
  customAttributes: Unset(Type.Record(FreeText(255), Type.Unknown())),
  activationData: EciesEncryptedRequest,
})
export type ActivationLayer1Request = Static<typeof ActivationLayer1Request>
/** Plaintext of the outer layer of the answer. */
export const ActivationLayer1Response = Type.Object({
  customAttributes: Type.Record(Type.String(), Type.Unknown()),
  activationData: EciesEncryptedResponse,
})
export type ActivationLayer1Response = Static<typeof ActivationLayer1Response>

/** Plaintext of the inner layer (SH1 `/pa/activation`). */
export const ActivationLayer2Request = Type.Object({
  devicePublicKey: Base64(128),
  activationName: Unset(FreeText(255)),
  extras: Unset(FreeText(255)),
  platform: Unset(FreeText(255)),
  deviceInfo: Unset(FreeText(255)),
  activationOtp: Unset(FreeText(255)),
})
export type ActivationLayer2Request = Static<typeof ActivationLayer2Request>
export const ActivationLayer2Response = Type.Object({
  activationId: Type.String(),
  serverPublicKey: Type.String(),
  ctrData: Type.String(),
})
export type ActivationLayer2Response = Static<typeof ActivationLayer2Response>

export const ActivationRemoveResponse = Type.Object({ activationId: Type.String() })
export type ActivationRemoveResponse = Static<typeof ActivationRemoveResponse>

/** Plaintext of activation/rename. */
export const ActivationRenameRequest = Type.Object({ activationName: Text(255) })
export type ActivationRenameRequest = Static<typeof ActivationRenameRequest>
/** Plaintext of the answers of activation/detail and activation/rename, inside `{"status", "responseObject"}`. */
export const ActivationDetailResponse = Type.Object({ activationId: Type.String(), activationName: Type.String() })
export type ActivationDetailResponse = Static<typeof ActivationDetailResponse>

export const TokenRemoveRequest = Type.Object({ tokenId: Text(37) })
export type TokenRemoveRequest = Static<typeof TokenRemoveRequest>
export const TokenRemoveResponse = Type.Object({ tokenId: Type.String() })
export type TokenRemoveResponse = Static<typeof TokenRemoveResponse>

/** Plaintext of the answer of token/create. */
export const TokenCreateResponse = Type.Object({ tokenId: Type.String(), tokenSecret: Type.String() })
export type TokenCreateResponse = Static<typeof TokenCreateResponse>

/** Plaintext of vault/unlock. A reason that is absent is NOT_SPECIFIED. */
export const VaultUnlockPayload = Type.Object({
  reason: Unset(Type.String({ pattern: '^[A-Za-z0-9_\\-.]{3,255}$' })),
})
export type VaultUnlockPayload = Static<typeof VaultUnlockPayload>
/** Plaintext of the answer: KEY_ENCRYPTION_VAULT under KEY_TRANSPORT. */
export const VaultUnlockResult = Type.Object({ encryptedVaultEncryptionKey: Type.String() })
export type VaultUnlockResult = Static<typeof VaultUnlockResult>
