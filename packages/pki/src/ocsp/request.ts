import {
  type Extension,
  encodeExtensions,
  extensionOids,
  findExtension,
  readExtensions,
} from '../certificate/extension.ts'
import { readCanonical } from '../der/canonical.ts'
import { decodeOctetString } from '../der/decode.ts'
import { derChildren } from '../der/element.ts'
import { explicit, octetString, sequence } from '../der/encode.ts'
import { explicitContent, parsing, Structure } from '../der/structure.ts'
import { contextConstructed, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import { type CertId, readCertId } from './cert-id.ts'

/** RFC 6960 §4.1, what a responder acts on. */
export interface OcspRequest {
  readonly certIds: readonly CertId[]
  /** RFC 9654: 1 to 128 octets; 32 are what a client should send. */
  readonly nonce: Uint8Array | null
}

const code = 'ocsp_malformed'

/** 16 KB are some 200 CertIDs. */
const maxBytes = 16 * 1024
const maxCertIds = 100

export function buildOcspRequest(request: OcspRequest): Uint8Array {
  const requestList = sequence(...request.certIds.map(({ der }) => sequence(der)))
  const extensions = request.nonce ? [explicit(2, encodeExtensions([nonceExtension(request.nonce)]))] : []
  return sequence(sequence(requestList, ...extensions))
}

export function nonceExtension(nonce: Uint8Array): Extension {
  return { oid: extensionOids.ocspNonce, critical: false, value: octetString(nonce) }
}

/** Of a request: an OCTET STRING of 1 to 128 octets (RFC 9654 §2.1). PkiError 'ocsp_malformed'. */
export function readNonce(extensions: readonly Extension[]): Uint8Array | null {
  const extension = findExtension(extensions, extensionOids.ocspNonce)
  if (!extension) return null
  const nonce = decodeOctetString(readCanonical(extension.value))
  if (nonce.length < 1 || nonce.length > 128) throw new PkiError(code, `nonce of ${nonce.length} octets`)
  return nonce
}

/** Signatures on requests are passed over (RFC 6960 §4.1.2 makes them optional). PkiError 'ocsp_malformed', 'algorithm_unsupported' or 'too_large'. */
export function parseOcspRequest(der: Uint8Array): OcspRequest {
  return parsing(code, 'OCSPRequest', () => {
    const request = Structure.open(readCanonical(der, maxBytes), 'OCSPRequest', code)
    const tbs = Structure.open(request.required(Tag.Sequence, 'tbsRequest'), 'TBSRequest', code)
    request.optional(contextConstructed(0))
    request.end()
    if (tbs.optional(contextConstructed(0))) throw new PkiError(code, 'OCSPRequest version is not 1')
    tbs.optional(contextConstructed(1))
    const requests = derChildren(tbs.required(Tag.Sequence, 'requestList'))
    const extensionsMember = tbs.optional(contextConstructed(2))
    tbs.end()
    if (requests.length === 0 || requests.length > maxCertIds) throw new PkiError(code, `${requests.length} requests`)
    const extensions = extensionsMember
      ? readExtensions(explicitContent(extensionsMember, 'requestExtensions', code), code)
      : []
    const certIds = requests.map((member) =>
      readCertId(Structure.open(member, 'Request', code).required(Tag.Sequence, 'reqCert')),
    )
    return Object.freeze({ certIds, nonce: readNonce(extensions) })
  })
}
