import { randomBytes } from 'node:crypto'

/** Cryptographically secure random bytes. */
export type Random = (length: number) => Uint8Array

export const systemRandom: Random = (length) => new Uint8Array(randomBytes(length))

/** RFC 9562 §5.4. */
export function newUuid(random: Random): string {
  const bytes = random(16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40 // version 4
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80 // variant 10
  const hex = Buffer.from(bytes).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
