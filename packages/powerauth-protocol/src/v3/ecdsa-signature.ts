/** ECDSA-Sig-Value (RFC 3279 §2.2.3) and the raw form of WebCrypto and JOSE. */
import { concat, requireLength } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'

const INTEGER = 0x02
const SEQUENCE = 0x30

/** `r || s` as DER; `scalar` is the length of each: 32 for P-256, 48 for P-384. */
export function rawToDerSignature(raw: Uint8Array, scalar = 32): Uint8Array {
  requireLength(raw, 2 * scalar, 'A raw signature')
  const body = concat(integer(raw.subarray(0, scalar)), integer(raw.subarray(scalar)))
  return concat(Uint8Array.of(SEQUENCE, body.length), body)
}

/** DER as `r || s`. Throws `invalid_encoding` for anything that DER would not write (X.690 §8.3.2, §10.1). */
export function derToRawSignature(der: Uint8Array, scalar = 32): Uint8Array {
  if (der.length < 8 || der.length > 2 * scalar + 8 || der[0] !== SEQUENCE || der[1] !== der.length - 2) throw notDer()
  const r = readInteger(der, 2, scalar)
  const s = readInteger(der, r.end, scalar)
  if (s.end !== der.length) throw notDer()
  return concat(r.digits, s.digits)
}

function integer(scalar: Uint8Array): Uint8Array {
  const first = scalar.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? Uint8Array.of(0) : scalar.subarray(first)
  const sign = (digits[0] ?? 0) & 0x80 ? Uint8Array.of(0) : new Uint8Array()
  return concat(Uint8Array.of(INTEGER, sign.length + digits.length), sign, digits)
}

function readInteger(der: Uint8Array, offset: number, scalar: number): { digits: Uint8Array; end: number } {
  const length = der[offset + 1] ?? 0
  const end = offset + 2 + length
  const content = der.subarray(offset + 2, end)
  const [first = 0, second = 0] = content
  if (der[offset] !== INTEGER || length === 0 || end > der.length || first & 0x80) throw notDer()
  if (length > 1 && first === 0 && !(second & 0x80)) throw notDer()
  const digits = first === 0 ? content.subarray(1) : content
  if (digits.length > scalar) throw notDer()
  return { digits: concat(new Uint8Array(scalar - digits.length), digits), end }
}

function notDer(): ProtocolError {
  return new ProtocolError('invalid_encoding', 'A signature is not an ECDSA-Sig-Value of its curve in DER')
}
