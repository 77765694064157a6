/** Protocol 4.0, both sides. Its names carry no version; import them from `@cloudsigner/powerauth-protocol/v4`. */
export { advanceCounter, nextCounter } from './counter.ts'
export type {
  CryptoProviderV4,
  MlDsaParameterSet,
  MlKemParameterSet,
  P384KeyPair,
  PostQuantumProvider,
  SeedKeyPair,
} from './crypto-provider.ts'
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
export { decodePrivateKey, decodePublicKey } from './p384.ts'
export { decodePrivateKeySeed, decodeSubjectPublicKey, encodeSubjectPublicKey } from './post-quantum-keys.ts'
export { answerSharedSecretRequest, type SharedSecretExchange, startSharedSecretExchange } from './shared-secret.ts'
export {
  parseSharedSecretRequest,
  parseSharedSecretResponse,
  type SharedSecretRequest,
  type SharedSecretResponse,
} from './shared-secret-objects.ts'
export { type Algorithm, algorithms, isHybrid, parseAlgorithm } from './suites.ts'
