/** The key derivation functions of protocol 4.0, all KMAC-256. */
import { concatWithSizes, requireLength, utf8 } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'

/** Symmetric keys, MACs and digests of 4.0 have 32 bytes. */
export const KEY_LENGTH = 32
const MIN_SALT = 32

/** KDF(key, label, diversifier) = KMAC256(key, sizes(label, diversifier), "PA4KDF"); none counts as empty. */
export async function kdf(
  crypto: CryptoProviderV4,
  key: Uint8Array,
  label: string,
  diversifier?: Uint8Array,
  length: number = KEY_LENGTH,
): Promise<Uint8Array> {
  return crypto.kmac256(key, concatWithSizes(label, diversifier), length, 'PA4KDF')
}

/**
 * KDF_PASSWORD(password, salt). Not a slow function: what it protects carries no redundancy, so that guesses can be
 * checked at the server only.
 */
export async function kdfPassword(crypto: CryptoProviderV4, password: string, salt: Uint8Array): Promise<Uint8Array> {
  if (password === '') throw new ProtocolError('invalid_argument', 'A password must not be empty')
  if (salt.length < MIN_SALT) throw new ProtocolError('invalid_argument', `A salt has at least ${MIN_SALT} bytes`)
  return crypto.kmac256(utf8(password), salt, KEY_LENGTH, 'PA4PBKDF')
}

/** The guard of keys that public entries take. */
export function requireKey(key: Uint8Array | undefined, label: string): Uint8Array {
  return requireLength(key ?? new Uint8Array(), KEY_LENGTH, label)
}
