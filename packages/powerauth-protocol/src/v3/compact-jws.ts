/** JWS in compact form (RFC 7515 §7.1), for the two algorithms of temporary keys: HS256 asks, ES256 answers. */
import type { CryptoProvider, P256KeyPair } from '../crypto-provider.ts'
import { base64UrlDecode, base64UrlEncode } from '../encoding/base64.ts'
import { constantTimeEqual, utf8, utf8Decode } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'

export type Claims = Readonly<Record<string, unknown>>
const MAX_LENGTH = 8192

export interface ParsedJws {
  readonly claims: Claims
  readonly signingInput: Uint8Array
  readonly signature: Uint8Array
}

/** Throws `invalid_jwt` where the text is no compact JWS of that algorithm with a JSON object inside. */
export function parseJws(compact: unknown, algorithm: 'HS256' | 'ES256'): ParsedJws {
  if (typeof compact !== 'string' || compact.length > MAX_LENGTH) throw invalidJwt('it is no text of moderate length')
  const [header, payload, signature, ...rest] = compact.split('.')
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    throw invalidJwt('it does not have three parts')
  }
  const { alg, crit } = parseObject(header)
  if (alg !== algorithm) throw invalidJwt(`its algorithm is not ${algorithm}`)
  if (crit !== undefined) throw invalidJwt('it has a critical extension') // RFC 7515 §4.1.11
  return {
    claims: parseObject(payload),
    signingInput: utf8(`${header}.${payload}`),
    signature: decodePart(signature),
  }
}

export async function signHs256(
  crypto: CryptoProvider,
  key: Uint8Array,
  header: Claims,
  claims: Claims,
): Promise<string> {
  return sign(header, claims, (input) => crypto.hmacSha256(key, input))
}

export async function signEs256(
  crypto: CryptoProvider,
  own: P256KeyPair,
  header: Claims,
  claims: Claims,
): Promise<string> {
  return sign(header, claims, (input) => crypto.ecdsaP256Sign(own, input))
}

/** Throws `invalid_jwt`. */
export async function verifyHs256(crypto: CryptoProvider, key: Uint8Array, jws: ParsedJws): Promise<void> {
  const expected = await crypto.hmacSha256(key, jws.signingInput)
  if (!constantTimeEqual(expected, jws.signature)) throw invalidJwt('its signature does not verify')
}

/** Throws `invalid_jwt`. */
export async function verifyEs256(crypto: CryptoProvider, publicKey: Uint8Array, jws: ParsedJws): Promise<void> {
  const valid =
    jws.signature.length === 64 && (await crypto.ecdsaP256Verify(publicKey, jws.signature, jws.signingInput))
  if (!valid) throw invalidJwt('its signature does not verify')
}

export function invalidJwt(reason: string, cause?: unknown): ProtocolError {
  return new ProtocolError('invalid_jwt', `The JWT is refused: ${reason}`, { cause })
}

async function sign(
  header: Claims,
  claims: Claims,
  signInput: (input: Uint8Array) => Uint8Array | Promise<Uint8Array>,
): Promise<string> {
  const input = [header, claims].map((part) => base64UrlEncode(utf8(JSON.stringify(part)))).join('.')
  return `${input}.${base64UrlEncode(await signInput(utf8(input)))}`
}

/** The JSON object of a part of a JWS. Throws `invalid_jwt`. */
export function parseObject(part: string): Claims {
  let value: unknown
  try {
    value = JSON.parse(utf8Decode(decodePart(part), 'A JWT part'))
  } catch (cause) {
    throw invalidJwt('a part is no JSON', cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidJwt('a part is no JSON object')
  return { ...value }
}

export function decodePart(part: string): Uint8Array {
  try {
    return base64UrlDecode(part, 'A JWT part')
  } catch (cause) {
    throw invalidJwt('a part is not Base64url', cause)
  }
}
