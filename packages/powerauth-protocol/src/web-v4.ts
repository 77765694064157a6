/** The mathematics of 4.0 by WebCrypto, and by @noble/hashes what WebCrypto lacks: SHA3 and KMAC. */
import { sha3_256 } from '@noble/hashes/sha3.js'
import { kmac256 } from '@noble/hashes/sha3-addons.js'
import { base64UrlDecode, base64UrlEncode } from './encoding/base64.ts'
import { concat, utf8 } from './encoding/bytes.ts'
import type { CryptoProviderV4, P384KeyPair, PostQuantumProvider } from './v4/crypto-provider.ts'

const ECDH = { name: 'ECDH', namedCurve: 'P-384' } as const
const ECDSA = { name: 'ECDSA', namedCurve: 'P-384' } as const
const ECDSA_SHA384 = { name: 'ECDSA', hash: 'SHA-384' } as const

/**
 * A provider over the platform's `crypto`. Hybrid suites need the lattice half too: import `nobleSuite` of
 * `./post-quantum` where one is spoken, and pass what it makes.
 */
export function webCryptoV4(
  platform: Pick<Crypto, 'subtle' | 'getRandomValues'>,
  postQuantum?: PostQuantumProvider,
): CryptoProviderV4 {
  const { subtle } = platform
  return {
    random: (length) => platform.getRandomValues(new Uint8Array(length)),
    sha3: (data) => sha3_256(data),
    kmac256: (key, data, length, customization) =>
      kmac256(key, data, { dkLen: length, personalization: utf8(customization) }),
    async hmacSha384(key, data) {
      const algorithm = { name: 'HMAC', hash: 'SHA-384' }
      const imported = await subtle.importKey('raw', own(key), algorithm, false, ['sign'])
      return new Uint8Array(await subtle.sign('HMAC', imported, own(data)))
    },
    async aesCtr(key, counterBlock, data) {
      const imported = await subtle.importKey('raw', own(key), 'AES-CTR', false, ['encrypt'])
      const algorithm = { name: 'AES-CTR', counter: own(counterBlock), length: 128 }
      return new Uint8Array(await subtle.encrypt(algorithm, imported, own(data)))
    },
    async generateP384KeyPair() {
      const pair = await subtle.generateKey(ECDSA, true, ['sign', 'verify'])
      const { d = '', x = '', y = '' } = await subtle.exportKey('jwk', pair.privateKey)
      const part = (text: string) => base64UrlDecode(text, 'A JWK')
      return { privateKey: part(d), publicKey: concat(Uint8Array.of(4), part(x), part(y)) }
    },
    async ecdhP384(pair, peerPublicKey) {
      const privateKey = await subtle.importKey('jwk', jwk(pair), ECDH, false, ['deriveBits'])
      const peer = await subtle.importKey('raw', own(peerPublicKey), ECDH, false, [])
      return new Uint8Array(await subtle.deriveBits({ name: 'ECDH', public: peer }, privateKey, 384))
    },
    async ecdsaP384Sign(pair, data) {
      const privateKey = await subtle.importKey('jwk', jwk(pair), ECDSA, false, ['sign'])
      return new Uint8Array(await subtle.sign(ECDSA_SHA384, privateKey, own(data)))
    },
    async ecdsaP384Verify(publicKey, signature, data) {
      const imported = await subtle.importKey('raw', own(publicKey), ECDSA, false, ['verify'])
      return subtle.verify(ECDSA_SHA384, imported, own(signature), own(data))
    },
    ...(postQuantum && { postQuantum }),
  }
}

/** WebCrypto takes no view on memory that may be shared. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

function jwk(pair: P384KeyPair): JsonWebKey {
  return {
    kty: 'EC',
    crv: 'P-384',
    x: base64UrlEncode(pair.publicKey.subarray(1, 49)),
    y: base64UrlEncode(pair.publicKey.subarray(49)),
    d: base64UrlEncode(pair.privateKey),
  }
}
