import type { RevocationReason } from '@cloudsigner/contracts/signer'

/** What this service asks of the CA. Every member throws CERTIFICATE_AUTHORITY_ERROR: 400 refused, 503 no answer. */
export interface CertificateAuthority {
  enrol(request: EnrolmentRequest): Promise<EnrolledCertificate>
  /** Reason of the revocation; null while the certificate is not revoked. */
  findRevocation(issuerDn: string, serialNumber: string): Promise<string | null>
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

export interface EnrolledCertificate {
  /** DER. */
  readonly certificate: Uint8Array
  /** DER: the issuing CA's certificate and those above it, root last. */
  readonly chain: readonly Uint8Array[]
}
