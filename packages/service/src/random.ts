import { randomBytes } from 'node:crypto'

/** Cryptographically secure random bytes. */
export type Random = (length: number) => Uint8Array

export const systemRandom: Random = (length) => new Uint8Array(randomBytes(length))
