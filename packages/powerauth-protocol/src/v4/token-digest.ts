/** MAC tokens of 4.0: a shared secret proves itself over a nonce, a time and the version. */
import { base64Decode, base64Encode } from '../encoding/base64.ts'
import { concat, constantTimeEqual, utf8 } from '../encoding/bytes.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import { KEY_LENGTH, requireKey } from './kdf.ts'
import { VERSION } from './version.ts'

export interface TokenDigestParameters {
  /** 32 bytes. */
  readonly tokenSecret: Uint8Array
  /** Base64 of 16 bytes. */
  readonly nonce: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
}

/** `token_digest`: Base64 of KMAC256(secret, nonce & timestamp & version, "PA4DIGEST"). */
export async function computeTokenDigest(crypto: CryptoProviderV4, parameters: TokenDigestParameters): Promise<string> {
  const { tokenSecret, nonce, timestamp } = parameters
  const data = concat(base64Decode(nonce, 'nonce', 16), utf8(`&${timestamp}&${VERSION}`))
  return base64Encode(await crypto.kmac256(requireKey(tokenSecret, 'tokenSecret'), data, KEY_LENGTH, 'PA4DIGEST'))
}

/** Server side. Age and replay (token id and nonce) are the caller's to check. */
export async function verifyTokenDigest(
  crypto: CryptoProviderV4,
  parameters: TokenDigestParameters & { readonly tokenDigest: string },
): Promise<boolean> {
  return constantTimeEqual(utf8(await computeTokenDigest(crypto, parameters)), utf8(parameters.tokenDigest))
}
