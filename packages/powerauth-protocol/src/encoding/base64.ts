/** Base64 and Base64url (RFC 4648 §4, §5), one canonical form only: what decodes is what would have been encoded. */
import { ProtocolError } from '../protocol-error.ts'
import { requireLength } from './bytes.ts'

const CHUNK = 0x8000
const canonical = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/

export function base64Encode(bytes: Uint8Array): string {
  let binary = ''
  for (let offset = 0; offset < bytes.length; offset += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(offset, offset + CHUNK))
  }
  return btoa(binary)
}

/** Throws `invalid_encoding` for anything but padded canonical Base64, and `invalid_argument` for another length. */
export function base64Decode(text: string, label: string, length?: number): Uint8Array {
  if (typeof text !== 'string' || text.length % 4 !== 0 || !isCanonical(text)) {
    throw new ProtocolError('invalid_encoding', `${label} is not canonical Base64`)
  }
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
  return length === undefined ? bytes : requireLength(bytes, length, label)
}

export function base64UrlEncode(bytes: Uint8Array): string {
  return base64Encode(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

export function base64UrlDecode(text: string, label: string): Uint8Array {
  if (typeof text !== 'string' || /[^A-Za-z0-9_-]/.test(text)) {
    throw new ProtocolError('invalid_encoding', `${label} is not Base64url`)
  }
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  return base64Decode(standard.padEnd(Math.ceil(text.length / 4) * 4, '='), label)
}

// The pattern is linear, but an engine may recurse over the repeated group: long texts are looked at in pieces.
function isCanonical(text: string): boolean {
  for (let offset = 0; offset < text.length - 4; offset += CHUNK) {
    if (/[^A-Za-z0-9+/]/.test(text.slice(offset, Math.min(offset + CHUNK, text.length - 4)))) return false
  }
  return canonical.test(text.slice(-4))
}
