import { subjectPublicKeyOctets } from '../algorithms.ts'
import type { CryptoProvider, KeySigner } from '../crypto-provider.ts'
import { readDer } from '../der/element.ts'
import { bitString, explicit, integer, sequence, time, unsignedInteger } from '../der/encode.ts'
import { parsing, Structure } from '../der/structure.ts'
import { contextConstructed, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import type { Name } from '../names/name.ts'
import { type Extension, encodeExtensions } from './extension.ts'

export interface TbsCertificateFields {
  /** Big endian, positive, at most 20 octets as an INTEGER (RFC 5280 §4.1.2.2). */
  readonly serialNumber: Uint8Array
  readonly issuer: Name
  readonly subject: Name
  readonly notBefore: Date
  /** Inclusive (RFC 5280 §4.1.2.5). */
  readonly notAfter: Date
  readonly subjectPublicKeyInfo: Uint8Array
  /** DER AlgorithmIdentifier that the issuer will sign with. */
  readonly signatureAlgorithm: Uint8Array
  readonly extensions: readonly Extension[]
}

/** Version 3 TBSCertificate: the bytes the issuer signs. PkiError 'certificate_malformed' for a serial number or validity out of bounds. */
export function buildTbsCertificate(fields: TbsCertificateFields): Uint8Array {
  const serialNumber = unsignedInteger(fields.serialNumber)
  const isZero = fields.serialNumber.every((octet) => octet === 0)
  if (isZero || serialNumber.length > 2 + 20) throw new PkiError('certificate_malformed', 'serial number out of bounds')
  if (fields.notAfter < fields.notBefore) throw new PkiError('certificate_malformed', 'validity ends before it begins')
  return sequence(
    explicit(0, integer(2)),
    serialNumber,
    fields.signatureAlgorithm,
    fields.issuer.der,
    sequence(time(fields.notBefore), time(fields.notAfter)),
    fields.subject.der,
    fields.subjectPublicKeyInfo,
    ...(fields.extensions.length > 0 ? [explicit(3, encodeExtensions(fields.extensions))] : []),
  )
}

/** The Certificate around a TBSCertificate; the algorithm is the one inside it. */
export function assembleCertificate(tbsCertificate: Uint8Array, signature: Uint8Array): Uint8Array {
  return sequence(tbsCertificate, signatureAlgorithmOf(tbsCertificate), bitString(signature))
}

function signatureAlgorithmOf(tbsCertificate: Uint8Array): Uint8Array {
  return parsing('certificate_malformed', 'TBSCertificate', () => {
    const tbs = Structure.open(readDer(tbsCertificate), 'TBSCertificate', 'certificate_malformed')
    tbs.optional(contextConstructed(0))
    tbs.required(Tag.Integer, 'serialNumber')
    return tbs.required(Tag.Sequence, 'signature').bytes
  })
}

/** Builds and signs in one step, for certificates that need no linting between. */
export async function issueCertificate(
  fields: Omit<TbsCertificateFields, 'signatureAlgorithm'>,
  issuer: KeySigner,
): Promise<Uint8Array> {
  const tbsCertificate = buildTbsCertificate({ ...fields, signatureAlgorithm: issuer.signatureAlgorithm })
  return assembleCertificate(tbsCertificate, await issuer.sign(tbsCertificate))
}

/** RFC 7093 §2 method 1: the leftmost 160 bits of the SHA-256 of the subject public key. */
export function keyIdentifierOf(subjectPublicKeyInfo: Uint8Array, crypto: Pick<CryptoProvider, 'digest'>): Uint8Array {
  return crypto.digest('SHA-256', subjectPublicKeyOctets(subjectPublicKeyInfo)).slice(0, 20)
}
