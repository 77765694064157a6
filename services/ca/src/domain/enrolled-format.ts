import type { EnrollRequest } from '@cloudsigner/contracts/ejbca'
import { buildCertificatesOnly, derToPem, encodeBase64 } from '@cloudsigner/pki'

export type EnrolledFormat = NonNullable<EnrollRequest['response_format']>

/** The member `certificate` of the answer: Base64 of DER, of PEM text, or of the PEM text of a PKCS #7 with the chain. */
export function encodeEnrolled(format: EnrolledFormat, certificate: Uint8Array, chain: readonly Uint8Array[]): string {
  switch (format) {
    case 'DER':
      return encodeBase64(certificate)
    case 'PEM':
      return encodeText(derToPem(certificate, 'CERTIFICATE'))
    case 'PKCS7':
      return encodeText(derToPem(buildCertificatesOnly([certificate, ...chain]), 'PKCS7'))
  }
}

const encodeText = (text: string): string => encodeBase64(new TextEncoder().encode(text))
