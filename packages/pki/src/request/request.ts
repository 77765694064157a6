import { defaultSignatureAlgorithm } from '../algorithms.ts'
import { type Extension, readExtensions } from '../certificate/extension.ts'
import type { CryptoProvider } from '../crypto-provider.ts'
import { readCanonical } from '../der/canonical.ts'
import { decodeBitStringOctets, decodeOid, decodeSmallInteger } from '../der/decode.ts'
import { type DerElement, derChildren } from '../der/element.ts'
import { bitString, explicit, integer, sequence } from '../der/encode.ts'
import { decodeBase64, pemBlocks } from '../der/pem.ts'
import { parsing, Structure } from '../der/structure.ts'
import { contextConstructed, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import { type Name, readName } from '../names/name.ts'

/** PKCS #10 (RFC 2986 §4), read whole. */
export interface CertificationRequest {
  readonly der: Uint8Array
  /** What `signature` covers. */
  readonly certificationRequestInfo: Uint8Array
  readonly subject: Name
  readonly subjectPublicKeyInfo: Uint8Array
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
  /** Of the extensionRequest attribute (RFC 2985 §5.4.2). */
  readonly requestedExtensions: readonly Extension[]
}

const code = 'request_malformed'

/** 16 KB hold a request with an RSA-16384 key or an ML-DSA-87 one. */
const maxBytes = 16 * 1024

const extensionRequest = '1.2.840.113549.1.9.14'

/** DER, PEM text, or bare Base64 text of DER. PkiError 'request_malformed', 'pem_malformed' or 'too_large'. */
export function parseCertificationRequest(input: Uint8Array | string): CertificationRequest {
  const der = typeof input === 'string' ? decodeText(input) : input
  return parsing(code, 'CertificationRequest', () => {
    const request = Structure.open(readCanonical(der, maxBytes), 'CertificationRequest', code)
    const info = request.required(Tag.Sequence, 'certificationRequestInfo')
    const signatureAlgorithm = request.required(Tag.Sequence, 'signatureAlgorithm').bytes
    const signature = decodeBitStringOctets(request.required(Tag.BitString, 'signature'))
    request.end()
    return Object.freeze({
      der,
      certificationRequestInfo: info.bytes,
      ...readInfo(info),
      signatureAlgorithm,
      signature,
    })
  })
}

function decodeText(text: string): Uint8Array {
  if (text.length > 2 * maxBytes) throw new PkiError('too_large', `a request of ${text.length} characters`)
  if (!text.includes('-----BEGIN')) return decodeBase64(text)
  // "NEW CERTIFICATE REQUEST" is what Microsoft's and keytool's armour says (RFC 7468 §7).
  const [der, ...more] = [...pemBlocks(text, 'CERTIFICATE REQUEST'), ...pemBlocks(text, 'NEW CERTIFICATE REQUEST')]
  if (!der || more.length > 0) throw new PkiError('pem_malformed', 'one CERTIFICATE REQUEST expected')
  return der
}

function readInfo(element: DerElement) {
  const info = Structure.open(element, 'CertificationRequestInfo', code)
  const version = decodeSmallInteger(info.required(Tag.Integer, 'version'))
  if (version !== 0) throw new PkiError(code, `CertificationRequestInfo version ${version}`)
  const subject = readName(info.required(Tag.Sequence, 'subject'))
  const subjectPublicKeyInfo = info.required(Tag.Sequence, 'subjectPKInfo').bytes
  // RFC 2986 §4.1 has the attributes always; requests in the wild leave out an empty set.
  const attributes = info.optional(contextConstructed(0))
  info.end()
  return { subject, subjectPublicKeyInfo, requestedExtensions: readRequestedExtensions(attributes) }
}

function readRequestedExtensions(attributes: DerElement | null): readonly Extension[] {
  for (const member of attributes ? derChildren(attributes) : []) {
    const attribute = Structure.open(member, 'Attribute', code)
    const type = decodeOid(attribute.required(Tag.ObjectIdentifier, 'type'))
    const [value, ...more] = derChildren(attribute.required(Tag.Set, 'values'))
    attribute.end()
    if (type !== extensionRequest) continue
    if (!value || more.length > 0) throw new PkiError(code, 'extensionRequest has one value', { offset: member.offset })
    return readExtensions(value, code)
  }
  return []
}

/** Proof of possession: the request's own signature (RFC 2986 §3). */
export function verifyCertificationRequest(
  request: CertificationRequest,
  crypto: Pick<CryptoProvider, 'verify'>,
): Promise<boolean> {
  return crypto.verify(
    request.signatureAlgorithm,
    request.subjectPublicKeyInfo,
    request.signature,
    request.certificationRequestInfo,
  )
}

/** The bytes a requester signs; no attributes. */
export function buildCertificationRequestInfo(fields: {
  readonly subject: Name
  readonly subjectPublicKeyInfo: Uint8Array
}): Uint8Array {
  return sequence(integer(0), fields.subject.der, fields.subjectPublicKeyInfo, explicit(0))
}

/** `signatureAlgorithm` defaults to the natural one of the key inside (P-256 → ecdsa-with-SHA256 …). */
export function assembleCertificationRequest(
  certificationRequestInfo: Uint8Array,
  signature: Uint8Array,
  signatureAlgorithm?: Uint8Array,
): Uint8Array {
  const algorithm = signatureAlgorithm ?? defaultSignatureAlgorithm(publicKeyOf(certificationRequestInfo))
  return sequence(certificationRequestInfo, algorithm, bitString(signature))
}

function publicKeyOf(certificationRequestInfo: Uint8Array): Uint8Array {
  return parsing(
    code,
    'CertificationRequestInfo',
    () => readInfo(readCanonical(certificationRequestInfo, maxBytes)).subjectPublicKeyInfo,
  )
}
