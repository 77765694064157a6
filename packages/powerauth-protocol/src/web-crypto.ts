/** The mathematics by WebCrypto: browsers, and whatever else has `crypto.subtle`. */
import type { CryptoProvider, P256KeyPair } from './crypto-provider.ts'
import { base64UrlDecode, base64UrlEncode } from './encoding/base64.ts'
import { concat } from './encoding/bytes.ts'

const ECDH = { name: 'ECDH', namedCurve: 'P-256' } as const
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' } as const
const ECDSA_SHA256 = { name: 'ECDSA', hash: 'SHA-256' } as const

/** A provider over the platform's `crypto`. `crypto.subtle` exists in secure contexts only. */
export function webCrypto(platform: Pick<Crypto, 'subtle' | 'getRandomValues'>): CryptoProvider {
  const { subtle } = platform
  return {
    random: (length) => platform.getRandomValues(new Uint8Array(length)),
    sha256: async (data) => new Uint8Array(await subtle.digest('SHA-256', own(data))),
    async hmacSha256(key, data) {
      const algorithm = { name: 'HMAC', hash: 'SHA-256' }
      const imported = await subtle.importKey('raw', own(key), algorithm, false, ['sign'])
      return new Uint8Array(await subtle.sign('HMAC', imported, own(data)))
    },
    async aesCbcEncrypt(key, iv, plaintext) {
      const imported = await subtle.importKey('raw', own(key), 'AES-CBC', false, ['encrypt'])
      return new Uint8Array(await subtle.encrypt({ name: 'AES-CBC', iv: own(iv) }, imported, own(plaintext)))
    },
    async aesCbcDecrypt(key, iv, ciphertext) {
      const imported = await subtle.importKey('raw', own(key), 'AES-CBC', false, ['decrypt'])
      return new Uint8Array(await subtle.decrypt({ name: 'AES-CBC', iv: own(iv) }, imported, own(ciphertext)))
    },
    async generateP256KeyPair() {
      const pair = await subtle.generateKey(ECDSA, true, ['sign', 'verify'])
      const { d = '', x = '', y = '' } = await subtle.exportKey('jwk', pair.privateKey)
      const [privateKey, pointX, pointY] = [d, x, y].map((part) => base64UrlDecode(part, 'A JWK'))
      const publicKey = concat(Uint8Array.of(4), pointX ?? new Uint8Array(), pointY ?? new Uint8Array())
      return { privateKey: privateKey ?? new Uint8Array(), publicKey }
    },
    async ecdhP256(pair, peerPublicKey) {
      const privateKey = await subtle.importKey('jwk', jwk(pair), ECDH, false, ['deriveBits'])
      const peer = await subtle.importKey('raw', own(peerPublicKey), ECDH, false, [])
      return new Uint8Array(await subtle.deriveBits({ name: 'ECDH', public: peer }, privateKey, 256))
    },
    async ecdsaP256Sign(pair, data) {
      const privateKey = await subtle.importKey('jwk', jwk(pair), ECDSA, false, ['sign'])
      return new Uint8Array(await subtle.sign(ECDSA_SHA256, privateKey, own(data)))
    },
    async ecdsaP256Verify(publicKey, signature, data) {
      const imported = await subtle.importKey('raw', own(publicKey), ECDSA, false, ['verify'])
      return subtle.verify(ECDSA_SHA256, imported, own(signature), own(data))
    },
    async pbkdf2(hash, password, salt, iterations, length) {
      const imported = await subtle.importKey('raw', own(password), 'PBKDF2', false, ['deriveBits'])
      const parameters = { name: 'PBKDF2', hash, salt: own(salt), iterations }
      return new Uint8Array(await subtle.deriveBits(parameters, imported, length * 8))
    },
  }
}

/** WebCrypto takes no view on memory that may be shared. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

function jwk(pair: P256KeyPair): JsonWebKey {
  return {
    kty: 'EC',
    crv: 'P-256',
    x: base64UrlEncode(pair.publicKey.subarray(1, 33)),
    y: base64UrlEncode(pair.publicKey.subarray(33)),
    d: base64UrlEncode(pair.privateKey),
  }
}
