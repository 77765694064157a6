import type { SignaturePlan } from '@cloudsigner/pades'
import {
  type Approval,
  buildApproval,
  bytesEqual,
  type CryptoProvider,
  hashAlgorithmIdentifier,
  PkiError,
  readApproval,
  toHex,
} from '@cloudsigner/pki'
import { SignerProblem } from './signer-problem.ts'

/** A document of Cloud mode, as far as an approval of it is concerned. */
export interface ApprovableDocument {
  readonly documentId: string
  readonly signerId: string
  /** DER SET OF. */
  readonly signedAttributes: Uint8Array
  readonly plan: Pick<SignaturePlan, 'digestAlgorithm' | 'signatureAlgorithm'>
}

const nonceBytes = 32

/** DER of the `Approval` that a device is to sign to have this document signed, by this certificate's key. */
export function newApproval(
  document: ApprovableDocument,
  certificate: Uint8Array,
  notAfter: Date,
  crypto: Pick<CryptoProvider, 'digest' | 'random'>,
): { readonly der: Uint8Array; readonly notAfter: Date } {
  const wholeSecond = new Date(Math.floor(notAfter.getTime() / 1000) * 1000)
  const content = contentOf(document, certificate, crypto)
  return {
    der: buildApproval({ ...content, notAfter: wholeSecond, nonce: crypto.random(nonceBytes) }),
    notAfter: wholeSecond,
  }
}

/** All of an approval that the document and its certificate determine. */
function contentOf(
  document: ApprovableDocument,
  certificate: Uint8Array,
  crypto: Pick<CryptoProvider, 'digest'>,
): Omit<Approval, 'notAfter' | 'nonce'> {
  const { documentId, signerId, signedAttributes, plan } = document
  return {
    signerId,
    credential: credentialOf(certificate, crypto),
    signatureAlgorithm: new Uint8Array(Buffer.from(plan.signatureAlgorithm, 'base64')),
    digestAlgorithm: hashAlgorithmIdentifier(plan.digestAlgorithm),
    documents: [{ documentId, dtbsr: crypto.digest(plan.digestAlgorithm, signedAttributes) }],
  }
}

const credentialOf = (certificate: Uint8Array, crypto: Pick<CryptoProvider, 'digest'>): Uint8Array =>
  crypto.digest('SHA-256', certificate)

/** What a row holds. ILLEGAL_OPERATION_ERROR where that is no approval. */
export function readStoredApproval(der: Uint8Array): Approval {
  try {
    return readApproval(der)
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The approval cannot be read', {}, { cause })
  }
}

/** The certificate is the one that the approval names. */
export function requireNamedCertificate(
  approval: Pick<Approval, 'credential'>,
  certificate: Uint8Array,
  crypto: Pick<CryptoProvider, 'digest'>,
): void {
  if (!bytesEqual(approval.credential, credentialOf(certificate, crypto))) {
    throw new SignerProblem(
      'ILLEGAL_OPERATION_ERROR',
      'The approval names another certificate than the one that the document is to be signed with',
    )
  }
}

export function requireUnexpired(approval: Pick<Approval, 'notAfter'>, now: Date): void {
  if (now > approval.notAfter) {
    throw new SignerProblem(
      'ILLEGAL_OPERATION_ERROR',
      `The approval was good until ${approval.notAfter.toISOString()}, and that has passed`,
    )
  }
}

/**
 * Every hash in the approval is the document's own: held against an approval made anew of the document as it is stored
 * now, so that nothing in it is believed.
 */
export function requireApprovalOf(
  approval: Approval,
  document: ApprovableDocument,
  certificate: Uint8Array,
  crypto: Pick<CryptoProvider, 'digest'>,
): void {
  const { notAfter, nonce } = approval
  const expected = buildApproval({ ...contentOf(document, certificate, crypto), notAfter, nonce })
  if (!bytesEqual(expected, buildApproval(approval))) {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The approval is not of this document')
  }
}

/** `approvalHash` of the operation: SHA-256 of the DER, lower-case hexadecimal. */
export function approvalHashOf(der: Uint8Array, crypto: Pick<CryptoProvider, 'digest'>): string {
  return toHex(crypto.digest('SHA-256', der)).toLowerCase()
}
