/** What is signed is what was shown: everything that this phone signs it has computed from the bytes that it shows. */
import { bytesSource, PadesError, PdfError, type RebuiltSignature, rebuildSignedAttributes } from '@cloudsigner/pades'
import {
  buildApproval,
  bytesEqual,
  type Certificate,
  type CryptoProvider,
  decodeBase64,
  hashAlgorithmIdentifier,
  PkiError,
  readApproval,
  toHex,
} from '@cloudsigner/pki'
import { DocumentRefused } from './document-refused.ts'

export type PreparedCrypto = Pick<CryptoProvider, 'createHash' | 'digest'>

export interface PreparedFile {
  readonly bytes: Uint8Array
  /** Length of what the bank handed in; what follows was added for the signature. */
  readonly originalSize: number
}

/** The signed attributes of the signature that waits in this file. Throws DocumentRefused `not_prepared`. */
export async function rebuild(
  { bytes, originalSize }: PreparedFile,
  certificate: Certificate,
  crypto: PreparedCrypto,
): Promise<RebuiltSignature> {
  if (bytes.length <= originalSize) throw new DocumentRefused('not_prepared')
  try {
    return await rebuildSignedAttributes(bytesSource(bytes), { certificate: certificate.der, crypto })
  } catch (cause) {
    if (cause instanceof PadesError || cause instanceof PdfError || cause instanceof PkiError) {
      throw new DocumentRefused('not_prepared', { cause })
    }
    throw cause
  }
}

/** External mode: what the server wants signed is what the phone has computed. Throws `other_attributes`. */
export function requireSameAttributes(wanted: string | null, rebuilt: RebuiltSignature): Uint8Array {
  if (wanted === null || !bytesEqual(decodeBase64(wanted), rebuilt.signedAttributes)) {
    throw new DocumentRefused('other_attributes')
  }
  return rebuilt.signedAttributes
}

/**
 * Cloud mode: the approval names this signer, this certificate and this document's signed attributes, and nothing else;
 * its time and its nonce alone are the server's. Throws `other_approval`.
 */
export function requireSameApproval(
  toBeSigned: string,
  shown: { readonly signerId: string; readonly documentId: string; readonly certificate: Certificate },
  rebuilt: RebuiltSignature,
  crypto: PreparedCrypto,
): Uint8Array {
  const wanted = decodeBase64(toBeSigned)
  try {
    const { notAfter, nonce } = readApproval(wanted)
    const { digestAlgorithm, signatureAlgorithm, signedAttributes } = rebuilt
    const own = buildApproval({
      signerId: shown.signerId,
      credential: crypto.digest('SHA-256', shown.certificate.der),
      signatureAlgorithm,
      digestAlgorithm: hashAlgorithmIdentifier(digestAlgorithm),
      documents: [{ documentId: shown.documentId, dtbsr: crypto.digest(digestAlgorithm, signedAttributes) }],
      notAfter,
      nonce,
    })
    if (bytesEqual(own, wanted)) return own
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause
    throw new DocumentRefused('other_approval', { cause })
  }
  throw new DocumentRefused('other_approval')
}

/**
 * The operation that goes with an approval: `A0*T…`, its first field the SHA-256 of the approval in lower-case
 * hexadecimal (template `cloud_signature`). Throws `other_approval`.
 */
export function requireApprovalHash(operationData: string, hash: string): void {
  const [header, first] = operationData.split('*')
  if (header !== 'A0' || first !== `T${hash.toLowerCase()}`) throw new DocumentRefused('other_approval')
}

/** The first eight digits of the SHA-256 of what the bank handed in: against mix-ups, and nothing else. */
export function comparisonCode({ bytes, originalSize }: PreparedFile, crypto: PreparedCrypto): string {
  const digits = toHex(crypto.digest('SHA-256', bytes.subarray(0, originalSize)))
    .slice(0, 8)
    .toLowerCase()
  return `${digits.slice(0, 4)} ${digits.slice(4)}`
}
