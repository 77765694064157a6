import { hashAlgorithmIdentifier, readHashAlgorithm } from '../algorithms.ts'
import type { CryptoProvider, HashAlgorithm } from '../crypto-provider.ts'
import { decodeOctetString, decodeSerialNumber } from '../der/decode.ts'
import { type DerElement, derChildren, readDer } from '../der/element.ts'
import { octetString, sequence } from '../der/encode.ts'
import { explicitContent, parsing, Structure } from '../der/structure.ts'
import { contextConstructed, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import { type Name, readName } from '../names/name.ts'
import { buildAttribute, type CmsAttribute } from './attribute.ts'
import { cmsOids } from './oids.ts'

const code = 'cms_malformed'

export interface SigningCertificateReference {
  readonly hashAlgorithm: HashAlgorithm
  readonly certHash: Uint8Array
  readonly issuerSerial: { readonly issuer: Name; readonly serialNumber: string } | null
}

/** signing-certificate-v2 with one ESSCertIDv2 (RFC 5035 §3); the hash of the default algorithm goes without its identifier. */
export function buildSigningCertificateV2(
  certificate: Uint8Array,
  hashAlgorithm: HashAlgorithm,
  crypto: Pick<CryptoProvider, 'digest'>,
): Uint8Array {
  const certHash = octetString(crypto.digest(hashAlgorithm, certificate))
  const essCertId =
    hashAlgorithm === 'SHA-256' ? sequence(certHash) : sequence(hashAlgorithmIdentifier(hashAlgorithm), certHash)
  return buildAttribute(cmsOids.signingCertificateV2, sequence(sequence(essCertId)))
}

/**
 * References of signing-certificate-v2 (RFC 5035) or signing-certificate (RFC 2634 §5.4), the signer's first; null where neither is there.
 * PkiError 'cms_malformed' where one stands twice or is not readable.
 */
export function readSigningCertificate({
  attributes,
}: {
  readonly attributes: readonly CmsAttribute[]
}): readonly SigningCertificateReference[] | null {
  const v2 = singleValue(attributes, cmsOids.signingCertificateV2)
  if (v2) return readReferences(v2, readEssCertIdV2)
  const v1 = singleValue(attributes, cmsOids.signingCertificate)
  return v1 && readReferences(v1, readEssCertId)
}

function singleValue(attributes: readonly CmsAttribute[], type: string): Uint8Array | null {
  const values = attributes.filter((attribute) => attribute.type === type).flatMap((attribute) => attribute.values)
  const [value, ...more] = values
  if (more.length > 0) throw new PkiError(code, `attribute ${type} has several values`)
  return value ?? null
}

function readReferences(
  value: Uint8Array,
  read: (element: DerElement) => SigningCertificateReference,
): readonly SigningCertificateReference[] {
  return parsing(code, 'SigningCertificate', () => {
    const structure = Structure.open(readDer(value), 'SigningCertificate', code)
    return derChildren(structure.required(Tag.Sequence, 'certs')).map(read)
  })
}

function readEssCertIdV2(element: DerElement): SigningCertificateReference {
  const structure = Structure.open(element, 'ESSCertIDv2', code)
  const algorithm = structure.optional(Tag.Sequence)
  const hashAlgorithm = algorithm ? readHashAlgorithm(algorithm.bytes) : 'SHA-256'
  return { hashAlgorithm, ...readCertHash(structure) }
}

function readEssCertId(element: DerElement): SigningCertificateReference {
  return { hashAlgorithm: 'SHA-1', ...readCertHash(Structure.open(element, 'ESSCertID', code)) }
}

function readCertHash(structure: Structure): Pick<SigningCertificateReference, 'certHash' | 'issuerSerial'> {
  const certHash = decodeOctetString(structure.required(Tag.OctetString, 'certHash'))
  const issuerSerial = structure.optional(Tag.Sequence)
  structure.end()
  return { certHash, issuerSerial: issuerSerial && readIssuerSerial(issuerSerial) }
}

/** Null where the issuer is named in another way than by its distinguished name. */
function readIssuerSerial(element: DerElement): SigningCertificateReference['issuerSerial'] {
  const structure = Structure.open(element, 'IssuerSerial', code)
  const [generalName] = derChildren(structure.required(Tag.Sequence, 'issuer'))
  const serialNumber = decodeSerialNumber(structure.required(Tag.Integer, 'serialNumber'))
  if (generalName?.tag !== contextConstructed(4)) return null
  return { issuer: readName(explicitContent(generalName, 'directoryName', code)), serialNumber }
}
