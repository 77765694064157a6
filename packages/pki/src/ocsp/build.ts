import { subjectPublicKeyOctets } from '../algorithms.ts'
import type { Certificate } from '../certificate/certificate.ts'
import { encodeExtensions } from '../certificate/extension.ts'
import { crlReasons } from '../crl/reason.ts'
import type { CryptoProvider, KeySigner } from '../crypto-provider.ts'
import {
  bitString,
  encodeDer,
  encodeOid,
  enumerated,
  explicit,
  generalizedTime,
  implicitPrimitive,
  octetString,
  sequence,
} from '../der/encode.ts'
import { contextConstructed } from '../der/tags.ts'
import { nonceExtension } from './request.ts'
import {
  basicResponseType,
  type CertStatus,
  type OcspErrorStatus,
  ocspStatuses,
  type SingleResponse,
} from './response.ts'

export interface OcspResponseFields {
  readonly responderCertificate: Certificate
  readonly producedAt: Date
  readonly responses: readonly SingleResponse[]
  /** Echoed from the request (RFC 9654 §2.1). */
  readonly nonce: Uint8Array | null
  /** DER, sent along; a delegated responder's own first (RFC 6960 §4.2.2.2). */
  readonly certificates: readonly Uint8Array[]
  readonly crypto: Pick<CryptoProvider, 'digest'>
}

/** DER OCSPResponse "successful", signed; the responder is named by its key. */
export async function buildOcspResponse(fields: OcspResponseFields, responder: KeySigner): Promise<Uint8Array> {
  const publicKey = subjectPublicKeyOctets(fields.responderCertificate.subjectPublicKeyInfo)
  const tbsResponseData = sequence(
    // KeyHash is SHA-1 by definition (RFC 6960 §4.2.1), whatever the rest uses.
    explicit(2, octetString(fields.crypto.digest('SHA-1', publicKey))),
    generalizedTime(fields.producedAt),
    sequence(...fields.responses.map(encodeSingleResponse)),
    ...(fields.nonce ? [explicit(1, encodeExtensions([nonceExtension(fields.nonce)]))] : []),
  )
  const signature = await responder.sign(tbsResponseData)
  const basic = sequence(
    tbsResponseData,
    responder.signatureAlgorithm,
    bitString(signature),
    ...(fields.certificates.length > 0 ? [explicit(0, sequence(...fields.certificates))] : []),
  )
  const responseBytes = sequence(encodeOid(basicResponseType), octetString(basic))
  return sequence(enumerated(ocspStatuses.successful), explicit(0, responseBytes))
}

/** DER OCSPResponse without a body, unsigned (RFC 6960 §2.3). */
export function buildOcspErrorResponse(status: OcspErrorStatus): Uint8Array {
  return sequence(enumerated(ocspStatuses[status]))
}

function encodeSingleResponse({ certId, certStatus, thisUpdate, nextUpdate }: SingleResponse): Uint8Array {
  return sequence(
    certId.der,
    encodeCertStatus(certStatus),
    generalizedTime(thisUpdate),
    ...(nextUpdate ? [explicit(0, generalizedTime(nextUpdate))] : []),
  )
}

function encodeCertStatus(certStatus: CertStatus): Uint8Array {
  switch (certStatus.status) {
    case 'good':
      return implicitPrimitive(0, new Uint8Array())
    case 'unknown':
      return implicitPrimitive(2, new Uint8Array())
    case 'revoked':
      return encodeDer(
        contextConstructed(1),
        generalizedTime(certStatus.revocationTime),
        ...(certStatus.reason ? [explicit(0, enumerated(crlReasons[certStatus.reason]))] : []),
      )
  }
}
