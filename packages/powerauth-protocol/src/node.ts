/** The mathematics by Node's own crypto, synchronous. */
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  pbkdf2Sync,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import type { CryptoProvider, P256KeyPair } from './crypto-provider.ts'

const CURVE = 'prime256v1'
const CIPHER = 'aes-128-cbc'

export const nodeCrypto: CryptoProvider = {
  random: (length) => bytes(randomBytes(length)),
  sha256: (data) => bytes(createHash('sha256').update(data).digest()),
  hmacSha256: (key, data) => bytes(createHmac('sha256', key).update(data).digest()),
  aesCbcEncrypt(key, iv, plaintext) {
    const cipher = createCipheriv(CIPHER, key, iv)
    return bytes(Buffer.concat([cipher.update(plaintext), cipher.final()]))
  },
  aesCbcDecrypt(key, iv, ciphertext) {
    const cipher = createDecipheriv(CIPHER, key, iv)
    return bytes(Buffer.concat([cipher.update(ciphertext), cipher.final()]))
  },
  generateP256KeyPair() {
    const ecdh = createECDH(CURVE)
    const publicKey = bytes(ecdh.generateKeys())
    const scalar = ecdh.getPrivateKey()
    const privateKey = new Uint8Array(32)
    privateKey.set(scalar, 32 - scalar.length)
    return { privateKey, publicKey }
  },
  ecdhP256(own, peerPublicKey) {
    const ecdh = createECDH(CURVE)
    ecdh.setPrivateKey(own.privateKey)
    return bytes(ecdh.computeSecret(peerPublicKey))
  },
  ecdsaP256Sign: (own, data) => bytes(sign('sha256', data, { key: privateKeyOf(own), dsaEncoding: 'ieee-p1363' })),
  ecdsaP256Verify: (publicKey, signature, data) =>
    verify('sha256', data, { key: publicKeyOf(publicKey), dsaEncoding: 'ieee-p1363' }, signature),
  pbkdf2: (hash, password, salt, iterations, length) =>
    bytes(pbkdf2Sync(password, salt, iterations, length, hash === 'SHA-1' ? 'sha1' : 'sha256')),
}

/** Plain bytes of their own: a Buffer would bring other methods and perhaps a shared pool. */
function bytes(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer)
}

function privateKeyOf(own: P256KeyPair) {
  const key = { ...jwk(own.publicKey), d: base64Url(own.privateKey) }
  return createPrivateKey({ key, format: 'jwk' })
}

function publicKeyOf(publicKey: Uint8Array) {
  return createPublicKey({ key: jwk(publicKey), format: 'jwk' })
}

function jwk(publicKey: Uint8Array) {
  const [x, y] = [base64Url(publicKey.subarray(1, 33)), base64Url(publicKey.subarray(33))]
  return { kty: 'EC', crv: 'P-256', x, y }
}

function base64Url(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64url')
}
