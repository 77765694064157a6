/** Hash algorithms by their FIPS 180-4 names. SHA-1 is for key identifiers, OCSP CertIDs and old signatures: never for new signatures. */
export type HashAlgorithm = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'

/** A hash in progress. `copy` branches it, so that one pass over a file serves several digests. */
export interface IncrementalHash {
  update(bytes: Uint8Array): void
  copy(): IncrementalHash
  /** Ends this hash; the instance must not be used afterwards. */
  digest(): Uint8Array
}

/** The mathematics, native on each platform. `@cloudsigner/pki/node` exports `nodeCrypto: CryptoProvider`. */
export interface CryptoProvider {
  createHash(algorithm: HashAlgorithm): IncrementalHash
  digest(algorithm: HashAlgorithm, bytes: Uint8Array): Uint8Array
  /**
   * Verifies `signature` over `data`.
   * `signatureAlgorithm` is a DER AlgorithmIdentifier, `subjectPublicKeyInfo` is DER, ECDSA signatures are DER (RFC 3279 §2.2.3).
   * False where it does not verify or where the pair of algorithm and key is unsupported; never throws for bad input.
   */
  verify(
    signatureAlgorithm: Uint8Array,
    subjectPublicKeyInfo: Uint8Array,
    signature: Uint8Array,
    data: Uint8Array,
  ): Promise<boolean>
  random(length: number): Uint8Array
  timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean
}

/** A private key somebody holds: in memory, in a token, on a phone. */
export interface KeySigner {
  /** DER AlgorithmIdentifier of what `sign` makes. */
  readonly signatureAlgorithm: Uint8Array
  /** DER. */
  readonly subjectPublicKeyInfo: Uint8Array
  /** Hashes and signs; ECDSA signatures are DER. */
  sign(data: Uint8Array): Promise<Uint8Array>
}
