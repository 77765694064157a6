import { hashAlgorithmIdentifier } from '@cloudsigner/pki'
import type { SigningParameters } from './algorithm.ts'

export interface SpaceNeeded {
  /** DER: the signer's, then its chain. */
  readonly certificates: readonly Uint8Array[]
  /** Octets of the signed attributes as SET OF. */
  readonly signedAttributesBytes: number
  /** Octets of a time-stamp token that is to come as an unsigned attribute; 0 for none. */
  readonly timestampTokenBytes: number
}

/** Attribute type, the headers around the token, and longer length octets of what encloses them. */
const unsignedAttributeOverhead = 64

/** Octets of a DER element around `content` octets (X.690 §8.1): identifier, length, content. */
function element(content: number): number {
  if (content < 0x80) return 2 + content
  return 2 + Math.ceil(Math.log2(content + 1) / 8) + content
}

const versionBytes = element(1)
/** id-data and id-signedData: nine octets each. */
const contentTypeBytes = element(9)

/**
 * Octets of the CMS (RFC 5652 §5, as `buildSignedData` makes it) with the longest signature that the key can make: the
 * lengths of its parts are all known before anything is signed.
 */
export function contentsBytes(parameters: SigningParameters, needed: SpaceNeeded): number {
  const { certificate, digestAlgorithm, signatureAlgorithm, maxSignatureBytes } = parameters
  const hash = hashAlgorithmIdentifier(digestAlgorithm).length
  const signerInfo = element(
    versionBytes +
      element(certificate.issuer.der.length + element(serialNumberBytes(certificate.serialNumber))) +
      hash +
      needed.signedAttributesBytes +
      signatureAlgorithm.length +
      element(maxSignatureBytes),
  )
  const certificates = needed.certificates.reduce((sum, { length }) => sum + length, 0)
  const signedData = element(
    versionBytes + element(hash) + element(contentTypeBytes) + element(certificates) + element(signerInfo),
  )
  const contentInfo = element(contentTypeBytes + element(signedData))
  const token = needed.timestampTokenBytes
  return contentInfo + (token > 0 ? token + unsignedAttributeOverhead : 0)
}

/** Of the INTEGER's content: hexadecimal without the octet 00 that keeps a high first bit from meaning a negative number. */
function serialNumberBytes(hexadecimal: string): number {
  const octets = Math.ceil(hexadecimal.length / 2)
  return Number.parseInt(hexadecimal.slice(0, 2), 16) >= 0x80 ? octets + 1 : octets
}
