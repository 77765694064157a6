/** What a device keeps between uses, sealed. Local to the client: nothing of it travels. */
import { concat, long8, requireLength, utf8 } from '../encoding/bytes.ts'
import { type AeadContext, NONCE_LENGTH, open, seal } from './aead.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import { KEY_LENGTH, kdf, kdfPassword, requireKey } from './kdf.ts'

const IV_LENGTH = 16

/** The key contexts of sealed records; the activation's id is the associated data. */
export type SealedRecord = 'enc/kdk-utility' | 'enc/kdk-encryption' | 'enc/kek-device-private'

export async function sealRecord(
  crypto: CryptoProviderV4,
  key: Uint8Array,
  record: { readonly kind: SealedRecord; readonly activationId: string },
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  return seal(crypto, contextOf(key, record), crypto.random(NONCE_LENGTH), plaintext)
}

/** Throws `decryption_failed`. */
export async function openRecord(
  crypto: CryptoProviderV4,
  key: Uint8Array,
  record: { readonly kind: SealedRecord; readonly activationId: string },
  sealed: Uint8Array,
): Promise<Uint8Array> {
  return open(crypto, contextOf(key, record), sealed)
}

/**
 * UKE: a key of 32 bytes under another, IV || cryptogram, without integrity. So a wrong password gives some other key,
 * and only the server, which counts, can tell.
 */
export async function encryptKey(crypto: CryptoProviderV4, key: Uint8Array, plain: Uint8Array): Promise<Uint8Array> {
  const iv = crypto.random(IV_LENGTH)
  return concat(iv, await crypto.aesCtr(requireKey(key, 'key'), iv, requireKey(plain, 'The key to encrypt')))
}

export async function decryptKey(
  crypto: CryptoProviderV4,
  key: Uint8Array,
  encrypted: Uint8Array,
): Promise<Uint8Array> {
  requireLength(encrypted, IV_LENGTH + KEY_LENGTH, 'An encrypted key')
  return crypto.aesCtr(requireKey(key, 'key'), encrypted.subarray(0, IV_LENGTH), encrypted.subarray(IV_LENGTH))
}

/** The knowledge key under a password. A salt, at least 32 bytes, serves one password once. */
export async function protectKnowledgeKey(
  crypto: CryptoProviderV4,
  knowledgeKey: Uint8Array,
  password: string,
  salt: Uint8Array,
): Promise<Uint8Array> {
  return encryptKey(crypto, await kdfPassword(crypto, password, salt), knowledgeKey)
}

/** The right key for the right password, some other key for any other. */
export async function unlockKnowledgeKey(
  crypto: CryptoProviderV4,
  protectedKey: Uint8Array,
  password: string,
  salt: Uint8Array,
): Promise<Uint8Array> {
  return decryptKey(crypto, await kdfPassword(crypto, password, salt), protectedKey)
}

/** A key of the application's own, of what the vault gave out. */
export async function deriveApplicationVaultKey(
  crypto: CryptoProviderV4,
  vault: { readonly kind: 'knowledge' | '2fa'; readonly key: Uint8Array },
  index: number,
): Promise<Uint8Array> {
  return kdf(crypto, requireKey(vault.key, 'key'), `app/kdf/${vault.kind}`, long8(index))
}

function contextOf(
  key: Uint8Array,
  record: { readonly kind: SealedRecord; readonly activationId: string },
): AeadContext {
  return { key, keyContext: utf8(record.kind), associatedData: utf8(record.activationId) }
}
