/** What a phone looks at before it signs: CMS signed attributes (RFC 5652 §5.4) and nothing else. */
import {
  cmsOids,
  type DerElement,
  decodeOid,
  derChildren,
  readCanonical,
  readSigningCertificate,
} from '@cloudsigner/pki'

export interface InspectedAttributes {
  /** Digest of the document's byte range. */
  readonly messageDigest: Uint8Array
  /** Hash of the certificate that the signature will name. */
  readonly certificateHash: Uint8Array
}

/** A device key that signs whatever it is given signs certificates too: anything but signed attributes is refused. */
export class NotSignedAttributes extends Error {
  override readonly name = 'NotSignedAttributes'
}

const SET = 0x31
const SEQUENCE = 0x30
const OCTET_STRING = 0x04
const OBJECT_IDENTIFIER = 0x06
const MAX_BYTES = 4096
const digestLengths = [32, 48, 64]

/** Throws NotSignedAttributes, with a sentence that says what is wrong. */
export function inspectSignedAttributes(bytes: Uint8Array): InspectedAttributes {
  try {
    return inspect(readAttributes(bytes))
  } catch (cause) {
    if (cause instanceof NotSignedAttributes) throw cause
    throw new NotSignedAttributes('this is no canonical DER', { cause })
  }
}

function inspect(attributes: ReadonlyMap<string, DerElement>): InspectedAttributes {
  const contentType = attributes.get(cmsOids.contentType)
  const messageDigest = attributes.get(cmsOids.messageDigest)
  if (contentType === undefined || messageDigest === undefined) {
    throw new NotSignedAttributes('content-type or message-digest is missing')
  }
  if (contentType.tag !== OBJECT_IDENTIFIER || decodeOid(contentType) !== cmsOids.data)
    throw new NotSignedAttributes('the content type is not data')
  if (messageDigest.tag !== OCTET_STRING || !digestLengths.includes(messageDigest.content.length)) {
    throw new NotSignedAttributes('message-digest is no digest')
  }
  return { messageDigest: messageDigest.content, certificateHash: certificateHash(attributes) }
}

function certificateHash(attributes: ReadonlyMap<string, DerElement>): Uint8Array {
  const value = attributes.get(cmsOids.signingCertificateV2)
  if (value === undefined) throw new NotSignedAttributes('signing-certificate-v2 is missing')
  const attribute = { type: cmsOids.signingCertificateV2, values: [value.bytes] }
  const [reference] = readSigningCertificate({ attributes: [attribute] }) ?? []
  if (reference === undefined) throw new NotSignedAttributes('signing-certificate-v2 names no certificate')
  return reference.certHash
}

/** The one value of each attribute, by type. */
function readAttributes(bytes: Uint8Array): ReadonlyMap<string, DerElement> {
  const set = readCanonical(bytes, MAX_BYTES)
  if (set.tag !== SET) throw new NotSignedAttributes('this is no SET OF Attribute')
  const attributes = new Map<string, DerElement>()
  for (const attribute of derChildren(set)) {
    const [type, values, ...more] = derChildren(attribute)
    if (attribute.tag !== SEQUENCE || type === undefined || values?.tag !== SET || more.length > 0) {
      throw new NotSignedAttributes('an Attribute is malformed')
    }
    const [value, ...others] = derChildren(values)
    if (value === undefined || others.length > 0) throw new NotSignedAttributes('an Attribute has not one value')
    const name = decodeOid(type)
    if (attributes.has(name)) throw new NotSignedAttributes('an Attribute stands twice')
    attributes.set(name, value)
  }
  return attributes
}
