import { encodeDer, encodeOid } from '@cloudsigner/pki'

/** SubjectPublicKeyInfo (RFC 5480 §2): id-ecPublicKey, secp256r1, the uncompressed point. */
export function publicKeyInfo(point: Uint8Array): Uint8Array {
  const algorithm = encodeDer(0x30, encodeOid('1.2.840.10045.2.1'), encodeOid('1.2.840.10045.3.1.7'))
  return encodeDer(0x30, algorithm, encodeDer(0x03, Uint8Array.of(0), point))
}
