/** AES-128-CBC NoPadding, made of the padded mode: WebCrypto has no other. Data is whole blocks. */
import type { CryptoProvider } from '../crypto-provider.ts'
import { concat } from '../encoding/bytes.ts'

export async function encryptBlocks(
  crypto: CryptoProvider,
  key: Uint8Array,
  iv: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  return (await crypto.aesCbcEncrypt(key, iv, plaintext)).slice(0, plaintext.length)
}

/** Appends the block that a padding encryptor would have written next, so that the padded mode accepts the whole. */
export async function decryptBlocks(
  crypto: CryptoProvider,
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  const padding = await crypto.aesCbcEncrypt(key, ciphertext.subarray(-16), new Uint8Array())
  return crypto.aesCbcDecrypt(key, iv, concat(ciphertext, padding))
}
