import { hashAlgorithmIdentifier, type Oid } from '../algorithms.ts'
import { fromHex } from '../bytes.ts'
import { type Certificate, parseCertificate } from '../certificate/certificate.ts'
import type { CryptoProvider, HashAlgorithm } from '../crypto-provider.ts'
import {
  encodeOid,
  explicit,
  integer,
  octetString,
  retag,
  sequence,
  setOf,
  time,
  unsignedInteger,
} from '../der/encode.ts'
import { contextConstructed, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import { buildAttribute } from './attribute.ts'
import { cmsOids } from './oids.ts'
import { buildSigningCertificateV2 } from './signing-certificate.ts'

export interface SignedAttributesFields {
  /** Default id-data. */
  readonly contentType?: Oid
  readonly messageDigest: Uint8Array
  /** DER of the signer's certificate, for ESSCertIDv2 (RFC 5035). */
  readonly signingCertificate: Uint8Array
  /** Of ESSCertIDv2's certHash; default SHA-256. */
  readonly digestAlgorithm?: HashAlgorithm
  /** Left out in PAdES, where the signature dictionary's M carries it (EN 319 142-1 §6.3). */
  readonly signingTime?: Date
  /** DER Attribute each: what else is signed. */
  readonly others?: readonly Uint8Array[]
  readonly crypto: Pick<CryptoProvider, 'digest'>
}

/** DER SET OF Attribute: the bytes that are signed (RFC 5652 §5.4). */
export function buildSignedAttributes(fields: SignedAttributesFields): Uint8Array {
  const { contentType = cmsOids.data, digestAlgorithm = 'SHA-256', signingTime } = fields
  return setOf(
    buildAttribute(cmsOids.contentType, encodeOid(contentType)),
    buildAttribute(cmsOids.messageDigest, octetString(fields.messageDigest)),
    buildSigningCertificateV2(fields.signingCertificate, digestAlgorithm, fields.crypto),
    ...(signingTime ? [buildAttribute(cmsOids.signingTime, time(signingTime))] : []),
    ...(fields.others ?? []),
  )
}

export interface SignedDataFields {
  /** As built by buildSignedAttributes. */
  readonly signedAttributes: Uint8Array
  readonly signature: Uint8Array
  /** DER AlgorithmIdentifier. */
  readonly signatureAlgorithm: Uint8Array
  /** Of the content. */
  readonly digestAlgorithm: HashAlgorithm
  /** DER, what is sent along. The first is the signer's, unless `signerCertificate` names another. */
  readonly certificates: readonly Uint8Array[]
  /** The signer's certificate (DER, or read already), for a message that is sent without it or to save reading it again. */
  readonly signerCertificate?: Uint8Array | Certificate
  /** DER Attribute each (signature time-stamp …). */
  readonly unsignedAttributes?: readonly Uint8Array[]
  /** Detached where left out. */
  readonly encapsulatedContent?: { readonly contentType: Oid; readonly content: Uint8Array }
}

/** DER ContentInfo with one SignerInfo (RFC 5652 §5). */
export function buildSignedData(fields: SignedDataFields): Uint8Array {
  const { encapsulatedContent } = fields
  const contentType = encapsulatedContent?.contentType ?? cmsOids.data
  const signedData = sequence(
    // RFC 5652 §5.1: version 1 for id-data, 3 for any other content.
    integer(contentType === cmsOids.data ? 1 : 3),
    setOf(hashAlgorithmIdentifier(fields.digestAlgorithm)),
    encapsulatedContent
      ? sequence(encodeOid(contentType), explicit(0, octetString(encapsulatedContent.content)))
      : sequence(encodeOid(contentType)),
    ...implicitSet(0, fields.certificates),
    setOf(buildSignerInfo(fields)),
  )
  return sequence(encodeOid(cmsOids.signedData), explicit(0, signedData))
}

/** RFC 5652 §5.3, version 1: the signer by issuer and serial number. */
function buildSignerInfo(fields: SignedDataFields): Uint8Array {
  if (fields.signedAttributes[0] !== Tag.Set) throw new PkiError('cms_malformed', 'signed attributes are not a SET OF')
  const signerCertificate = fields.signerCertificate ?? fields.certificates[0]
  if (!signerCertificate) throw new PkiError('cms_malformed', "the signer's certificate is missing")
  const { issuer, serialNumber } =
    signerCertificate instanceof Uint8Array ? parseCertificate(signerCertificate) : signerCertificate
  const serial = fromHex(serialNumber)
  if (!serial) throw new PkiError('cms_malformed', 'the signer certificate has a negative serial number')
  return sequence(
    integer(1),
    sequence(issuer.der, unsignedInteger(serial)),
    hashAlgorithmIdentifier(fields.digestAlgorithm),
    retag(fields.signedAttributes, contextConstructed(0)),
    fields.signatureAlgorithm,
    octetString(fields.signature),
    ...implicitSet(1, fields.unsignedAttributes ?? []),
  )
}

/** [n] IMPLICIT SET OF, left out where empty. */
function implicitSet(tagNumber: number, members: readonly Uint8Array[]): readonly Uint8Array[] {
  return members.length === 0 ? [] : [retag(setOf(...members), contextConstructed(tagNumber))]
}

/** A SignedData without content or signers, which carries certificates ("PKCS #7 certs-only", RFC 8551 §3.8). DER ContentInfo. */
export function buildCertificatesOnly(certificates: readonly Uint8Array[]): Uint8Array {
  const signedData = sequence(
    integer(1),
    setOf(),
    sequence(encodeOid(cmsOids.data)),
    ...implicitSet(0, certificates),
    setOf(),
  )
  return sequence(encodeOid(cmsOids.signedData), explicit(0, signedData))
}
