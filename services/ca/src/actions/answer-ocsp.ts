import {
  buildOcspErrorResponse,
  buildOcspResponse,
  bytesEqual,
  type CertId,
  type CertStatus,
  type OcspRequest,
  PkiError,
  parseOcspRequest,
  type SingleResponse,
  subjectPublicKeyOctets,
} from '@cloudsigner/pki'
import type { CaContext } from '../context.ts'
import { after, minute, wholeSecond } from '../domain/moments.ts'
import { crlReasonOf, type Revocation } from '../domain/revocation.ts'
import { findRevocation } from '../store/certificates.ts'

/** Answers an OCSP request for certificates of the issuing CA (RFC 6960 §2.1 and §4). Always an OCSPResponse, never an exception for bad input. */
export async function answerOcsp(context: CaContext, request: Uint8Array): Promise<Uint8Array> {
  const parsed = tryParse(request)
  if (!parsed) return buildOcspErrorResponse('malformedRequest')
  // RFC 6960 §2.3: "unauthorized" where the responder cannot speak for that issuer.
  if (!parsed.certIds.every((certId) => isOurs(context, certId))) return buildOcspErrorResponse('unauthorized')
  const producedAt = wholeSecond(context.clock.now())
  const nextUpdate = after(producedAt, context.periods.ocspMinutes * minute)
  const responses: SingleResponse[] = []
  for (const certId of parsed.certIds) {
    const revocation = await findRevocation(context.db, 'issuing', certId.serialNumber)
    responses.push({ certId, certStatus: statusOf(revocation), thisUpdate: producedAt, nextUpdate })
  }
  const { ocsp } = context.credentials
  return buildOcspResponse(
    {
      responderCertificate: ocsp.certificate,
      producedAt,
      responses,
      nonce: parsed.nonce,
      certificates: [ocsp.certificate.der],
      crypto: context.crypto,
    },
    ocsp.signer,
  )
}

function tryParse(request: Uint8Array): OcspRequest | null {
  try {
    return parseOcspRequest(request)
  } catch (error) {
    if (error instanceof PkiError) return null
    throw error
  }
}

function isOurs(context: CaContext, certId: CertId): boolean {
  const { subject, subjectPublicKeyInfo } = context.credentials.issuing.certificate
  const { digest } = context.crypto
  return (
    bytesEqual(certId.issuerNameHash, digest(certId.hashAlgorithm, subject.der)) &&
    bytesEqual(certId.issuerKeyHash, digest(certId.hashAlgorithm, subjectPublicKeyOctets(subjectPublicKeyInfo)))
  )
}

/** "unknown" for a serial number that was never issued. */
function statusOf(revocation: Revocation | null): CertStatus {
  if (!revocation) return { status: 'unknown' }
  const { reason, revokedAt } = revocation
  if (reason === 'NOT_REVOKED' || !revokedAt) return { status: 'good' }
  return { status: 'revoked', revocationTime: revokedAt, reason: crlReasonOf[reason] }
}
