/** The signer's own view of a prepared file: what it is about to sign, computed from the bytes that it shows. */
import { type OpenOptions, openDocument, type PdfDocument, type PdfSource } from '@cloudsigner/pdf'
import type { CryptoProvider, HashAlgorithm } from '@cloudsigner/pki'
import { type ByteRange, digestByteRange, judgeCoverage } from '../validate/byte-range.ts'
import { ValidationRefusal } from '../validate/refusal.ts'
import { readSignatureEntries, type SignatureEntry } from '../validate/signature-entry.ts'
import { signingParameters } from './algorithm.ts'
import { PadesError } from './errors.ts'
import { signedAttributesFor } from './signed-attributes.ts'

export interface RebuildOptions {
  /** DER of the signer's certificate, known to the caller: not the one that a server sends along with the file. */
  readonly certificate: Uint8Array
  /** DER AlgorithmIdentifier, where the signature is not what the certificate's key makes by default. */
  readonly signatureAlgorithm?: Uint8Array
  readonly crypto: Pick<CryptoProvider, 'createHash' | 'digest'>
  /** How the PDF is read: limits, inflation, decryption. It is never repaired: a file as prepared here is sound. */
  readonly reading?: Omit<OpenOptions, 'repair'>
}

export interface RebuiltSignature {
  /** DER SET OF: what the signer signs. */
  readonly signedAttributes: Uint8Array
  /** Over the byte range. */
  readonly messageDigest: Uint8Array
  /** As it stands in the signature dictionary: from 0 to the end of the file, but for Contents. */
  readonly byteRange: readonly [number, number, number, number]
  readonly digestAlgorithm: HashAlgorithm
  /** DER AlgorithmIdentifier. */
  readonly signatureAlgorithm: Uint8Array
  readonly fieldName: string
  /** M of the signature dictionary. */
  readonly claimedTime: Date | null
}

/**
 * What is signed is what was shown: from a file as `prepareSignature` makes it, the revision in its place and Contents
 * still zeros, it finds the signature that waits, holds that its ByteRange covers every byte of the file but the very
 * digits of Contents, digests them, and builds the signed attributes for the caller's own certificate. Who compares these
 * with the bytes that a server wants signed has no need to believe it. Nothing that the answer depends on comes from
 * anywhere but the file and the certificate; the file is read once.
 * PadesError 'prepared_…' | 'certificate_unsupported', PdfError for what is no acceptable PDF.
 */
export async function rebuildSignedAttributes(source: PdfSource, options: RebuildOptions): Promise<RebuiltSignature> {
  const { certificate, crypto } = options
  const { digestAlgorithm, signatureAlgorithm } = signingParameters(certificate, options.signatureAlgorithm)
  const document = await openDocument(source, { ...options.reading, repair: 'never' })
  const { entry, range } = await waitingEntry(document)
  const messageDigest = await digestByteRange(source, range, digestAlgorithm, crypto)
  return {
    signedAttributes: signedAttributesFor(messageDigest, certificate, digestAlgorithm, crypto),
    messageDigest,
    byteRange: [range.start, range.firstLength, range.second, range.secondLength],
    digestAlgorithm,
    signatureAlgorithm,
    fieldName: entry.field,
    claimedTime: entry.claimedTime,
  }
}

/** The one signature of the kind made here whose Contents is nothing but zeros, and which covers all else. */
async function waitingEntry(document: PdfDocument): Promise<{ entry: SignatureEntry; range: ByteRange }> {
  const waiting = (await entriesOf(document)).filter(isWaiting)
  if (waiting.length === 0) throw new PadesError('prepared_missing')
  const covering = waiting.flatMap((entry) => {
    const range = rangeOfAll(document, entry)
    return range === null ? [] : [{ entry, range }]
  })
  const [only, another] = covering
  if (only === undefined) throw new PadesError('prepared_coverage')
  if (another !== undefined) throw new PadesError('prepared_ambiguous')
  return only
}

async function entriesOf(document: PdfDocument): Promise<readonly SignatureEntry[]> {
  if (document.encrypted && !document.security) throw new PadesError('encrypted')
  try {
    return await readSignatureEntries(document)
  } catch (cause) {
    if (cause instanceof ValidationRefusal) throw new PadesError('prepared_ambiguous', cause.message, cause)
    throw cause
  }
}

function isWaiting({ type, subFilter, contents }: SignatureEntry): boolean {
  return type === 'Sig' && subFilter === 'ETSI.CAdES.detached' && contents?.every((octet) => octet === 0) === true
}

/** Its ByteRange, where that is all of the file but Contents; null else. */
function rangeOfAll({ source, revisions }: PdfDocument, entry: SignatureEntry): ByteRange | null {
  const { byteRange, contentsRange, duplicates } = entry
  // An entry that stands twice is one thing to this reader and may be another to the next.
  if (byteRange === null || duplicates.length > 0) return null
  const { coverage } = judgeCoverage(byteRange, contentsRange, source.size, revisions)
  return coverage === 'ENTIRE_FILE' ? byteRange : null
}
