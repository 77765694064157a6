import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { CryptoProvider, HashAlgorithm, IncrementalHash } from '../crypto-provider.ts'
import { webCryptoVerification } from './web-crypto-verification.ts'

const hashes = { 'SHA-1': sha1, 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 } as const satisfies Record<
  HashAlgorithm,
  unknown
>

type HashState = ReturnType<(typeof hashes)[HashAlgorithm]['create']>

const incremental = (state: HashState): IncrementalHash => ({
  update: (bytes) => {
    state.update(bytes)
  },
  copy: () => incremental(state.clone()),
  digest: () => state.digest(),
})

/**
 * The platform's WebCrypto behind the room's CryptoProvider: browsers, workers, and whatever else has `crypto.subtle` (secure
 * contexts only). WebCrypto cannot hash piece by piece, so hashes are @noble/hashes'. `random` gives up to 65,536 octets.
 * Where the platform lacks an algorithm, such as Ed25519, its signatures do not verify.
 */
export function browserCrypto(platform: Pick<Crypto, 'subtle' | 'getRandomValues'>): CryptoProvider {
  return {
    createHash: (algorithm) => incremental(hashes[algorithm].create()),
    digest: (algorithm, bytes) => hashes[algorithm](bytes),
    random: (length) => platform.getRandomValues(new Uint8Array(length)),
    timingSafeEqual,
    async verify(signatureAlgorithm, subjectPublicKeyInfo, signature, data) {
      const verification = webCryptoVerification(signatureAlgorithm, subjectPublicKeyInfo, signature)
      if (!verification) return false
      const { importParameters, verifyParameters, spki, octets } = verification
      try {
        const key = await platform.subtle.importKey('spki', spki, importParameters, false, ['verify'])
        return await platform.subtle.verify(verifyParameters, key, octets, new Uint8Array(data))
      } catch (error) {
        // DataError: no such key, such as a point off its curve. NotSupportedError: an algorithm that the platform lacks.
        if (error instanceof DOMException) return false
        throw error
      }
    },
  }
}

function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (const [index, octet] of a.entries()) difference |= octet ^ (b[index] ?? 0)
  return difference === 0
}
