import {
  type Certificate,
  type CryptoProvider,
  PkiError,
  parseCertificate,
  verifyCertificateSignature,
} from '@cloudsigner/pki'
import { SignerProblem } from './signer-problem.ts'

/**
 * What the CA sent, held against what was asked: our key is in it, it is in force, and the first of the chain signed it.
 * Throws CERTIFICATE_PROCESSING_ERROR; nothing that fails here is ever used.
 */
export async function checkIssuedCertificate(
  issued: { readonly certificate: Uint8Array; readonly chain: readonly Uint8Array[] },
  requestedKey: Uint8Array,
  now: Date,
  crypto: CryptoProvider,
): Promise<Certificate> {
  const { certificate, issuer } = parse(issued)
  if (!sameBytes(certificate.subjectPublicKeyInfo, requestedKey)) {
    throw unusable('The CA issued a certificate for another key than the one in the CSR')
  }
  if (now < certificate.notBefore || now > certificate.notAfter) {
    throw unusable('The CA issued a certificate that is not in force now')
  }
  if (issuer === undefined) throw unusable('The CA sent no chain with the certificate')
  if (!(await verifyCertificateSignature(certificate, issuer.subjectPublicKeyInfo, crypto))) {
    throw unusable('The certificate that the CA issued was not signed by the first of its chain')
  }
  return certificate
}

/** RFC 5280 §4.1.2.5: both ends of the validity belong to it. Throws ILLEGAL_OPERATION_ERROR. */
export function requireInForce(validity: { readonly notBefore: Date; readonly notAfter: Date }, now: Date): void {
  if (now < validity.notBefore || now > validity.notAfter) {
    throw new SignerProblem(
      'ILLEGAL_OPERATION_ERROR',
      `The signer's certificate is in force from ${validity.notBefore.toISOString()} to ${validity.notAfter.toISOString()} only`,
    )
  }
}

/** The certificates that go into a signature beside the signer's: all but the root, which a reader has or distrusts. */
export function chainToEmbed(chain: readonly Uint8Array[]): readonly Uint8Array[] {
  return chain.filter((der) => {
    const certificate = parseCertificate(der)
    return !sameBytes(certificate.issuer.der, certificate.subject.der)
  })
}

function parse(issued: { readonly certificate: Uint8Array; readonly chain: readonly Uint8Array[] }) {
  try {
    const [issuer] = issued.chain.map((der) => parseCertificate(der))
    return { certificate: parseCertificate(issued.certificate), issuer }
  } catch (cause) {
    if (cause instanceof PkiError) throw unusable('The certificate that the CA issued cannot be read', cause)
    throw cause
  }
}

function unusable(message: string, cause?: unknown): SignerProblem {
  return new SignerProblem('CERTIFICATE_PROCESSING_ERROR', message, {}, cause === undefined ? {} : { cause })
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
