/** A value now or later: Node answers at once, WebCrypto with a promise. */
export type Awaitable<T> = T | Promise<T>

/**
 * A key pair of P-256. Both halves travel together, since WebCrypto cannot make a public key of a scalar.
 * `privateKey` is the scalar (32 bytes, big endian), `publicKey` the X9.62 uncompressed point (65 bytes).
 */
export interface P256KeyPair {
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
}

/**
 * The mathematics of protocol 3.x, native on each platform: `@cloudsigner/powerauth-protocol/node` exports `nodeCrypto`,
 * `webCrypto(crypto)` makes one of a browser's. Public keys are uncompressed points that lie on the curve, ECDSA
 * signatures raw `r || s` (64 bytes) over SHA-256 of the data.
 */
export interface CryptoProvider {
  random(length: number): Uint8Array
  sha256(data: Uint8Array): Awaitable<Uint8Array>
  hmacSha256(key: Uint8Array, data: Uint8Array): Awaitable<Uint8Array>
  /** AES-128-CBC with PKCS#7 padding. */
  aesCbcEncrypt(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Awaitable<Uint8Array>
  /** Throws or rejects where the padding is wrong. */
  aesCbcDecrypt(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Awaitable<Uint8Array>
  generateP256KeyPair(): Awaitable<P256KeyPair>
  /** The X coordinate of the shared point, 32 bytes. */
  ecdhP256(own: P256KeyPair, peerPublicKey: Uint8Array): Awaitable<Uint8Array>
  ecdsaP256Sign(own: P256KeyPair, data: Uint8Array): Awaitable<Uint8Array>
  ecdsaP256Verify(publicKey: Uint8Array, signature: Uint8Array, data: Uint8Array): Awaitable<boolean>
  pbkdf2(
    hash: 'SHA-1' | 'SHA-256',
    password: Uint8Array,
    salt: Uint8Array,
    iterations: number,
    length: number,
  ): Awaitable<Uint8Array>
}
