import {
  type Certificate,
  defaultSignatureAlgorithm,
  type HashAlgorithm,
  PkiError,
  type PublicKeyInfo,
  parseCertificate,
  readPublicKeyInfo,
  readSignatureAlgorithm,
} from '@cloudsigner/pki'
import { PadesError } from './errors.ts'

/** All that the signer's key decides about the signature. */
export interface SigningParameters {
  readonly certificate: Certificate
  /** DER AlgorithmIdentifier. */
  readonly signatureAlgorithm: Uint8Array
  /** Of the document, and of the signed attributes. */
  readonly digestAlgorithm: HashAlgorithm
  /** The most that a signature value can have. */
  readonly maxSignatureBytes: number
}

/** PadesError 'certificate_unsupported'. */
export function signingParameters(certificateDer: Uint8Array): SigningParameters {
  try {
    const certificate = parseCertificate(certificateDer)
    const signatureAlgorithm = defaultSignatureAlgorithm(certificate.subjectPublicKeyInfo)
    return {
      certificate,
      signatureAlgorithm,
      // RFC 8419 §3.1: with Ed25519, which hashes by itself, the message digest is SHA-512.
      digestAlgorithm: readSignatureAlgorithm(signatureAlgorithm).hash ?? 'SHA-512',
      maxSignatureBytes: maxSignatureBytes(readPublicKeyInfo(certificate.subjectPublicKeyInfo)),
    }
  } catch (error) {
    if (error instanceof PkiError)
      throw new PadesError('certificate_unsupported', `the signer's certificate: ${error.message}`, error)
    throw error
  }
}

/** DER of Ecdsa-Sig-Value (RFC 3279 §2.2.3): two integers, each perhaps with a leading zero octet. */
const ecdsaBytes = { 'P-256': 72, 'P-384': 104, 'P-521': 139 } as const

function maxSignatureBytes(key: PublicKeyInfo): number {
  if (key.algorithm === 'EC' && key.curve) return ecdsaBytes[key.curve]
  if (key.algorithm === 'RSA' && key.modulusBits) return Math.ceil(key.modulusBits / 8)
  return 64
}

/** The hash that `digestOfSource` has to be begun with for a signer's certificate (DER). PadesError 'certificate_unsupported'. */
export const digestAlgorithmFor = (certificate: Uint8Array): HashAlgorithm =>
  signingParameters(certificate).digestAlgorithm
