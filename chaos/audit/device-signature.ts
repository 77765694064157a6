import { createPublicKey, verify } from 'node:crypto'

/**
 * ECDSA with SHA-256, DER, by a device key: the uncompressed point of P-256 (SEC 1 §2.3.3), as PowerAuth stores it. False
 * where there is no key.
 */
export function isSignedBy(point: Uint8Array | null | undefined, data: Uint8Array, signature: Uint8Array): boolean {
  if (point?.length !== 65) return false
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((each) => Buffer.from(each).toString('base64url'))
  if (x === undefined || y === undefined) return false
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' })
  return verify('sha256', data, key, signature)
}
