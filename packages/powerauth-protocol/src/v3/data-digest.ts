/** The digest of an operation that people read off a message (SMS) and type: decimal digits of a MAC under a fresh key. */
import type { CryptoProvider } from '../crypto-provider.ts'
import { utf8 } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { decimal } from './decimal.ts'

/** `digits` 4 to 9, 8 by default in the reference. The key, 16 bytes, is kept to make the digest again. */
export async function computeDataDigest(
  crypto: CryptoProvider,
  items: readonly string[],
  digits: number,
  key: Uint8Array = crypto.random(16),
): Promise<{ readonly digest: string; readonly key: Uint8Array }> {
  if (!(digits >= 4 && digits <= 9)) throw new ProtocolError('invalid_argument', 'A data digest has 4 to 9 digits')
  return { digest: decimal(await crypto.hmacSha256(key, utf8(items.join('&'))), digits), key }
}
