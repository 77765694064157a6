import type { Oid } from '../algorithms.ts'
import { normalizeBer } from '../der/ber.ts'
import { decodeOctetString, decodeOid, decodeSerialNumber, decodeSmallInteger } from '../der/decode.ts'
import { type DerElement, derChildren, readDer } from '../der/element.ts'
import { retag } from '../der/encode.ts'
import { explicitContent, parsing, Structure } from '../der/structure.ts'
import { contextConstructed, contextPrimitive, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import { type Name, readName } from '../names/name.ts'
import { type CmsAttribute, readAttributes } from './attribute.ts'
import { cmsOids } from './oids.ts'

/** RFC 5652 §5.3. */
export interface SignerInfo {
  readonly version: number
  readonly sid: { readonly issuer: Name; readonly serialNumber: string } | { readonly subjectKeyIdentifier: Uint8Array }
  /** DER AlgorithmIdentifier. */
  readonly digestAlgorithm: Uint8Array
  /** As SET OF, what is signed (§5.4); null where the content is signed directly. */
  readonly signedAttributes: Uint8Array | null
  /** The signed attributes, read. */
  readonly attributes: readonly CmsAttribute[]
  /** DER AlgorithmIdentifier. */
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
  readonly unsignedAttributes: readonly CmsAttribute[]
}

/** RFC 5652 §5.1. */
export interface SignedData {
  readonly version: number
  /** DER AlgorithmIdentifiers. */
  readonly digestAlgorithms: readonly Uint8Array[]
  readonly contentType: Oid
  /** eContent's octets; null where detached. */
  readonly content: Uint8Array | null
  /** X.509 certificates, DER; attribute certificates are passed over. */
  readonly certificates: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
  /** id-ri-ocsp-response entries (RFC 5940 §2.1): DER OCSPResponse. */
  readonly ocspResponses: readonly Uint8Array[]
  readonly signerInfos: readonly SignerInfo[]
}

const code = 'cms_malformed'

/** 16 MB: a CMS with CRLs inside; PDF signatures are some tens of kilobytes. */
const maxBytes = 16 * 1024 * 1024

/** More signers than any real message has. */
const maxSigners = 64

/**
 * ContentInfo in DER or BER. Zero octets after it, which pad the Contents of PDF signatures, are allowed and nothing else.
 * PkiError 'cms_malformed' or 'too_large'. Verifies nothing.
 */
export function parseSignedData(contentInfo: Uint8Array): SignedData {
  if (contentInfo.length > maxBytes) throw new PkiError('too_large', `CMS of ${contentInfo.length} bytes`)
  return parsing(code, 'ContentInfo', () => {
    const { der, end } = normalizeBer(contentInfo)
    if (contentInfo.subarray(end).some((octet) => octet !== 0)) {
      throw new PkiError(code, 'bytes after the ContentInfo', { offset: end })
    }
    const structure = Structure.open(readDer(der), 'ContentInfo', code)
    const type = decodeOid(structure.required(Tag.ObjectIdentifier, 'contentType'))
    if (type !== cmsOids.signedData) throw new PkiError(code, `content type ${type} is not signed-data`)
    const content = explicitContent(structure.required(contextConstructed(0), 'content'), 'content', code)
    structure.end()
    return readSignedData(content)
  })
}

function readSignedData(element: DerElement): SignedData {
  const structure = Structure.open(element, 'SignedData', code)
  const version = decodeSmallInteger(structure.required(Tag.Integer, 'version'))
  const digestAlgorithms = derChildren(structure.required(Tag.Set, 'digestAlgorithms')).map(({ bytes }) => bytes)
  const encapsulated = readEncapsulated(structure.required(Tag.Sequence, 'encapContentInfo'))
  const certificates = membersOf(structure.optional(contextConstructed(0))).filter(({ tag }) => tag === Tag.Sequence)
  const revocation = membersOf(structure.optional(contextConstructed(1)))
  const signerInfos = derChildren(structure.required(Tag.Set, 'signerInfos'))
  structure.end()
  if (signerInfos.length > maxSigners) throw new PkiError(code, `${signerInfos.length} signers`)
  return Object.freeze({
    version,
    digestAlgorithms,
    ...encapsulated,
    certificates: certificates.map(({ bytes }) => bytes),
    crls: revocation.filter(({ tag }) => tag === Tag.Sequence).map(({ bytes }) => bytes),
    ocspResponses: revocation.flatMap(readOcspResponse),
    signerInfos: signerInfos.map(readSignerInfo),
  })
}

const membersOf = (set: DerElement | null): readonly DerElement[] => (set ? derChildren(set) : [])

function readEncapsulated(element: DerElement): Pick<SignedData, 'contentType' | 'content'> {
  const structure = Structure.open(element, 'EncapsulatedContentInfo', code)
  const contentType = decodeOid(structure.required(Tag.ObjectIdentifier, 'eContentType'))
  const member = structure.optional(contextConstructed(0))
  structure.end()
  return { contentType, content: member && decodeOctetString(explicitContent(member, 'eContent', code)) }
}

/** OtherRevocationInfoFormat of an OCSP response (RFC 5940 §2.1). */
function readOcspResponse(choice: DerElement): readonly Uint8Array[] {
  if (choice.tag !== contextConstructed(1)) return []
  const structure = Structure.open(choice, 'OtherRevocationInfoFormat', code, choice.tag)
  const format = decodeOid(structure.required(Tag.ObjectIdentifier, 'otherRevInfoFormat'))
  const info = structure.any('otherRevInfo')
  return format === cmsOids.ocspResponse ? [info.bytes] : []
}

function readSignerInfo(element: DerElement): SignerInfo {
  const structure = Structure.open(element, 'SignerInfo', code)
  const version = decodeSmallInteger(structure.required(Tag.Integer, 'version'))
  const sid = readSignerIdentifier(structure.any('sid'))
  const digestAlgorithm = structure.required(Tag.Sequence, 'digestAlgorithm').bytes
  const signed = structure.optional(contextConstructed(0))
  const signatureAlgorithm = structure.required(Tag.Sequence, 'signatureAlgorithm').bytes
  const signature = decodeOctetString(structure.required(Tag.OctetString, 'signature'))
  const unsigned = structure.optional(contextConstructed(1))
  structure.end()
  return Object.freeze({
    version,
    sid,
    digestAlgorithm,
    // RFC 5652 §5.4: signed as SET OF, not in the [0] form that is on the wire.
    signedAttributes: signed && retag(signed.bytes, Tag.Set),
    attributes: signed ? readAttributes(signed) : [],
    signatureAlgorithm,
    signature,
    unsignedAttributes: unsigned ? readAttributes(unsigned) : [],
  })
}

function readSignerIdentifier(element: DerElement): SignerInfo['sid'] {
  if (element.tag === contextPrimitive(0)) return { subjectKeyIdentifier: element.content }
  const structure = Structure.open(element, 'IssuerAndSerialNumber', code)
  const issuer = readName(structure.required(Tag.Sequence, 'issuer'))
  const serialNumber = decodeSerialNumber(structure.required(Tag.Integer, 'serialNumber'))
  structure.end()
  return { issuer, serialNumber }
}
