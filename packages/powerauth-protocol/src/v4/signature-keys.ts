/** Asymmetric keys of a suite, ECDSA on P-384 and ML-DSA in hybrid suites: generated, published, signed and verified with. */
import { base64Decode, base64Encode } from '../encoding/base64.ts'
import { ProtocolError } from '../protocol-error.ts'
import { derToRawSignature, rawToDerSignature } from '../v3/ecdsa-signature.ts'
import type { CryptoProviderV4, MlDsaParameterSet, P384KeyPair, SeedKeyPair } from './crypto-provider.ts'
import { decodePublicKey } from './p384.ts'
import { decodeSubjectPublicKey, encodeSubjectPublicKey } from './post-quantum-keys.ts'
import { type Algorithm, mlDsaOf, postQuantum } from './suites.ts'

/** As JOSE calls them (RFC 7518 §3.4, RFC 9964). */
export type SignatureAlgorithm = 'ES384' | MlDsaParameterSet

/** The pairs of one side of an activation, or of an application. */
export interface KeyPairs {
  readonly ecdsa: P384KeyPair
  /** In hybrid suites, and only there. */
  readonly mlDsa?: SeedKeyPair
}

/** Their public halves: an uncompressed point, and a raw key of ML-DSA. */
export interface PublicKeys {
  readonly ecdsa: Uint8Array
  readonly mlDsa?: Uint8Array
}

/** `devicePublicKeys` and `serverPublicKeys` on the wire: Base64 of the point and of the SubjectPublicKeyInfo. */
export interface PublicKeyObjects {
  readonly ecdsa: string
  readonly mldsa?: string
}

export type SigningKey =
  | { readonly algorithm: 'ES384'; readonly pair: P384KeyPair }
  | { readonly algorithm: MlDsaParameterSet; readonly pair: SeedKeyPair }

export interface VerifyingKey {
  readonly algorithm: SignatureAlgorithm
  readonly publicKey: Uint8Array
}

export async function generateKeyPairs(crypto: CryptoProviderV4, algorithm: Algorithm): Promise<KeyPairs> {
  const suite = postQuantum(crypto, algorithm)
  const ecdsa = await crypto.generateP384KeyPair()
  return suite ? { ecdsa, mlDsa: await suite.provider.generateMlDsaKeyPair(suite.mlDsa) } : { ecdsa }
}

export function publicKeysOf(pairs: KeyPairs): PublicKeys {
  return { ecdsa: pairs.ecdsa.publicKey, ...(pairs.mlDsa && { mlDsa: pairs.mlDsa.publicKey }) }
}

export function formatPublicKeys(algorithm: Algorithm, keys: PublicKeys): PublicKeyObjects {
  const set = mlDsaOf(algorithm)
  const ecdsa = base64Encode(decodePublicKey(keys.ecdsa))
  if (set === undefined) return { ecdsa }
  return { ecdsa, mldsa: base64Encode(encodeSubjectPublicKey(set, keys.mlDsa ?? new Uint8Array())) }
}

/** Exactly the keys of the suite. Throws `invalid_public_key`. */
export function parsePublicKeys(algorithm: Algorithm, value: unknown): PublicKeys {
  const members: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {}
  const set = mlDsaOf(algorithm)
  const ecdsa = decodePublicKey(key(members.ecdsa))
  const absent = members.mldsa === undefined || members.mldsa === null
  if (set === undefined) {
    if (!absent) throw invalid(`${algorithm} has no key of ML-DSA`)
    return { ecdsa }
  }
  return { ecdsa, mlDsa: decodeSubjectPublicKey(set, key(members.mldsa)) }
}

/** The keys of a suite, each with the name of its algorithm; all of them sign, all must verify. */
export function signingKeys(algorithm: Algorithm, pairs: KeyPairs): readonly SigningKey[] {
  const set = mlDsaOf(algorithm)
  const ecdsa: SigningKey = { algorithm: 'ES384', pair: pairs.ecdsa }
  if (set === undefined) return [ecdsa]
  if (pairs.mlDsa === undefined) throw invalid(`${algorithm} needs a key of ${set}`)
  return [ecdsa, { algorithm: set, pair: pairs.mlDsa }]
}

export function verifyingKeys(algorithm: Algorithm, keys: PublicKeys): readonly VerifyingKey[] {
  const set = mlDsaOf(algorithm)
  const ecdsa: VerifyingKey = { algorithm: 'ES384', publicKey: keys.ecdsa }
  if (set === undefined) return [ecdsa]
  if (keys.mlDsa === undefined) throw invalid(`${algorithm} needs a key of ${set}`)
  return [ecdsa, { algorithm: set, publicKey: keys.mlDsa }]
}

/** `der` is the form of ECDSA outside JOSE; ML-DSA has one form only. */
export type SignatureFormat = 'der' | 'jose'

export async function signWithKey(
  crypto: CryptoProviderV4,
  key: SigningKey,
  data: Uint8Array,
  format: SignatureFormat,
): Promise<Uint8Array> {
  if (key.algorithm !== 'ES384') return provider(crypto).mlDsaSign(key.algorithm, key.pair.seed, data)
  const raw = await crypto.ecdsaP384Sign(key.pair, data)
  return format === 'der' ? rawToDerSignature(raw, 48) : raw
}

/** False where the signature does not verify or does not parse. */
export async function verifyWithKey(
  crypto: CryptoProviderV4,
  key: VerifyingKey,
  data: Uint8Array,
  signature: Uint8Array,
  format: SignatureFormat,
): Promise<boolean> {
  if (key.algorithm !== 'ES384') return provider(crypto).mlDsaVerify(key.algorithm, key.publicKey, signature, data)
  const point = decodePublicKey(key.publicKey)
  const raw = format === 'der' ? rawOrNull(signature) : signature
  return raw !== null && raw.length === 96 && crypto.ecdsaP384Verify(point, raw, data)
}

function rawOrNull(der: Uint8Array): Uint8Array | null {
  try {
    return derToRawSignature(der, 48)
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

function provider(crypto: CryptoProviderV4) {
  if (crypto.postQuantum === undefined) {
    throw new ProtocolError('unsupported_algorithm', 'ML-DSA needs a provider of its own')
  }
  return crypto.postQuantum
}

function key(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw invalid('a key is missing')
  try {
    return base64Decode(value, 'A public key')
  } catch (cause) {
    throw invalid('a key is not Base64', cause)
  }
}

function invalid(reason: string, cause?: unknown): ProtocolError {
  return new ProtocolError('invalid_public_key', `The public keys are refused: ${reason}`, { cause })
}
