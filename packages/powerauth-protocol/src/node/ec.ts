/** Node's elliptic curves: pairs of a scalar and its uncompressed point. */
import { createECDH, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { type PrimeCurve, p256, p384 } from '../curves/prime-curve.ts'
import { bytes } from './bytes.ts'

interface KeyPair {
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
}

const opensslNames = { 'P-256': 'prime256v1', 'P-384': 'secp384r1' } as const
const dsaEncoding = 'ieee-p1363'

function curveOf(curve: PrimeCurve, hash: 'sha256' | 'sha384') {
  const group = opensslNames[curve.name]
  const jwk = (publicKey: Uint8Array) => {
    const x = base64Url(publicKey.subarray(1, 1 + curve.bytes))
    const y = base64Url(publicKey.subarray(1 + curve.bytes))
    return { kty: 'EC', crv: curve.name, x, y }
  }
  return {
    generate(): KeyPair {
      const ecdh = createECDH(group)
      const publicKey = bytes(ecdh.generateKeys())
      const scalar = ecdh.getPrivateKey()
      const privateKey = new Uint8Array(curve.bytes)
      privateKey.set(scalar, curve.bytes - scalar.length)
      return { privateKey, publicKey }
    },
    ecdh(own: KeyPair, peerPublicKey: Uint8Array): Uint8Array {
      const ecdh = createECDH(group)
      ecdh.setPrivateKey(own.privateKey)
      return bytes(ecdh.computeSecret(peerPublicKey))
    },
    sign(own: KeyPair, data: Uint8Array): Uint8Array {
      const key = { ...jwk(own.publicKey), d: base64Url(own.privateKey) }
      return bytes(sign(hash, data, { key: createPrivateKey({ key, format: 'jwk' }), dsaEncoding }))
    },
    verify(publicKey: Uint8Array, signature: Uint8Array, data: Uint8Array): boolean {
      const key = createPublicKey({ key: jwk(publicKey), format: 'jwk' })
      return verify(hash, data, { key, dsaEncoding }, signature)
    },
  }
}

function base64Url(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64url')
}

export const nodeP256 = curveOf(p256, 'sha256')
export const nodeP384 = curveOf(p384, 'sha384')
