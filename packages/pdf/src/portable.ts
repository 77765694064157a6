/** The ciphers of encrypted documents where the platform has none that answer at once: browsers and workers. */
import { cbc } from '@noble/ciphers/aes.js'
import { md5 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { PdfCiphers } from './security/ciphers.ts'

const digests = { MD5: md5, 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 } as const

export const portableCiphers: PdfCiphers = {
  digest: (algorithm, bytes) => digests[algorithm](bytes),
  encryptAesCbc: (key, iv, data) => cbc(key, iv, { disablePadding: true }).encrypt(data),
  decryptAesCbc: (key, iv, data) => cbc(key, iv, { disablePadding: true }).decrypt(data),
}
