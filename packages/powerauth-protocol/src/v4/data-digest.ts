/** The digest of an operation that people read off a message (SMS) and type: decimal digits of a MAC under a fresh key. */
import { utf8 } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { decimal } from '../v3/decimal.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import { KEY_LENGTH } from './kdf.ts'

/** `digits` 4 to 9, 8 by default in the reference. The key is kept to make the digest again. */
export async function computeDataDigest(
  crypto: CryptoProviderV4,
  items: readonly string[],
  digits: number,
  key: Uint8Array = crypto.random(KEY_LENGTH),
): Promise<{ readonly digest: string; readonly key: Uint8Array }> {
  if (!(digits >= 4 && digits <= 9)) throw new ProtocolError('invalid_argument', 'A data digest has 4 to 9 digits')
  const mac = await crypto.kmac256(key, utf8(items.join('&')), KEY_LENGTH, 'PA4DIGEST-DATA')
  return { digest: decimal(mac, digits), key }
}
