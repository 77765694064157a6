import type { Awaitable } from '../crypto-provider.ts'

/** A key pair of P-384: scalar (48 bytes, big endian) and uncompressed point (97 bytes), which travel together. */
export interface P384KeyPair {
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
}

export type MlKemParameterSet = 'ML-KEM-768' | 'ML-KEM-1024'
export type MlDsaParameterSet = 'ML-DSA-65' | 'ML-DSA-87'

/** The private half of ML-KEM is the seed d || z (64 bytes), that of ML-DSA the seed ξ (32 bytes); public keys are raw. */
export interface SeedKeyPair {
  readonly seed: Uint8Array
  readonly publicKey: Uint8Array
}

/**
 * The lattice half of the hybrid suites (FIPS 203, FIPS 204 with empty context). `./node` has Node's own;
 * `./post-quantum` brings one for browsers, which is loaded only where a hybrid suite is spoken.
 */
export interface PostQuantumProvider {
  generateMlKemKeyPair(set: MlKemParameterSet): Awaitable<SeedKeyPair>
  /** Throws or rejects where the key fails the checks of FIPS 203 §7.2. */
  mlKemEncapsulate(
    set: MlKemParameterSet,
    publicKey: Uint8Array,
  ): Awaitable<{ readonly ciphertext: Uint8Array; readonly sharedSecret: Uint8Array }>
  mlKemDecapsulate(set: MlKemParameterSet, seed: Uint8Array, ciphertext: Uint8Array): Awaitable<Uint8Array>
  generateMlDsaKeyPair(set: MlDsaParameterSet): Awaitable<SeedKeyPair>
  mlDsaSign(set: MlDsaParameterSet, seed: Uint8Array, data: Uint8Array): Awaitable<Uint8Array>
  mlDsaVerify(
    set: MlDsaParameterSet,
    publicKey: Uint8Array,
    signature: Uint8Array,
    data: Uint8Array,
  ): Awaitable<boolean>
}

/**
 * The mathematics of protocol 4.0: `nodeCrypto` of `./node` has all of it, `webCryptoV4` of `./web-v4` makes one of a
 * browser's. Points lie on the curve, ECDSA signatures are raw `r || s` (96 bytes) over SHA-384 of the data.
 */
export interface CryptoProviderV4 {
  random(length: number): Uint8Array
  /** SHA3-256 */
  sha3(data: Uint8Array): Awaitable<Uint8Array>
  /** KMAC256 of NIST SP 800-185 §4.3; `customization` enters as UTF-8. */
  kmac256(key: Uint8Array, data: Uint8Array, length: number, customization: string): Awaitable<Uint8Array>
  hmacSha384(key: Uint8Array, data: Uint8Array): Awaitable<Uint8Array>
  /** AES-256-CTR from a counter block of 16 bytes: encrypts and decrypts. */
  aesCtr(key: Uint8Array, counterBlock: Uint8Array, data: Uint8Array): Awaitable<Uint8Array>
  generateP384KeyPair(): Awaitable<P384KeyPair>
  /** The X coordinate of the shared point, 48 bytes. */
  ecdhP384(own: P384KeyPair, peerPublicKey: Uint8Array): Awaitable<Uint8Array>
  ecdsaP384Sign(own: P384KeyPair, data: Uint8Array): Awaitable<Uint8Array>
  ecdsaP384Verify(publicKey: Uint8Array, signature: Uint8Array, data: Uint8Array): Awaitable<boolean>
  /** Missing where only EC_P384 is spoken. */
  readonly postQuantum?: PostQuantumProvider
}
