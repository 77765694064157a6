import type { RevocationReason } from '@cloudsigner/contracts/signer'

/** What this service asks of the CA. Every member throws CERTIFICATE_AUTHORITY_ERROR: 400 refused, 503 no answer. */
export interface CertificateAuthority {
  enrol(request: EnrolmentRequest): Promise<EnrolledCertificate>
  /** Reason of the revocation; null while the certificate is not revoked. */
  findRevocation(issuerDn: string, serialNumber: string): Promise<string | null>
  /**
   * Some of the certificates that the CA issued to an end entity and that are neither expired nor revoked for good,
   * whether this service knows of them or not; none once all are revoked.
   */
  findValidCertificates(username: string, at: Date): Promise<readonly FoundCertificate[]>
  /** One that is revoked already stays so, which is no error. */
  revoke(issuerDn: string, serialNumber: string, reason: RevocationReason): Promise<void>
}

export interface EnrolmentRequest {
  /** The end entity's name at the CA. */
  readonly username: string
  readonly accountBindingId: string
  /** PKCS#10, DER. */
  readonly certificationRequest: Uint8Array
}

export interface FoundCertificate {
  /** RFC 4514. */
  readonly issuerDn: string
  /** Upper-case hex. */
  readonly serialNumber: string
  readonly der: Uint8Array
}

export interface EnrolledCertificate {
  /** DER. */
  readonly certificate: Uint8Array
  /** DER: the issuing CA's certificate and those above it, root last. */
  readonly chain: readonly Uint8Array[]
}
