/**
 * JWS of 4.0 (RFC 7515): compact with one signature, general JSON with several, and the MACs HS384 of temporary keys and
 * KMAC256.
 */
import { base64UrlEncode } from '../encoding/base64.ts'
import { constantTimeEqual, utf8 } from '../encoding/bytes.ts'
import { type Claims, decodePart, invalidJwt, parseObject } from '../v3/compact-jws.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import { type SigningKey, signWithKey, type VerifyingKey, verifyWithKey } from './signature-keys.ts'

/** What ML-DSA-87 and ML-KEM-1024 come to, twice in Base64, with room. */
const MAX_LENGTH = 65_536
const MAX_SIGNATURES = 4
const KMAC_LENGTH = 64

interface Part {
  readonly protected: string
  readonly signature: string
}

/** A text of the JWS's own bytes: compact with one key, general JSON with several. */
export async function signJws(
  crypto: CryptoProviderV4,
  keys: readonly SigningKey[],
  payload: Uint8Array,
): Promise<string> {
  const [key] = keys
  if (key === undefined || keys.length > 1) return signGeneralJws(crypto, keys, payload)
  const part = await signPart(crypto, key, base64UrlEncode(payload))
  return `${part.protected}.${base64UrlEncode(payload)}.${part.signature}`
}

/** General JSON Serialization (§7.2.1), also of a single signature. */
export async function signGeneralJws(
  crypto: CryptoProviderV4,
  keys: readonly SigningKey[],
  payload: Uint8Array,
): Promise<string> {
  const encoded = base64UrlEncode(payload)
  const signatures: Part[] = []
  for (const key of keys) signatures.push(await signPart(crypto, key, encoded))
  return JSON.stringify({ payload: encoded, signatures })
}

/**
 * The payload, where each of `keys` has signed it. Signatures of other algorithms prove nothing here and are passed
 * over. Throws `invalid_jwt`.
 */
export async function verifyJws(
  crypto: CryptoProviderV4,
  keys: readonly VerifyingKey[],
  text: unknown,
): Promise<Uint8Array> {
  const { payload, signatures } = parseJws(text)
  if (keys.length === 0) throw invalidJwt('nobody was to sign it')
  const byAlgorithm = new Map<unknown, Part>()
  for (const part of signatures) {
    const { alg, crit } = parseObject(part.protected)
    if (crit !== undefined) throw invalidJwt('it has a critical extension') // §4.1.11
    if (byAlgorithm.has(alg)) throw invalidJwt('it has two signatures of one algorithm')
    byAlgorithm.set(alg, part)
  }
  for (const key of keys) {
    const part = byAlgorithm.get(key.algorithm)
    if (part === undefined) throw invalidJwt(`it has no signature of ${key.algorithm}`)
    const input = utf8(`${part.protected}.${payload}`)
    if (!(await verifyWithKey(crypto, key, input, decodePart(part.signature), 'jose'))) {
      throw invalidJwt('its signature does not verify')
    }
  }
  return decodePart(payload)
}

/** A compact JWT under HMAC-SHA384. */
export async function signHs384(crypto: CryptoProviderV4, key: Uint8Array, claims: Claims): Promise<string> {
  return compactMac({ alg: 'HS384' }, utf8(JSON.stringify(claims)), (input) => crypto.hmacSha384(key, input))
}

/** The claims as they stand, unverified. Throws `invalid_jwt`. */
export function readHs384(text: unknown): Claims {
  return parseObject(parseCompactMac(text, 'HS384').payload)
}

/** Throws `invalid_jwt`. */
export async function verifyHs384(crypto: CryptoProviderV4, key: Uint8Array, text: unknown): Promise<Claims> {
  const { input, payload, mac } = parseCompactMac(text, 'HS384')
  if (!constantTimeEqual(await crypto.hmacSha384(key, input), mac)) throw invalidJwt('its signature does not verify')
  return parseObject(payload)
}

/** A compact JWS under KMAC-256, 64 bytes. */
export async function signKmacJws(crypto: CryptoProviderV4, key: Uint8Array, payload: Uint8Array): Promise<string> {
  return compactMac({ alg: 'KMAC256' }, payload, (input) => crypto.kmac256(key, input, KMAC_LENGTH, 'JOSE'))
}

/** Its payload. Throws `invalid_jwt`. */
export async function verifyKmacJws(crypto: CryptoProviderV4, key: Uint8Array, text: unknown): Promise<Uint8Array> {
  const { input, payload, mac } = parseCompactMac(text, 'KMAC256')
  if (!constantTimeEqual(await crypto.kmac256(key, input, KMAC_LENGTH, 'JOSE'), mac)) {
    throw invalidJwt('its signature does not verify')
  }
  return decodePart(payload)
}

async function compactMac(
  header: Claims,
  payload: Uint8Array,
  mac: (input: Uint8Array) => Uint8Array | Promise<Uint8Array>,
): Promise<string> {
  const input = `${base64UrlEncode(utf8(JSON.stringify(header)))}.${base64UrlEncode(payload)}`
  return `${input}.${base64UrlEncode(await mac(utf8(input)))}`
}

function parseCompactMac(text: unknown, algorithm: 'HS384' | 'KMAC256') {
  const { payload, signatures } = parseJws(text)
  const [part] = signatures
  if (typeof text === 'string' && text.startsWith('{')) throw invalidJwt('it is not compact')
  if (part === undefined) throw invalidJwt('it has no signature')
  const { alg, crit } = parseObject(part.protected)
  if (alg !== algorithm) throw invalidJwt(`its algorithm is not ${algorithm}`)
  if (crit !== undefined) throw invalidJwt('it has a critical extension')
  return { payload, input: utf8(`${part.protected}.${payload}`), mac: decodePart(part.signature) }
}

async function signPart(crypto: CryptoProviderV4, key: SigningKey, payload: string): Promise<Part> {
  const header = base64UrlEncode(utf8(JSON.stringify({ alg: key.algorithm })))
  const signature = await signWithKey(crypto, key, utf8(`${header}.${payload}`), 'jose')
  return { protected: header, signature: base64UrlEncode(signature) }
}

/** Either serialization as its parts. */
function parseJws(text: unknown): { readonly payload: string; readonly signatures: readonly Part[] } {
  if (typeof text !== 'string' || text.length > MAX_LENGTH) throw invalidJwt('it is no text of moderate length')
  if (text.startsWith('{')) return parseGeneral(text)
  const [header, payload, signature, ...rest] = text.split('.')
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    throw invalidJwt('it does not have three parts')
  }
  return { payload, signatures: [{ protected: header, signature }] }
}

function parseGeneral(text: string): { readonly payload: string; readonly signatures: readonly Part[] } {
  const { payload, signatures } = jsonObject(text)
  if (typeof payload !== 'string') throw invalidJwt('it has no payload')
  if (!Array.isArray(signatures) || signatures.length === 0 || signatures.length > MAX_SIGNATURES) {
    throw invalidJwt('it has no list of a few signatures')
  }
  return { payload, signatures: signatures.map(partOf) }
}

function partOf(value: unknown): Part {
  const part: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {}
  const { protected: header, signature } = part
  if (typeof header !== 'string' || typeof signature !== 'string') throw invalidJwt('a signature of it misses a part')
  return { protected: header, signature }
}

function jsonObject(text: string): Claims {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch (cause) {
    throw invalidJwt('it is no JSON', cause)
  }
  throw invalidJwt('it is no JSON object')
}
