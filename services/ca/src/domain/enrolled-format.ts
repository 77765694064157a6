import { buildCertificatesOnly, derToPem, encodeBase64 } from '@cloudsigner/pki'
import { CaProblem } from './problem.ts'

const formats = ['DER', 'PEM', 'PKCS7'] as const
export type EnrolledFormat = (typeof formats)[number]

/** DER where it is not said. */
export function parseResponseFormat(text: string | null | undefined): EnrolledFormat {
  if (text === null || text === undefined || text === '') return 'DER'
  const format = formats.find((known) => known === text.toUpperCase())
  if (!format) throw new CaProblem('parameter_invalid', `Invalid response format '${text}'.`)
  return format
}

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
