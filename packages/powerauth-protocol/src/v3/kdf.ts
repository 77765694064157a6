/** The key derivation functions of protocol 3.x (Key-derivation). */
import type { CryptoProvider } from '../crypto-provider.ts'
import { concat, fold, int4, long8, requireLength } from '../encoding/bytes.ts'

export const ZERO_IV: Uint8Array = new Uint8Array(16)

/** KDF(key, index): AES-128-ECB of `00×8 || long8(index)`. One block of CBC under a zero IV is the same. */
export async function kdf(crypto: CryptoProvider, key: Uint8Array, index: number): Promise<Uint8Array> {
  requireLength(key, 16, 'The key to derive from')
  const block = concat(new Uint8Array(8), long8(index))
  return (await crypto.aesCbcEncrypt(key, ZERO_IV, block)).slice(0, 16)
}

/** KDF_INTERNAL(key, data): HMAC-SHA256 folded to 16 bytes. */
export async function kdfInternal(crypto: CryptoProvider, key: Uint8Array, data: Uint8Array): Promise<Uint8Array> {
  return fold(await crypto.hmacSha256(key, data))
}

/** ANSI X9.63 KDF with SHA-256: SHA-256(Z || int4(counter) || info), counter from 1. */
export async function kdfX963(
  crypto: CryptoProvider,
  secret: Uint8Array,
  info: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  const blocks: Uint8Array[] = []
  for (let counter = 1; (counter - 1) * 32 < length; counter++) {
    blocks.push(await crypto.sha256(concat(secret, int4(counter), info)))
  }
  return concat(...blocks).slice(0, length)
}
