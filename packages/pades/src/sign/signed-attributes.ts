import {
  buildCommitmentTypeIndication,
  buildSignaturePolicyIdentifier,
  buildSignedAttributes,
  type CommitmentType,
  type CryptoProvider,
  type HashAlgorithm,
  PkiError,
  type SignaturePolicy,
} from '@cloudsigner/pki'
import { PadesError } from './errors.ts'

/**
 * Content-type, message-digest and signing-certificate-v2; M carries the time (EN 319 142-1 §6.3). `others`: DER Attribute each, of what
 * the caller commits to. DER SET OF.
 */
export function signedAttributesFor(
  messageDigest: Uint8Array,
  signingCertificate: Uint8Array,
  digestAlgorithm: HashAlgorithm,
  crypto: Pick<CryptoProvider, 'digest'>,
  others: readonly Uint8Array[] = [],
): Uint8Array {
  return buildSignedAttributes({ messageDigest, signingCertificate, digestAlgorithm, others, crypto })
}

/** What a signer may commit to beside the signature itself (ETSI EN 319 142-1 §5.2, §5.3). */
export interface Commitment {
  /** Makes it PAdES-E-EPES. */
  readonly signaturePolicy?: SignaturePolicy
  /** In place of `reason`, which must then be left out. */
  readonly commitmentType?: CommitmentType
}

/** DER Attribute each. PadesError 'commitment_invalid'. */
export function commitmentAttributes({ signaturePolicy, commitmentType }: Commitment): readonly Uint8Array[] {
  try {
    return [
      ...(signaturePolicy ? [buildSignaturePolicyIdentifier(signaturePolicy)] : []),
      ...(commitmentType ? [buildCommitmentTypeIndication(commitmentType)] : []),
    ]
  } catch (error) {
    if (error instanceof PkiError) throw new PadesError('commitment_invalid', error.message, error)
    throw error
  }
}
