/** The secure vault: the server gives KEY_ENCRYPTION_VAULT back for a code, the device decrypts its private key. */
import type { CryptoProvider } from '../crypto-provider.ts'
import { requireLength } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { kdf, ZERO_IV } from './kdf.ts'
import { decodePrivateKey } from './p256.ts'

/** Server side: `encryptedVaultEncryptionKey`, 32 bytes. */
export async function encryptVaultKey(
  crypto: CryptoProvider,
  transportKey: Uint8Array,
  vaultEncryptionKey: Uint8Array,
): Promise<Uint8Array> {
  const key = requireLength(transportKey, 16, 'transportKey')
  return crypto.aesCbcEncrypt(key, ZERO_IV, requireLength(vaultEncryptionKey, 16, 'vaultEncryptionKey'))
}

/** Client side. Throws `decryption_failed`. */
export async function decryptVaultKey(
  crypto: CryptoProvider,
  transportKey: Uint8Array,
  encrypted: Uint8Array,
): Promise<Uint8Array> {
  const vaultKey = await decrypt(crypto, requireLength(transportKey, 16, 'transportKey'), encrypted)
  return requireLength(vaultKey, 16, 'vaultEncryptionKey')
}

/** KEY_DEVICE_PRIVATE as the device keeps it. */
export async function encryptDevicePrivateKey(
  crypto: CryptoProvider,
  vaultEncryptionKey: Uint8Array,
  devicePrivateKey: Uint8Array,
): Promise<Uint8Array> {
  const key = requireLength(vaultEncryptionKey, 16, 'vaultEncryptionKey')
  return crypto.aesCbcEncrypt(key, ZERO_IV, requireLength(devicePrivateKey, 32, 'devicePrivateKey'))
}

/** The scalar, 32 bytes. Throws `decryption_failed`. */
export async function decryptDevicePrivateKey(
  crypto: CryptoProvider,
  vaultEncryptionKey: Uint8Array,
  encrypted: Uint8Array,
): Promise<Uint8Array> {
  const key = requireLength(vaultEncryptionKey, 16, 'vaultEncryptionKey')
  return decodePrivateKey(await decrypt(crypto, key, encrypted))
}

/** A key for the application's own use: KDF(KEY_ENCRYPTION_VAULT, index). */
export async function deriveApplicationVaultKey(
  crypto: CryptoProvider,
  vaultEncryptionKey: Uint8Array,
  index: number,
): Promise<Uint8Array> {
  return kdf(crypto, requireLength(vaultEncryptionKey, 16, 'vaultEncryptionKey'), index)
}

async function decrypt(crypto: CryptoProvider, key: Uint8Array, encrypted: Uint8Array): Promise<Uint8Array> {
  try {
    return await crypto.aesCbcDecrypt(key, ZERO_IV, encrypted)
  } catch (cause) {
    throw new ProtocolError('decryption_failed', 'A key of the vault does not decrypt', { cause })
  }
}
