import { buildSignedAttributes, type CryptoProvider, type HashAlgorithm } from '@cloudsigner/pki'

/** Content-type, message-digest and signing-certificate-v2, no more: M carries the time (EN 319 142-1 §6.3). DER SET OF. */
export function signedAttributesFor(
  messageDigest: Uint8Array,
  signingCertificate: Uint8Array,
  digestAlgorithm: HashAlgorithm,
  crypto: Pick<CryptoProvider, 'digest'>,
): Uint8Array {
  return buildSignedAttributes({ messageDigest, signingCertificate, digestAlgorithm, crypto })
}
