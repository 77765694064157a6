import { bytesEqual } from '../bytes.ts'
import type { CryptoProvider } from '../crypto-provider.ts'
import { readCanonical } from '../der/canonical.ts'
import { decodeBitStringOctets, decodeSerialNumber, decodeSmallInteger, decodeTime } from '../der/decode.ts'
import type { DerElement } from '../der/element.ts'
import { explicitContent, parsing, Structure } from '../der/structure.ts'
import { contextConstructed, contextPrimitive, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import { type Name, readName } from '../names/name.ts'
import { readExtensions } from './extension.ts'
import { type CertificateExtensions, readCertificateExtensions } from './read-extensions.ts'

/** An X.509 certificate (RFC 5280 §4.1), read whole and frozen. Byte members are views into what was handed in: do not write to them. */
export interface Certificate {
  readonly der: Uint8Array
  /** What `signature` covers. */
  readonly tbsCertificate: Uint8Array
  readonly version: 1 | 2 | 3
  /** Upper-case hex of the integer's octets, two digits each, without the sign octet 00. */
  readonly serialNumber: string
  readonly issuer: Name
  readonly subject: Name
  readonly notBefore: Date
  /** Inclusive. */
  readonly notAfter: Date
  readonly subjectPublicKeyInfo: Uint8Array
  /** DER AlgorithmIdentifier. */
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
  readonly extensions: CertificateExtensions
}

const code = 'certificate_malformed'

/** 64 KB: qualified certificates stay under 4 KB, post-quantum ones under 32. */
const maxBytes = 64 * 1024

const versions = [1, 2, 3] as const

/** PkiError 'certificate_malformed' or 'too_large'. Checks form only: neither signature nor validity nor path. */
export function parseCertificate(der: Uint8Array): Certificate {
  return parsing(code, 'Certificate', () => {
    const certificate = Structure.open(readCanonical(der, maxBytes), 'Certificate', code)
    const tbs = certificate.required(Tag.Sequence, 'tbsCertificate')
    const signatureAlgorithm = certificate.required(Tag.Sequence, 'signatureAlgorithm').bytes
    const signature = decodeBitStringOctets(certificate.required(Tag.BitString, 'signatureValue'))
    certificate.end()
    const { innerSignatureAlgorithm, ...fields } = readTbsCertificate(tbs)
    // RFC 5280 §4.1.1.2: the two algorithm identifiers are the same.
    if (!bytesEqual(innerSignatureAlgorithm, signatureAlgorithm)) {
      throw new PkiError(code, 'the signature algorithm differs from the one that was signed')
    }
    return Object.freeze({ der, tbsCertificate: tbs.bytes, ...fields, signatureAlgorithm, signature })
  })
}

function readTbsCertificate(element: DerElement) {
  const tbs = Structure.open(element, 'TBSCertificate', code)
  const version = readVersion(tbs.optional(contextConstructed(0)))
  const serialNumber = decodeSerialNumber(tbs.required(Tag.Integer, 'serialNumber'))
  const innerSignatureAlgorithm = tbs.required(Tag.Sequence, 'signature').bytes
  const issuer = readName(tbs.required(Tag.Sequence, 'issuer'))
  const validity = Structure.open(tbs.required(Tag.Sequence, 'validity'), 'Validity', code)
  const notBefore = decodeTime(validity.any('notBefore'))
  const notAfter = decodeTime(validity.any('notAfter'))
  validity.end()
  const subject = readName(tbs.required(Tag.Sequence, 'subject'))
  const subjectPublicKeyInfo = tbs.required(Tag.Sequence, 'subjectPublicKeyInfo').bytes
  const issuerUniqueId = tbs.optional(contextPrimitive(1))
  const subjectUniqueId = tbs.optional(contextPrimitive(2))
  const extensionsMember = tbs.optional(contextConstructed(3))
  tbs.end()
  // RFC 5280 §4.1.2.8 and §4.1.2.9: unique identifiers need version 2 or 3, extensions version 3.
  if ((issuerUniqueId || subjectUniqueId) && version < 2) throw new PkiError(code, 'unique identifiers in version 1')
  if (extensionsMember && version !== 3) throw new PkiError(code, `extensions in version ${version}`)
  const extensions = extensionsMember ? readExtensions(explicitContent(extensionsMember, 'extensions', code), code) : []
  return {
    version,
    serialNumber,
    innerSignatureAlgorithm,
    issuer,
    notBefore,
    notAfter,
    subject,
    subjectPublicKeyInfo,
    extensions: readCertificateExtensions(extensions),
  }
}

function readVersion(member: DerElement | null): Certificate['version'] {
  if (!member) return 1
  const value = decodeSmallInteger(explicitContent(member, 'version', code))
  const version = versions[value]
  // X.690 §11.5: the default, version 1, is not encoded.
  if (version === undefined || value === 0) throw new PkiError(code, `version ${value}`, { offset: member.offset })
  return version
}

/** The signature alone; no path rules. */
export function verifyCertificateSignature(
  certificate: Certificate,
  issuerSubjectPublicKeyInfo: Uint8Array,
  crypto: Pick<CryptoProvider, 'verify'>,
): Promise<boolean> {
  return crypto.verify(
    certificate.signatureAlgorithm,
    issuerSubjectPublicKeyInfo,
    certificate.signature,
    certificate.tbsCertificate,
  )
}
