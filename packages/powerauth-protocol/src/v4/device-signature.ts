/** Signatures of the unlocked device keys over arbitrary data; the same functions serve the server's keys. */
import { ProtocolError } from '../protocol-error.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import { signJws, verifyJws } from './json-web-signature.ts'
import {
  type KeyPairs,
  type PublicKeys,
  type SignatureAlgorithm,
  type SigningKey,
  signingKeys,
  signWithKey,
  type VerifyingKey,
  verifyingKeys,
  verifyWithKey,
} from './signature-keys.ts'
import type { Algorithm } from './suites.ts'

/** By algorithm: ECDSA in DER, ML-DSA raw. */
export type Signatures = Readonly<Partial<Record<SignatureAlgorithm, Uint8Array>>>

/** One signature of each algorithm of the suite. */
export async function signWithDeviceKeys(
  crypto: CryptoProviderV4,
  algorithm: Algorithm,
  keys: KeyPairs,
  data: Uint8Array,
): Promise<Signatures> {
  const signatures: Partial<Record<SignatureAlgorithm, Uint8Array>> = {}
  for (const key of signingKeys(algorithm, keys)) {
    signatures[key.algorithm] = await signWithKey(crypto, key, data, 'der')
  }
  return signatures
}

/** Whether one algorithm's signature verifies. Throws `unsupported_algorithm` where the suite does not have it. */
export async function verifyDeviceSignature(
  crypto: CryptoProviderV4,
  algorithm: Algorithm,
  keys: PublicKeys,
  signed: { readonly algorithm: SignatureAlgorithm; readonly data: Uint8Array; readonly signature: Uint8Array },
): Promise<boolean> {
  const key = keyOf(verifyingKeys(algorithm, keys), signed.algorithm)
  return verifyWithKey(crypto, key, signed.data, signed.signature, 'der')
}

/** The hybrid rule: every algorithm of the suite has signed, and every signature verifies. */
export async function verifyDeviceSignatures(
  crypto: CryptoProviderV4,
  algorithm: Algorithm,
  keys: PublicKeys,
  data: Uint8Array,
  signatures: Signatures,
): Promise<boolean> {
  let valid = true
  for (const key of verifyingKeys(algorithm, keys)) {
    const signature = signatures[key.algorithm]
    valid = signature !== undefined && (await verifyWithKey(crypto, key, data, signature, 'der')) && valid
  }
  return valid
}

/** A JWS by one algorithm of the suite (compact), or by all: compact in EC_P384, general JSON in hybrid suites. */
export async function signDeviceJws(
  crypto: CryptoProviderV4,
  algorithm: Algorithm,
  keys: KeyPairs,
  payload: Uint8Array,
  only?: SignatureAlgorithm,
): Promise<string> {
  const all = signingKeys(algorithm, keys)
  return signJws(crypto, only === undefined ? all : [keyOf(all, only)], payload)
}

/** Its payload where every signature that is asked for verifies, else null. */
export async function verifyDeviceJws(
  crypto: CryptoProviderV4,
  algorithm: Algorithm,
  keys: PublicKeys,
  text: string,
  only?: SignatureAlgorithm,
): Promise<Uint8Array | null> {
  const all = verifyingKeys(algorithm, keys)
  try {
    return await verifyJws(crypto, only === undefined ? all : [keyOf(all, only)], text)
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'invalid_jwt') return null
    throw error
  }
}

function keyOf<Key extends SigningKey | VerifyingKey>(keys: readonly Key[], algorithm: SignatureAlgorithm): Key {
  const key = keys.find((candidate) => candidate.algorithm === algorithm)
  if (key === undefined) throw new ProtocolError('unsupported_algorithm', `The suite does not sign by ${algorithm}`)
  return key
}
