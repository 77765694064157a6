export type { CounterSynchronization } from './counter/synchronize.ts'
export type { Awaitable, CryptoProvider, P256KeyPair } from './crypto-provider.ts'
export { base64Decode, base64Encode, base64UrlDecode, base64UrlEncode } from './encoding/base64.ts'
export { constantTimeEqual } from './encoding/bytes.ts'
export { ProtocolError, type ProtocolErrorCode, protocolErrors } from './protocol-error.ts'
export {
  correctTypedActivationCode,
  generateActivationCode,
  isActivationCode,
  parseActivationCode,
  parseActivationQrCode,
} from './v3/activation-code.ts'
export { signActivationCode, verifyActivationCodeSignature } from './v3/activation-signature.ts'
export type { ApplicationCredentials } from './v3/application.ts'
export {
  type AuthenticationCodeFormat,
  type AuthenticationCodeType,
  type AuthenticationCodeVerification,
  type AuthenticationKeys,
  authenticationCodeFormat,
  authenticationCodeTypes,
  computeAuthenticationCode,
  parseAuthenticationCodeType,
  verifyAuthenticationCode,
} from './v3/authentication-code.ts'
export { advanceCounter, nextCounter } from './v3/counter.ts'
export { computeCounterHash, synchronizeCounter } from './v3/counter-synchronization.ts'
export { computeDataDigest } from './v3/data-digest.ts'
export {
  signDeviceJws,
  signWithDeviceKey,
  verifyDeviceJws,
  verifyDeviceSignature,
} from './v3/device-signature.ts'
export { derToRawSignature, rawToDerSignature } from './v3/ecdsa-signature.ts'
export {
  type DecryptedRequest,
  decryptRequest,
  deriveServerEnvelope,
  encryptRequest,
  type OutgoingRequest,
} from './v3/ecies.ts'
export { type EncryptionParameters, type SharedInfo1, sharedInfo1 } from './v3/ecies-envelope.ts'
export {
  type EncryptedRequest,
  type EncryptedResponse,
  parseEncryptedRequest,
  parseEncryptedResponse,
} from './v3/ecies-objects.ts'
export { computeActivationFingerprint } from './v3/fingerprint.ts'
export {
  type AuthorizationHeader,
  type EncryptionHeader,
  formatAuthorizationHeader,
  formatEncryptionHeader,
  formatTokenHeader,
  parseAuthorizationHeader,
  parseEncryptionHeader,
  parseTokenHeader,
  type TokenHeader,
} from './v3/headers.ts'
export { type ActivationKeys, agreeActivationKeys, deriveActivationKeys, deriveMasterSecret } from './v3/keys.ts'
export { type PasswordDerivation, protectKnowledgeKey, unlockKnowledgeKey } from './v3/knowledge-key.ts'
export { buildMobileSdkConfig, type MobileSdkConfig, parseMobileSdkConfig } from './v3/mobile-sdk-config.ts'
export { canonicalQuery, dataWithSecret, normalizeRequest, serverCanonicalQuery } from './v3/normalized-data.ts'
export {
  createOfflinePayload,
  type OfflinePayload,
  offlineCodeData,
  parseOfflinePayload,
  verifyOfflinePayload,
} from './v3/offline.ts'
export { decodePrivateKey, decodePublicKey } from './v3/p256.ts'
export {
  deriveRecoveryCode,
  formatRecoveryQrCode,
  parseRecoveryQrCode,
  type RecoveryCode,
  type RecoverySeed,
} from './v3/recovery-code.ts'
export {
  type ActivationState,
  type ActivationStatus,
  activationStates,
  decryptStatusBlob,
  encryptStatusBlob,
  randomStatusBlob,
  STATUS_NONCE_LENGTH,
} from './v3/status-blob.ts'
export {
  createTemporaryKeyRequest,
  issueTemporaryKey,
  readTemporaryKeyRequest,
  type TemporaryKey,
  type TemporaryKeyRequest,
  type TemporaryKeyRequestClaims,
  verifyTemporaryKeyRequest,
  verifyTemporaryKeyResponse,
} from './v3/temporary-key.ts'
export { computeTokenDigest, verifyTokenDigest } from './v3/token-digest.ts'
export { computeTotp, verifyTotp } from './v3/totp.ts'
export {
  decryptDevicePrivateKey,
  decryptVaultKey,
  deriveApplicationVaultKey,
  encryptDevicePrivateKey,
  encryptVaultKey,
} from './v3/vault.ts'
export { type ProtocolVersion, parseProtocolVersion, protocolVersions } from './v3/version.ts'
export { webCrypto } from './web-crypto.ts'
