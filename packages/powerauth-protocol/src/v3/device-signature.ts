/** ECDSA P-256 / SHA-256 over arbitrary data: what the unlocked device key makes, and what the server verifies. */
import type { CryptoProvider, P256KeyPair } from '../crypto-provider.ts'
import { base64UrlDecode, base64UrlEncode } from '../encoding/base64.ts'
import { utf8, utf8Decode } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { derToRawSignature, rawToDerSignature } from './ecdsa-signature.ts'
import { decodePublicKey } from './p256.ts'

/** DER. Also what activation codes and offline payloads are signed with. */
export async function signWithDeviceKey(
  crypto: CryptoProvider,
  own: P256KeyPair,
  data: Uint8Array,
): Promise<Uint8Array> {
  return rawToDerSignature(await crypto.ecdsaP256Sign(own, data))
}

/** False where the signature does not verify, or is no DER signature at all. */
export async function verifyDeviceSignature(
  crypto: CryptoProvider,
  publicKey: Uint8Array,
  data: Uint8Array,
  signatureDer: Uint8Array,
): Promise<boolean> {
  const point = decodePublicKey(publicKey)
  let raw: Uint8Array
  try {
    raw = derToRawSignature(signatureDer)
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
  return crypto.ecdsaP256Verify(point, raw, data)
}

/** A compact JWS (`ES256`) of the device key. */
export async function signDeviceJws(crypto: CryptoProvider, own: P256KeyPair, payload: Uint8Array): Promise<string> {
  const input = `${base64UrlEncode(utf8('{"alg":"ES256"}'))}.${base64UrlEncode(payload)}`
  return `${input}.${base64UrlEncode(await crypto.ecdsaP256Sign(own, utf8(input)))}`
}

/** A compact JWS (`ES256`) of the device key: its payload where it verifies, else null. */
export async function verifyDeviceJws(
  crypto: CryptoProvider,
  publicKey: Uint8Array,
  compact: string,
): Promise<Uint8Array | null> {
  const point = decodePublicKey(publicKey)
  const [header = '', payload = '', signature = '', ...rest] = compact.split('.')
  if (rest.length > 0) return null
  try {
    const parsed: unknown = JSON.parse(utf8Decode(base64UrlDecode(header, 'The JWS header'), 'The JWS header'))
    if (typeof parsed !== 'object' || parsed === null || !('alg' in parsed) || parsed.alg !== 'ES256') return null
    if ('crit' in parsed) return null // RFC 7515 §4.1.11: extensions that are not understood
    const raw = base64UrlDecode(signature, 'The JWS signature')
    if (raw.length !== 64) return null
    const valid = await crypto.ecdsaP256Verify(point, raw, utf8(`${header}.${payload}`))
    return valid ? base64UrlDecode(payload, 'The JWS payload') : null
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof SyntaxError) return null
    throw error
  }
}
