/** What an authentication code covers: `METHOD&b64(uriId)&nonce&b64(body)&secret`. */
import { base64Decode, base64Encode } from '../encoding/base64.ts'
import { utf8 } from '../encoding/bytes.ts'

/**
 * The data without the secret, as the private API takes it. `uriId` is the designer's constant and not the URL,
 * `nonce` Base64 of 16 bytes, `body` the exact bytes of the request (for GET: those of `canonicalQuery`).
 */
export function normalizeRequest(request: {
  readonly method: string
  readonly uriId: string
  readonly nonce: string
  readonly body: Uint8Array
}): string {
  base64Decode(request.nonce, 'The nonce', 16)
  const parts = [request.method.toUpperCase(), base64Encode(utf8(request.uriId)), request.nonce]
  return [...parts, base64Encode(request.body)].join('&')
}

/** The bytes to authenticate: the normalised data with `&` and the secret. Offline, the secret is the word `offline`. */
export function dataWithSecret(normalized: string, secret: string): Uint8Array {
  return utf8(`${normalized}&${secret}`)
}

/**
 * The query of a GET in place of a body: pairs decoded, those without `=` dropped, sorted by key and then by value,
 * encoded again as a form and joined. No query: no bytes. This is the client's reading.
 */
export function canonicalQuery(query: string): Uint8Array {
  const pairs = query
    .replace(/^\?/, '')
    .split('&')
    .filter((pair) => pair.includes('='))
    .map((pair) => {
      const separator = pair.indexOf('=')
      return [formDecode(pair.slice(0, separator)), formDecode(pair.slice(separator + 1))] as const
    })
  pairs.sort(([keyA, valueA], [keyB, valueB]) => compare(keyA, keyB) || compare(valueA, valueB))
  return utf8(pairs.map(([key, value]) => `${formEncode(key)}=${formEncode(value)}`).join('&'))
}

/**
 * The server's reading: the genuine back end decodes the query as a whole before it looks at the pairs, and so twice in
 * all. Clients that escape an escape (`%2520`) agree with it only where the server does the same.
 */
export function serverCanonicalQuery(query: string): Uint8Array {
  return canonicalQuery(formDecode(query))
}

/** By UTF-16 code unit, as Java compares strings. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A lone or broken `%` stays as it is. */
function formDecode(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}

/** `application/x-www-form-urlencoded` as Java's URLEncoder writes it: space `+`, `~` as `%7E`, `*` kept. */
function formEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
