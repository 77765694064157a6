/** AES-256-GCM of WebCrypto over a value that the browser keeps: a nonce of its own, the place as associated data. */
export interface Sealed {
  readonly nonce: Uint8Array<ArrayBuffer>
  readonly ciphertext: Uint8Array<ArrayBuffer>
}

/** What both need of `globalThis.crypto`. */
export type SealingCrypto = Pick<Crypto, 'subtle' | 'getRandomValues'>

// NIST SP 800-38D §8.2.2: random nonces of 96 bits, far below 2^32 of them for one key.
const NONCE_BYTES = 12

export async function seal(crypto: SealingCrypto, key: CryptoKey, place: string, value: Uint8Array): Promise<Sealed> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const parameters = { name: 'AES-GCM', iv: nonce, additionalData: new TextEncoder().encode(place) }
  return { nonce, ciphertext: new Uint8Array(await crypto.subtle.encrypt(parameters, key, new Uint8Array(value))) }
}

/** Rejects where key, place or a bit of the value is another. */
export async function unseal(crypto: SealingCrypto, key: CryptoKey, place: string, value: Sealed): Promise<Uint8Array> {
  const parameters = { name: 'AES-GCM', iv: value.nonce, additionalData: new TextEncoder().encode(place) }
  return new Uint8Array(await crypto.subtle.decrypt(parameters, key, value.ciphertext))
}

export function isSealed(value: unknown): value is Sealed {
  if (typeof value !== 'object' || value === null || !('nonce' in value) || !('ciphertext' in value)) return false
  return value.nonce instanceof Uint8Array && value.ciphertext instanceof Uint8Array
}
