/** RFC 4648 §4, as plans keep bytes. */
export function toBase64(bytes: Uint8Array): string {
  return bytes.toBase64()
}

/** null for what is no Base64, padding included. */
export function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' })
  } catch {
    return null
  }
}
