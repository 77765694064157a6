import { type Extension, extensionOids, findExtension, readExtensions } from '../certificate/extension.ts'
import { type CrlReason, findCrlReason } from '../crl/reason.ts'
import { isCanonicalDer, readCanonical } from '../der/canonical.ts'
import { decodeBitStringOctets, decodeOctetString, decodeOid, decodeSmallInteger, decodeTime } from '../der/decode.ts'
import { type DerElement, derChildren } from '../der/element.ts'
import { explicitContent, parsing, Structure } from '../der/structure.ts'
import { contextConstructed, contextPrimitive, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import { type Name, readName } from '../names/name.ts'
import { type CertId, readCertId } from './cert-id.ts'

export type CertStatus =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly revocationTime: Date; readonly reason: CrlReason | null }
  | { readonly status: 'unknown' }

/** RFC 6960 §4.2.1. */
export interface SingleResponse {
  readonly certId: CertId
  readonly certStatus: CertStatus
  readonly thisUpdate: Date
  readonly nextUpdate: Date | null
}

export interface BasicOcspResponse {
  /** What `signature` covers. */
  readonly tbsResponseData: Uint8Array
  /** byKey is the SHA-1 of the responder's subjectPublicKey. */
  readonly responderId: { readonly byName: Name } | { readonly byKey: Uint8Array }
  readonly producedAt: Date
  readonly responses: readonly SingleResponse[]
  readonly nonce: Uint8Array | null
  readonly certificates: readonly Uint8Array[]
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
}

/** OCSPResponseStatus by its number; 4 is not used. */
export const ocspStatuses = {
  successful: 0,
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const

export type OcspStatus = keyof typeof ocspStatuses
export type OcspErrorStatus = Exclude<OcspStatus, 'successful'>

export interface OcspResponse {
  readonly der: Uint8Array
  readonly status: OcspStatus
  /** Null unless successful. */
  readonly basic: BasicOcspResponse | null
}

export const basicResponseType = '1.3.6.1.5.5.7.48.1.1'

const code = 'ocsp_malformed'

/** Responders that send their chain along stay below some tens of kilobytes. */
const maxBytes = 256 * 1024

/** PkiError 'ocsp_malformed', 'algorithm_unsupported' or 'too_large'. Verifies nothing. */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  return parsing(code, 'OCSPResponse', () => {
    const response = Structure.open(readCanonical(der, maxBytes), 'OCSPResponse', code)
    const status = readStatus(response.required(Tag.Enumerated, 'responseStatus'))
    const bytesMember = response.optional(contextConstructed(0))
    response.end()
    if ((status === 'successful') !== (bytesMember !== null)) {
      throw new PkiError(code, `responseBytes ${bytesMember ? 'present' : 'absent'} in a response "${status}"`)
    }
    const basic = bytesMember && readResponseBytes(explicitContent(bytesMember, 'responseBytes', code))
    return Object.freeze({ der, status, basic })
  })
}

function readStatus(element: DerElement): OcspStatus {
  const number = decodeSmallInteger(element)
  const found = (Object.keys(ocspStatuses) as OcspStatus[]).find((status) => ocspStatuses[status] === number)
  if (!found) throw new PkiError(code, `responseStatus ${number}`, { offset: element.offset })
  return found
}

function readResponseBytes(element: DerElement): BasicOcspResponse {
  const structure = Structure.open(element, 'ResponseBytes', code)
  const type = decodeOid(structure.required(Tag.ObjectIdentifier, 'responseType'))
  const response = decodeOctetString(structure.required(Tag.OctetString, 'response'))
  structure.end()
  if (type !== basicResponseType) throw new PkiError(code, `response type ${type}`)
  return readBasicResponse(readCanonical(response, maxBytes))
}

function readBasicResponse(element: DerElement): BasicOcspResponse {
  const basic = Structure.open(element, 'BasicOCSPResponse', code)
  const tbs = basic.required(Tag.Sequence, 'tbsResponseData')
  const signatureAlgorithm = basic.required(Tag.Sequence, 'signatureAlgorithm').bytes
  const signature = decodeBitStringOctets(basic.required(Tag.BitString, 'signature'))
  const certs = basic.optional(contextConstructed(0))
  basic.end()
  const certificates = certs ? derChildren(explicitContent(certs, 'certs', code)).map(({ bytes }) => bytes) : []
  return Object.freeze({
    tbsResponseData: tbs.bytes,
    ...readResponseData(tbs),
    certificates,
    signatureAlgorithm,
    signature,
  })
}

function readResponseData(element: DerElement) {
  const data = Structure.open(element, 'ResponseData', code)
  if (data.optional(contextConstructed(0))) throw new PkiError(code, 'ResponseData version is not 1')
  const responderId = readResponderId(data.any('responderID'))
  const producedAt = decodeTime(data.required(Tag.GeneralizedTime, 'producedAt'))
  const responses = derChildren(data.required(Tag.Sequence, 'responses')).map(readSingleResponse)
  const extensionsMember = data.optional(contextConstructed(1))
  data.end()
  const extensions = extensionsMember
    ? readExtensions(explicitContent(extensionsMember, 'responseExtensions', code), code)
    : []
  return { responderId, producedAt, responses, nonce: readEchoedNonce(extensions) }
}

/** Before RFC 8954 the nonce had no syntax: what is no OCTET STRING is taken as it is, since it is only compared. */
function readEchoedNonce(extensions: readonly Extension[]): Uint8Array | null {
  const value = findExtension(extensions, extensionOids.ocspNonce)?.value
  if (!value) return null
  return value[0] === Tag.OctetString && isCanonicalDer(value) ? decodeOctetString(readCanonical(value)) : value
}

function readResponderId(element: DerElement): BasicOcspResponse['responderId'] {
  const content = explicitContent(element, 'responderID', code)
  if (element.tag === contextConstructed(1)) return { byName: readName(content) }
  if (element.tag === contextConstructed(2)) return { byKey: decodeOctetString(content) }
  throw new PkiError(code, 'responderID', { offset: element.offset })
}

function readSingleResponse(element: DerElement): SingleResponse {
  const single = Structure.open(element, 'SingleResponse', code)
  const certId = readCertId(single.required(Tag.Sequence, 'certID'))
  const certStatus = readCertStatus(single.any('certStatus'))
  const thisUpdate = decodeTime(single.required(Tag.GeneralizedTime, 'thisUpdate'))
  const nextUpdate = single.optional(contextConstructed(0))
  single.optional(contextConstructed(1))
  single.end()
  return Object.freeze({
    certId,
    certStatus,
    thisUpdate,
    nextUpdate: nextUpdate && decodeTime(explicitContent(nextUpdate, 'nextUpdate', code)),
  })
}

function readCertStatus(element: DerElement): CertStatus {
  if (element.tag === contextPrimitive(0)) return { status: 'good' }
  if (element.tag === contextPrimitive(2)) return { status: 'unknown' }
  const revoked = Structure.open(element, 'RevokedInfo', code, contextConstructed(1))
  const revocationTime = decodeTime(revoked.required(Tag.GeneralizedTime, 'revocationTime'))
  const reason = revoked.optional(contextConstructed(0))
  revoked.end()
  return {
    status: 'revoked',
    revocationTime,
    reason: reason && findCrlReason(decodeSmallInteger(explicitContent(reason, 'revocationReason', code))),
  }
}
