/** Node's elliptic curves: pairs of a scalar and its uncompressed point. */
import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, sign, verify } from 'node:crypto'
import { type PrimeCurve, p256, p384 } from '../curves/prime-curve.ts'
import { bytes } from './bytes.ts'

interface KeyPair {
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
}

/**
 * PrivateKeyInfo (RFC 5958) with an ECPrivateKey (RFC 5915) that carries its point: what precedes the scalar, and what
 * stands between scalar and point. Of all forms the one that OpenSSL reads without multiplying: importing a JWK of P-384
 * costs more than signing with it.
 */
const pkcs8Of = {
  'P-256': ['308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420', 'a144034200'],
  'P-384': ['3081b6020100301006072a8648ce3d020106052b8104002204819e30819b0201010430', 'a164036200'],
} as const

const dsaEncoding = 'ieee-p1363'

function curveOf(curve: PrimeCurve, hash: 'sha256' | 'sha384') {
  const [beforeScalar, beforePoint] = pkcs8Of[curve.name]
  const privateKeyOf = (own: KeyPair) => {
    const parts = [Buffer.from(beforeScalar, 'hex'), own.privateKey, Buffer.from(beforePoint, 'hex'), own.publicKey]
    const key = Buffer.concat(parts)
    try {
      return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
    } finally {
      key.fill(0)
    }
  }
  const publicKeyOf = (key: Uint8Array) =>
    createPublicKey({ key, format: 'raw-public', asymmetricKeyType: 'ec', namedCurve: curve.name })
  return {
    generate(): KeyPair {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve.name })
      return {
        privateKey: bytes(privateKey.export({ format: 'raw-private' })),
        publicKey: bytes(publicKey.export({ format: 'raw-public' })),
      }
    },
    ecdh: (own: KeyPair, peerPublicKey: Uint8Array): Uint8Array =>
      bytes(diffieHellman({ privateKey: privateKeyOf(own), publicKey: publicKeyOf(peerPublicKey) })),
    sign: (own: KeyPair, data: Uint8Array): Uint8Array =>
      bytes(sign(hash, data, { key: privateKeyOf(own), dsaEncoding })),
    verify: (publicKey: Uint8Array, signature: Uint8Array, data: Uint8Array): boolean =>
      verify(hash, data, { key: publicKeyOf(publicKey), dsaEncoding }, signature),
  }
}

export const nodeP256 = curveOf(p256, 'sha256')
export const nodeP384 = curveOf(p384, 'sha384')
