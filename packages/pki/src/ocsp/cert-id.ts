import { hashAlgorithmIdentifier, readHashAlgorithm, subjectPublicKeyOctets } from '../algorithms.ts'
import { fromHex } from '../bytes.ts'
import type { Certificate } from '../certificate/certificate.ts'
import type { CryptoProvider, HashAlgorithm } from '../crypto-provider.ts'
import { decodeOctetString, decodeSerialNumber } from '../der/decode.ts'
import type { DerElement } from '../der/element.ts'
import { encodeOid, nullValue, octetString, sequence, unsignedInteger } from '../der/encode.ts'
import { Structure } from '../der/structure.ts'
import { Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'

/** Which certificate is asked about (RFC 6960 §4.1.1). */
export interface CertId {
  readonly hashAlgorithm: HashAlgorithm
  /** Of the issuer's distinguished name, DER. */
  readonly issuerNameHash: Uint8Array
  /** Of the issuer's subjectPublicKey, without tag, length and unused bits. */
  readonly issuerKeyHash: Uint8Array
  /** Upper-case hex, as in Certificate. */
  readonly serialNumber: string
  /** As it was sent or is to be sent: a responder echoes it. */
  readonly der: Uint8Array
}

export function buildCertId(fields: {
  readonly issuer: Pick<Certificate, 'subject' | 'subjectPublicKeyInfo'>
  readonly serialNumber: string
  readonly hashAlgorithm: HashAlgorithm
  readonly crypto: Pick<CryptoProvider, 'digest'>
}): CertId {
  const { hashAlgorithm, serialNumber, issuer, crypto } = fields
  const serial = fromHex(serialNumber)
  if (!serial) throw new PkiError('ocsp_malformed', 'serial number is not hex')
  const issuerNameHash = crypto.digest(hashAlgorithm, issuer.subject.der)
  const issuerKeyHash = crypto.digest(hashAlgorithm, subjectPublicKeyOctets(issuer.subjectPublicKeyInfo))
  const der = sequence(
    algorithmIdentifier(hashAlgorithm),
    octetString(issuerNameHash),
    octetString(issuerKeyHash),
    unsignedInteger(serial),
  )
  return Object.freeze({ hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber, der })
}

/** SHA-1 with NULL parameters, as OpenSSL and every deployed client write it and some responders match octet by octet. */
function algorithmIdentifier(hash: HashAlgorithm): Uint8Array {
  return hash === 'SHA-1' ? sequence(encodeOid('1.3.14.3.2.26'), nullValue()) : hashAlgorithmIdentifier(hash)
}

export function readCertId(element: DerElement): CertId {
  const structure = Structure.open(element, 'CertID', 'ocsp_malformed')
  const hashAlgorithm = readHashAlgorithm(structure.required(Tag.Sequence, 'hashAlgorithm').bytes)
  const issuerNameHash = decodeOctetString(structure.required(Tag.OctetString, 'issuerNameHash'))
  const issuerKeyHash = decodeOctetString(structure.required(Tag.OctetString, 'issuerKeyHash'))
  const serialNumber = decodeSerialNumber(structure.required(Tag.Integer, 'serialNumber'))
  structure.end()
  return Object.freeze({ hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber, der: element.bytes })
}
