/** KMAC256 by OpenSSL, a tenth of JavaScript's time. */
import * as crypto from 'node:crypto'
import { kmac256 } from '@noble/hashes/sha3-addons.js'
import { utf8 } from '../encoding/bytes.ts'
import { bytes } from './bytes.ts'

declare module 'node:crypto' {
  /** New in Node 26; its type declarations do not have it yet. */
  function createMac(
    algorithm: 'kmac-256',
    key: Uint8Array,
    options: { readonly outputLength: number; readonly customization: Uint8Array },
  ): { update(data: Uint8Array): { final(): Uint8Array } }
}

// The provider of OpenSSL takes keys of 4 to 512 bytes; a password may be shorter.
const MIN_KEY = 4
const MAX_KEY = 512

export function nodeKmac256(key: Uint8Array, data: Uint8Array, length: number, customization: string): Uint8Array {
  const custom = utf8(customization)
  if (key.length < MIN_KEY || key.length > MAX_KEY) {
    return kmac256(key, data, { dkLen: length, personalization: custom })
  }
  const mac = crypto.createMac('kmac-256', key, { outputLength: length, customization: custom })
  return bytes(mac.update(data).final())
}
