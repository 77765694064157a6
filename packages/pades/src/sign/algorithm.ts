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

/** ETSI TS 119 312: shorter RSA keys are no longer signed with. */
const minRsaBits = 2048

/** `requested`: DER AlgorithmIdentifier, where the key has a choice. PadesError 'certificate_unsupported'. */
export function signingParameters(certificateDer: Uint8Array, requested?: Uint8Array): SigningParameters {
  const refused = (detail: string, cause?: unknown) =>
    new PadesError('certificate_unsupported', `the signer's certificate: ${detail}`, cause)
  try {
    const certificate = parseCertificate(certificateDer)
    const key = readPublicKeyInfo(certificate.subjectPublicKeyInfo)
    const signatureAlgorithm = requested ?? defaultSignatureAlgorithm(certificate.subjectPublicKeyInfo)
    const { name, hash } = readSignatureAlgorithm(signatureAlgorithm)
    if (keyOf[name] !== key.algorithm || hash === 'SHA-1') throw refused('its key makes no such signature')
    if (key.pss && (name !== 'RSASSA-PSS' || (key.pss.hash !== null && key.pss.hash !== hash)))
      throw refused('its key is for another signature')
    if (key.modulusBits !== undefined && key.modulusBits < minRsaBits) throw refused(`RSA of ${key.modulusBits} bits`)
    return {
      certificate,
      signatureAlgorithm,
      // RFC 8419 §3.1, RFC 9882 §3.3: with Ed25519 and ML-DSA, which hash by themselves, the digest that every verifier has to know.
      digestAlgorithm: hash ?? 'SHA-512',
      maxSignatureBytes: maxSignatureBytes(key),
    }
  } catch (error) {
    if (error instanceof PkiError) throw refused(error.message, error)
    throw error
  }
}

/** DER of Ecdsa-Sig-Value (RFC 3279 §2.2.3): two integers, each perhaps with a leading zero octet. */
const ecdsaBytes = {
  'P-256': 72,
  'P-384': 104,
  'P-521': 139,
  brainpoolP256r1: 72,
  brainpoolP384r1: 104,
  brainpoolP512r1: 137,
} as const
/** FIPS 204, table 2. */
const mlDsaBytes = { 'ML-DSA-44': 2420, 'ML-DSA-65': 3309, 'ML-DSA-87': 4627 } as const
const keyOf = {
  ECDSA: 'EC',
  'RSASSA-PKCS1-v1_5': 'RSA',
  'RSASSA-PSS': 'RSA',
  Ed25519: 'Ed25519',
  'ML-DSA-44': 'ML-DSA-44',
  'ML-DSA-65': 'ML-DSA-65',
  'ML-DSA-87': 'ML-DSA-87',
} as const

function maxSignatureBytes({ algorithm, curve = 'P-521', modulusBits = 0 }: PublicKeyInfo): number {
  switch (algorithm) {
    case 'EC':
      return ecdsaBytes[curve]
    case 'RSA':
      return Math.ceil(modulusBits / 8)
    case 'Ed25519':
      return 64
    default:
      return mlDsaBytes[algorithm]
  }
}

/**
 * The hash that `digestOfSource` has to be begun with for a signer's certificate (DER) and, where it is not the key's own choice,
 * its `signatureAlgorithm`. PadesError 'certificate_unsupported'.
 */
export const digestAlgorithmFor = (certificate: Uint8Array, signatureAlgorithm?: Uint8Array): HashAlgorithm =>
  signingParameters(certificate, signatureAlgorithm).digestAlgorithm
