/** Points and scalars of P-256 as they travel (SEC 1 §2.3). */
import { concat } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'

// FIPS 186-4 D.1.2.3. Only public values are computed with these, so nothing here needs to be constant-time.
const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn
const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn
const COORDINATE = 32

/**
 * A public key in any form that peers send (uncompressed 65 bytes, compressed 33 bytes) as the uncompressed point.
 * Throws `invalid_public_key` for a point that is not on the curve, which ECDH must never see.
 */
export function decodePublicKey(point: Uint8Array): Uint8Array {
  const x = toBigInt(point.subarray(1, 1 + COORDINATE))
  if (point.length === 1 + 2 * COORDINATE && point[0] === 4) {
    const y = toBigInt(point.subarray(1 + COORDINATE))
    if (x >= p || y >= p || (y * y) % p !== curve(x)) throw notAPoint()
    return point
  }
  if (point.length !== 1 + COORDINATE || (point[0] !== 2 && point[0] !== 3) || x >= p) throw notAPoint()
  const root = power(curve(x), (p + 1n) / 4n)
  if ((root * root) % p !== curve(x)) throw notAPoint()
  const y = (root & 1n) === BigInt(point[0] & 1) ? root : p - root
  return concat(Uint8Array.of(4), point.subarray(1), toBytes(y))
}

/**
 * A scalar as a big-endian integer of any length (Java's BigInteger writes up to 33 bytes, or fewer than 32) as
 * exactly 32 bytes. Throws `invalid_argument`.
 */
export function decodePrivateKey(scalar: Uint8Array): Uint8Array {
  const first = scalar.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? new Uint8Array() : scalar.subarray(first)
  if (digits.length === 0 || digits.length > COORDINATE) {
    throw new ProtocolError('invalid_argument', 'A private key must be a scalar of at most 32 bytes')
  }
  return concat(new Uint8Array(COORDINATE - digits.length), digits)
}

/** y² = x³ − 3x + b */
function curve(x: bigint): bigint {
  return (((x * x * x - 3n * x + b) % p) + p) % p
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % p
    square = (square * square) % p
  }
  return result
}

function toBigInt(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}

function toBytes(value: bigint): Uint8Array {
  const out = new Uint8Array(COORDINATE)
  for (let index = COORDINATE - 1, rest = value; index >= 0; index--, rest >>= 8n) out[index] = Number(rest & 0xffn)
  return out
}

function notAPoint(): ProtocolError {
  return new ProtocolError('invalid_public_key', 'A public key must be a point of P-256 in X9.62 form')
}
