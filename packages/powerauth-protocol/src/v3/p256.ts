/** Keys of P-256, the curve of protocol 3.x. */
import { decodePoint, decodeScalar, p256 } from '../curves/prime-curve.ts'

/** A point in any form that peers send (65 or 33 bytes) as the uncompressed one. Throws `invalid_public_key`. */
export function decodePublicKey(point: Uint8Array): Uint8Array {
  return decodePoint(p256, point)
}

/** A scalar of any length as exactly 32 bytes. Throws `invalid_argument`. */
export function decodePrivateKey(scalar: Uint8Array): Uint8Array {
  return decodeScalar(p256, scalar)
}
