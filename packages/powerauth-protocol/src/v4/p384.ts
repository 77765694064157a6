/** Keys of P-384, the curve that is in every suite. */
import { decodePoint, decodeScalar, p384 } from '../curves/prime-curve.ts'

/** A point in any form that peers send (97 or 49 bytes) as the uncompressed one. Throws `invalid_public_key`. */
export function decodePublicKey(point: Uint8Array): Uint8Array {
  return decodePoint(p384, point)
}

/** A scalar of any length as exactly 48 bytes. Throws `invalid_argument`. */
export function decodePrivateKey(scalar: Uint8Array): Uint8Array {
  return decodeScalar(p384, scalar)
}
