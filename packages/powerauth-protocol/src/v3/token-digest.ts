/** MAC tokens: a shared secret proves itself over a nonce and a time (MAC-Token-Based-Authentication). */
import type { CryptoProvider } from '../crypto-provider.ts'
import { base64Decode, base64Encode } from '../encoding/base64.ts'
import { concat, constantTimeEqual, requireLength, utf8 } from '../encoding/bytes.ts'
import { type ProtocolVersion, versionTraits } from './version.ts'

export interface TokenDigestParameters {
  readonly version: ProtocolVersion
  /** 16 bytes. */
  readonly tokenSecret: Uint8Array
  /** Base64 of 16 bytes. */
  readonly nonce: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
}

/** `token_digest`: Base64 of HMAC(secret, nonce & timestamp), from 3.2 on also over the version. */
export async function computeTokenDigest(crypto: CryptoProvider, parameters: TokenDigestParameters): Promise<string> {
  const { version, tokenSecret, nonce, timestamp } = parameters
  const suffix = versionTraits[version].timestamp ? `&${timestamp}&${version}` : `&${timestamp}`
  const data = concat(base64Decode(nonce, 'nonce', 16), utf8(suffix))
  return base64Encode(await crypto.hmacSha256(requireLength(tokenSecret, 16, 'tokenSecret'), data))
}

/** Server side. Age and replay (token id and nonce) are the caller's to check. */
export async function verifyTokenDigest(
  crypto: CryptoProvider,
  parameters: TokenDigestParameters & { readonly tokenDigest: string },
): Promise<boolean> {
  return constantTimeEqual(utf8(await computeTokenDigest(crypto, parameters)), utf8(parameters.tokenDigest))
}
