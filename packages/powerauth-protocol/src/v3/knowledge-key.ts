/** KEY_SIGNATURE_KNOWLEDGE at rest on the device, under the password. Local to the client, nothing of it travels. */
import type { CryptoProvider } from '../crypto-provider.ts'
import { requireLength, utf8 } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { decryptBlocks, encryptBlocks } from './aes-no-padding.ts'
import { ZERO_IV } from './kdf.ts'

/** How the password becomes a key. The genuine clients use SHA-1 and 10,000 rounds. A salt serves one password once. */
export interface PasswordDerivation {
  readonly hash: 'SHA-1' | 'SHA-256'
  readonly salt: Uint8Array
  readonly iterations: number
}

/** 16 bytes without redundancy: whoever holds them can try passwords only at the server, which counts. */
export async function protectKnowledgeKey(
  crypto: CryptoProvider,
  signatureKnowledgeKey: Uint8Array,
  password: string,
  derivation: PasswordDerivation,
): Promise<Uint8Array> {
  requireLength(signatureKnowledgeKey, 16, 'signatureKnowledgeKey')
  return encryptBlocks(crypto, await passwordKey(crypto, password, derivation), ZERO_IV, signatureKnowledgeKey)
}

/** The right key for the right password, some other key for any other. */
export async function unlockKnowledgeKey(
  crypto: CryptoProvider,
  protectedKey: Uint8Array,
  password: string,
  derivation: PasswordDerivation,
): Promise<Uint8Array> {
  requireLength(protectedKey, 16, 'protectedKey')
  return decryptBlocks(crypto, await passwordKey(crypto, password, derivation), ZERO_IV, protectedKey)
}

async function passwordKey(crypto: CryptoProvider, password: string, derivation: PasswordDerivation) {
  const { hash, salt, iterations } = derivation
  requireLength(salt, 16, 'salt')
  if (password === '') throw new ProtocolError('invalid_argument', 'A password must not be empty')
  return crypto.pbkdf2(hash, utf8(password), salt, iterations, 16)
}
