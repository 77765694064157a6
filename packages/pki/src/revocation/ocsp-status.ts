/** What an OCSP response says about a certificate (RFC 6960 §3.2, §4.2.2). */

import { subjectPublicKeyOctets } from '../algorithms.ts'
import { bytesEqual } from '../bytes.ts'
import type { Certificate } from '../certificate/certificate.ts'
import { parseCertificate, verifyCertificateSignature } from '../certificate/certificate.ts'
import { PkiError } from '../errors.ts'
import { namesEqual } from '../names/name.ts'
import { buildCertId } from '../ocsp/cert-id.ts'
import { type BasicOcspResponse, type OcspResponse, parseOcspResponse, type SingleResponse } from '../ocsp/response.ts'
import { tryReading } from '../try-reading.ts'
import { DEFAULT_CLOCK_SKEW_MS, findLateObstacle, findTimeObstacle, type RevocationQuestion } from './crl-status.ts'
import { type RevocationStatus, unknownStatus } from './revocation-status.ts'

export interface OcspQuestion extends RevocationQuestion {
  /** Of the request that asked, where this is the answer to one: a response with another nonce is a replay. */
  readonly nonce?: Uint8Array | null
}

const OID_OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'
/** More than this many certificates in one response are not looked at. */
const MAX_RESPONDER_CERTIFICATES = 16

/** `source`: DER, or a response that was read already. */
export async function readOcspStatus(
  source: Uint8Array | OcspResponse,
  question: OcspQuestion,
): Promise<RevocationStatus> {
  const response = source instanceof Uint8Array ? tryReading(() => parseOcspResponse(source)) : source
  if (response instanceof PkiError) return unknownStatus('malformed', response.message)
  const { basic } = response
  if (basic === null) return unknownStatus('responder_unknown', `the responder answers ${response.status}`)
  if (question.nonce != null && basic.nonce !== null && !bytesEqual(question.nonce, basic.nonce)) {
    return unknownStatus('not_applicable', 'the nonce is not that of the request')
  }
  const single = findSingleResponse(basic, question)
  if (single === undefined) return unknownStatus('not_applicable', 'a response about another certificate')
  const obstacle = findTimeObstacle(single.thisUpdate, single.nextUpdate, question) ?? findForward(basic, question)
  if (obstacle !== null) return obstacle
  const responder = await findResponder(basic, question)
  if ('status' in responder) return responder
  const { signatureAlgorithm, signature, tbsResponseData } = basic
  const key = responder.subjectPublicKeyInfo
  if (!(await question.crypto.verify(signatureAlgorithm, key, signature, tbsResponseData))) {
    return unknownStatus('signature_invalid', 'the signature of the response does not verify')
  }
  return statusOf(single, question)
}

function statusOf({ certStatus, thisUpdate }: SingleResponse, { certificate }: OcspQuestion): RevocationStatus {
  switch (certStatus.status) {
    case 'good':
      return findLateObstacle(thisUpdate, certificate) ?? { status: 'good', source: 'ocsp', thisUpdate }
    case 'revoked':
      return {
        status: 'revoked',
        source: 'ocsp',
        revocationTime: certStatus.revocationTime,
        reason: certStatus.reason,
      }
    case 'unknown':
      return unknownStatus('responder_unknown', 'the responder does not know the certificate')
  }
}

/** §4.1.1: issuer name, issuer key and serial number, hashed as the response itself says. */
function findSingleResponse(basic: BasicOcspResponse, { certificate, issuer, crypto }: OcspQuestion) {
  return basic.responses.find(({ certId }) => {
    const { serialNumber } = certificate
    if (certId.serialNumber !== serialNumber) return false
    const expected = buildCertId({ issuer, serialNumber, hashAlgorithm: certId.hashAlgorithm, crypto })
    return (
      bytesEqual(certId.issuerNameHash, expected.issuerNameHash) &&
      bytesEqual(certId.issuerKeyHash, expected.issuerKeyHash)
    )
  })
}

/** §3.2 (5): a response made before what it reports is one that nobody could have made. */
function findForward(basic: BasicOcspResponse, question: OcspQuestion): RevocationStatus | null {
  const skew = question.clockSkewMs ?? DEFAULT_CLOCK_SKEW_MS
  const early = basic.responses.some(({ thisUpdate }) => thisUpdate.getTime() > basic.producedAt.getTime() + skew)
  return early ? unknownStatus('not_fresh', 'thisUpdate lies after producedAt') : null
}

/**
 * §4.2.2.2: the issuer itself, or a certificate that the issuer issued directly for this purpose. A delegate is taken
 * only with id-pkix-ocsp-nocheck, for its own revocation would have to be known first.
 */
async function findResponder(
  basic: BasicOcspResponse,
  { issuer, crypto }: OcspQuestion,
): Promise<Certificate | RevocationStatus> {
  if (isNamed(basic, issuer, crypto)) return issuer
  const delegate = basic.certificates
    .slice(0, MAX_RESPONDER_CERTIFICATES)
    .map((der) => tryReading(() => parseCertificate(der)))
    .filter((candidate): candidate is Certificate => !(candidate instanceof PkiError))
    .find((candidate) => isNamed(basic, candidate, crypto))
  if (delegate === undefined)
    return unknownStatus('not_authorised', 'the certificate of the responder is not in the response')
  const { extKeyUsage, keyUsage, ocspNoCheck } = delegate.extensions
  if (!namesEqual(delegate.issuer, issuer.subject))
    return unknownStatus('not_authorised', 'the responder has another issuer')
  if (!extKeyUsage?.includes(OID_OCSP_SIGNING))
    return unknownStatus('not_authorised', 'the responder lacks id-kp-OCSPSigning')
  if (keyUsage !== null && !keyUsage.includes('digitalSignature')) {
    return unknownStatus('not_authorised', 'the keyUsage of the responder lacks digitalSignature')
  }
  if (!ocspNoCheck) return unknownStatus('unsupported', 'the responder lacks id-pkix-ocsp-nocheck')
  if (!isValidAt(delegate, basic.producedAt)) return unknownStatus('not_authorised', 'the responder was not valid then')
  if (!(await verifyCertificateSignature(delegate, issuer.subjectPublicKeyInfo, crypto))) {
    return unknownStatus('not_authorised', 'the issuer did not sign the certificate of the responder')
  }
  return delegate
}

function isNamed(basic: BasicOcspResponse, certificate: Certificate, crypto: OcspQuestion['crypto']): boolean {
  const { responderId } = basic
  if ('byName' in responderId) return namesEqual(responderId.byName, certificate.subject)
  // §4.2.1: "SHA-1 hash of responder's public key (excluding the tag and length fields)".
  return bytesEqual(responderId.byKey, crypto.digest('SHA-1', subjectPublicKeyOctets(certificate.subjectPublicKeyInfo)))
}

function isValidAt({ notBefore, notAfter }: Certificate, at: Date): boolean {
  return at >= notBefore && Math.floor(at.getTime() / 1000) * 1000 <= notAfter.getTime()
}
