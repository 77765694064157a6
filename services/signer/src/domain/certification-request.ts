import {
  type CertificationRequest,
  type CryptoProvider,
  PkiError,
  parseCertificationRequest,
  readPublicKeyInfo,
  verifyCertificationRequest,
} from '@cloudsigner/pki'
import { SignerProblem } from './signer-problem.ts'

/**
 * Reads a CSR as the contract sends it: PEM, or Base64 of the DER. Device keys are on P-256 (ES256); another key is
 * refused. REQUEST_VALIDATION_ERROR for what is none, with the reason.
 */
export function readCertificationRequest(csr: string): CertificationRequest {
  try {
    const request = parseCertificationRequest(csr)
    const key = readPublicKeyInfo(request.subjectPublicKeyInfo)
    if (key.algorithm !== 'EC' || key.curve !== 'P-256') {
      throw new SignerProblem('REQUEST_VALIDATION_ERROR', 'The key in the CSR is not an EC key on P-256')
    }
    return request
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause
    throw new SignerProblem('REQUEST_VALIDATION_ERROR', `The CSR cannot be read: ${cause.message}`, {}, { cause })
  }
}

/** Proof of possession: the CSR's signature verifies under the key that the CSR names (RFC 2986 §3). */
export async function requireSelfSigned(request: CertificationRequest, crypto: CryptoProvider): Promise<void> {
  if (!(await verifyCertificationRequest(request, crypto))) {
    throw new SignerProblem(
      'CSR_INVALID_SIGNATURE_ERROR',
      "The CSR's signature does not verify under the key in the CSR",
    )
  }
}

/** The activation that the signer is named after is in use, and it is the user's. */
export function requireActivationOf(
  activation: { readonly status: string; readonly userId: string },
  userId: string,
): void {
  if (activation.status !== 'ACTIVE') {
    throw new SignerProblem(
      'ILLEGAL_OPERATION_ERROR',
      `The activation is ${activation.status} in PowerAuth, and only an ACTIVE one enrols`,
    )
  }
  if (activation.userId !== userId) {
    throw new SignerProblem('REQUEST_VALIDATION_ERROR', 'The activation belongs to another user')
  }
}
