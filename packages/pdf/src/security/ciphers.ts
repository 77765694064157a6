/** The primitives that encrypted documents need (7.6); native on Node (`@cloudsigner/pdf/node`), portable elsewhere (`@cloudsigner/pdf/portable`). */
export interface PdfCiphers {
  digest(algorithm: 'MD5' | 'SHA-256' | 'SHA-384' | 'SHA-512', bytes: Uint8Array): Uint8Array
  /** AES in CBC mode without padding: `data` is whole blocks of 16 octets; the key's length says which AES. */
  encryptAesCbc(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array
  decryptAesCbc(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array
}

/** How an encrypted document is opened. */
export interface Decryption {
  readonly ciphers: PdfCiphers
  /** The user's or the owner's. Default: the empty one, by which documents open that are only restricted. */
  readonly password?: string
}

/** Several octet strings as one. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let position = 0
  for (const part of parts) {
    whole.set(part, position)
    position += part.length
  }
  return whole
}

/** Constant in time for one length: what is compared derives from a password. */
export function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (const [index, octet] of a.entries()) difference |= octet ^ (b[index] ?? 0)
  return difference === 0
}
