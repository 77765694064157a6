/** Points and scalars of NIST's prime curves as they travel (SEC 1 §2.3), each checked before anything computes with it. */
import { concat } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'

/** A short Weierstrass curve y² = x³ − 3x + b over a prime p ≡ 3 mod 4 (FIPS 186-4 D.1.2), of cofactor 1. */
export interface PrimeCurve {
  readonly name: 'P-256' | 'P-384'
  readonly p: bigint
  readonly b: bigint
  /** Bytes of a coordinate and of a scalar. */
  readonly bytes: number
}

/** FIPS 186-4 D.1.2.3 */
export const p256: PrimeCurve = {
  name: 'P-256',
  p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  bytes: 32,
}

/** FIPS 186-4 D.1.2.4 */
export const p384: PrimeCurve = {
  name: 'P-384',
  p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
  b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  bytes: 48,
}

/**
 * A public key in any form that peers send (uncompressed or compressed) as the uncompressed point. Throws
 * `invalid_public_key` for a point that is not on the curve, which ECDH must never see. Only public values are computed
 * with here, so nothing needs to be constant-time.
 */
export function decodePoint(curve: PrimeCurve, point: Uint8Array): Uint8Array {
  const { p, bytes } = curve
  const x = toBigInt(point.subarray(1, 1 + bytes))
  if (point.length === 1 + 2 * bytes && point[0] === 4) {
    const y = toBigInt(point.subarray(1 + bytes))
    if (x >= p || y >= p || (y * y) % p !== square(curve, x)) throw notAPoint(curve)
    return point
  }
  if (point.length !== 1 + bytes || (point[0] !== 2 && point[0] !== 3) || x >= p) throw notAPoint(curve)
  const root = power(square(curve, x), (p + 1n) / 4n, p)
  if ((root * root) % p !== square(curve, x)) throw notAPoint(curve)
  const y = (root & 1n) === BigInt(point[0] & 1) ? root : p - root
  return concat(Uint8Array.of(4), point.subarray(1), toBytes(y, bytes))
}

/**
 * A scalar as a big-endian integer of any length (Java's BigInteger writes up to one byte more, or fewer) in exactly the
 * curve's bytes. Throws `invalid_argument`.
 */
export function decodeScalar(curve: PrimeCurve, scalar: Uint8Array): Uint8Array {
  const first = scalar.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? new Uint8Array() : scalar.subarray(first)
  if (digits.length === 0 || digits.length > curve.bytes) {
    throw new ProtocolError('invalid_argument', `A private key must be a scalar of at most ${curve.bytes} bytes`)
  }
  return concat(new Uint8Array(curve.bytes - digits.length), digits)
}

/** X of an uncompressed point as the reference's unsigned integer: without leading zero bytes. */
export function unsignedX(curve: PrimeCurve, publicKey: Uint8Array): Uint8Array {
  const x = decodePoint(curve, publicKey).subarray(1, 1 + curve.bytes)
  const first = x.findIndex((byte) => byte !== 0)
  return x.subarray(Math.max(0, first))
}

/** x³ − 3x + b, the y² of a point. */
function square({ p, b }: PrimeCurve, x: bigint): bigint {
  return (((x * x * x - 3n * x + b) % p) + p) % p
}

function power(base: bigint, exponent: bigint, p: bigint): bigint {
  let result = 1n
  for (let squared = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * squared) % p
    squared = (squared * squared) % p
  }
  return result
}

function toBigInt(bytes: Uint8Array): bigint {
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return BigInt(`0x${hex || '0'}`)
}

function toBytes(value: bigint, length: number): Uint8Array {
  const hex = value.toString(16).padStart(2 * length, '0')
  return Uint8Array.from({ length }, (_, index) => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16))
}

function notAPoint(curve: PrimeCurve): ProtocolError {
  return new ProtocolError('invalid_public_key', `A public key must be a point of ${curve.name} in X9.62 form`)
}
