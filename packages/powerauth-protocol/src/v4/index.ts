/** Protocol 4.0, both sides. Its names carry no version; import them from `@cloudsigner/powerauth-protocol/v4`. */

export {
  type ActivationRequest,
  type ActivationResponse,
  type AgreedActivation,
  answerActivation,
  startActivation,
} from './activation.ts'
export { signActivationCode, verifyActivationCodeSignature } from './activation-signature.ts'
export { type AeadContext, open, seal } from './aead.ts'
export {
  type AuthenticationCodeFormat,
  type AuthenticationCodeType,
  type AuthenticationCodeVerification,
  authenticationCodeTypes,
  computeAuthenticationCode,
  type DynamicKey,
  parseAuthenticationCodeType,
  type ServerFactorKeys,
  verifyAuthenticationCode,
} from './authentication-code.ts'
export { advanceCounter, nextCounter } from './counter.ts'
export type {
  CryptoProviderV4,
  MlDsaParameterSet,
  MlKemParameterSet,
  P384KeyPair,
  PostQuantumProvider,
  SeedKeyPair,
} from './crypto-provider.ts'
export { computeDataDigest } from './data-digest.ts'
export {
  type Signatures,
  signDeviceJws,
  signWithDeviceKeys,
  verifyDeviceJws,
  verifyDeviceSignature,
  verifyDeviceSignatures,
} from './device-signature.ts'
export {
  decryptKey,
  deriveApplicationVaultKey,
  encryptKey,
  openRecord,
  protectKnowledgeKey,
  type SealedRecord,
  sealRecord,
  unlockKnowledgeKey,
} from './device-storage.ts'
export {
  type DecryptedRequest,
  decryptRequest,
  deriveSharedInfo2,
  type EncryptionParameters,
  encryptRequest,
  type OutgoingRequest,
  type SharedInfo1,
  sharedInfo1,
} from './encryption.ts'
export {
  type EncryptedRequest,
  type EncryptedResponse,
  parseEncryptedRequest,
  parseEncryptedResponse,
} from './encryption-objects.ts'
export { computeActivationFingerprint } from './fingerprint.ts'
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
} from './headers.ts'
export { signGeneralJws, signJws, signKmacJws, verifyJws, verifyKmacJws } from './json-web-signature.ts'
export { kdf, kdfPassword } from './kdf.ts'
export {
  deriveApplicationTemporaryKeyMacKey,
  deriveBranch,
  deriveFactorKeys,
  deriveUtilityKeys,
  deriveVaultKeys,
  expandUtilityKeys,
  type FactorKeys,
  type UtilityKeys,
  type VaultKeys,
} from './key-tree.ts'
export {
  bestAlgorithm,
  buildMobileSdkConfig,
  type MasterPublicKeys,
  type MobileSdkConfig,
  masterVerifyingKeys,
  parseMobileSdkConfig,
} from './mobile-sdk-config.ts'
export {
  createOfflinePayload,
  type OfflinePayload,
  type OfflineSigner,
  parseOfflinePayload,
  verifyOfflinePayload,
} from './offline.ts'
export { decodePrivateKey, decodePublicKey } from './p384.ts'
export { decodePrivateKeySeed, decodeSubjectPublicKey, encodeSubjectPublicKey } from './post-quantum-keys.ts'
export { answerSharedSecretRequest, type SharedSecretExchange, startSharedSecretExchange } from './shared-secret.ts'
export {
  parseSharedSecretRequest,
  parseSharedSecretResponse,
  type SharedSecretRequest,
  type SharedSecretResponse,
} from './shared-secret-objects.ts'
export {
  formatPublicKeys,
  generateKeyPairs,
  type KeyPairs,
  type PublicKeyObjects,
  type PublicKeys,
  parsePublicKeys,
  publicKeysOf,
  type SignatureAlgorithm,
  type SigningKey,
  signingKeys,
  type VerifyingKey,
  verifyingKeys,
} from './signature-keys.ts'
export {
  type ActivationStatus,
  buildStatusBlob,
  computeCounterHash,
  readStatusBlob,
  synchronizeCounter,
} from './status-blob.ts'
export { type Algorithm, algorithms, isHybrid, parseAlgorithm } from './suites.ts'
export {
  issueTemporaryKey,
  readTemporaryKeyRequest,
  requestTemporaryKey,
  type TemporaryKey,
  type TemporaryKeyClaims,
  type TemporaryKeyScope,
  verifyTemporaryKeyRequest,
} from './temporary-key.ts'
export { computeTokenDigest, verifyTokenDigest } from './token-digest.ts'
export { deriveVaultKey, mayUnlock, parseVaultKeyIdentifier, type VaultKeyIdentifier } from './vault.ts'
export { type ProtocolVersion, parseProtocolVersion, VERSION } from './version.ts'
