/** What one signature says by itself: format, digest, signature value, the certificate it names. Nothing of trust. */
import type { PdfDocument } from '@cloudsigner/pdf'
import {
  bytesEqual,
  type CryptoProvider,
  cmsOids,
  type HashAlgorithm,
  PkiError,
  parseSignedData,
  type SignedData,
  tryReading,
} from '@cloudsigner/pki'
import { type CoverageVerdict, digestByteRange, judgeCoverage, liesWithin, readSignedBytes } from './byte-range.ts'
import { type ReportWarning, type SubIndication, warning } from './report.ts'
import type { SignatureEntry } from './signature-entry.ts'
import { findWeakness } from './signer-algorithm.ts'
import { judgeSigner, type SignerVerdict } from './signer-verdict.ts'
import { judgeToken, type TokenIntegrity } from './timestamp.ts'

export interface EntryIntegrity extends CoverageVerdict {
  readonly entry: SignatureEntry
  readonly signedData: SignedData | null
  readonly signer: SignerVerdict | null
  /** Of a document time-stamp. */
  readonly token: TokenIntegrity | null
  /** Over the signature value, of a signature. */
  readonly signatureTimestamps: readonly TokenIntegrity[]
  readonly intact: boolean | null
  /** null where only trust is left to judge. */
  readonly subIndication: SubIndication | null
  readonly warnings: readonly ReportWarning[]
}

type Digest = (algorithm: HashAlgorithm) => Promise<Uint8Array>
type Finding = Pick<EntryIntegrity, 'intact' | 'subIndication' | 'warnings'> &
  Partial<Pick<EntryIntegrity, 'signedData' | 'signer' | 'token' | 'signatureTimestamps'>>

/** A signature without signed attributes signs the bytes themselves, which then have to be held. */
const MAX_HELD_BYTES = 64 << 20
/** Time-stamps over one signature value that are looked at. */
const MAX_SIGNATURE_TIMESTAMPS = 16

export async function judgeEntry(
  document: PdfDocument,
  entry: SignatureEntry,
  crypto: CryptoProvider,
): Promise<EntryIntegrity> {
  const { byteRange, contents, contentsRange } = entry
  const whole = { entry, signedData: null, signer: null, token: null, signatureTimestamps: [] }
  if (byteRange === null || contents === null) {
    const missing = byteRange === null ? 'ByteRange is not two pairs of numbers' : 'Contents is no string'
    return { ...whole, coverage: 'UNCLEAR', revision: null, ...failed('FORMAT_FAILURE', false, missing) }
  }
  const { source, revisions } = document
  const coverage = judgeCoverage(byteRange, contentsRange, source.size, revisions)
  if (!liesWithin(byteRange, source.size)) {
    const finding = failed('FORMAT_FAILURE', false, 'ByteRange does not lie within the file')
    return { ...whole, ...coverage, ...finding }
  }
  const digest = rememberDigests((algorithm) => digestByteRange(source, byteRange, algorithm, crypto))
  const finding = await judgeContents(document, { ...entry, byteRange, contents }, digest, crypto)
  return { ...whole, ...coverage, ...finding, ...judgeDictionary(entry, coverage, finding) }
}

/** What the dictionary around the CMS does wrong counts only where the CMS itself is not already worse. */
function judgeDictionary(entry: SignatureEntry, { coverage }: CoverageVerdict, finding: Finding) {
  const told = [...finding.warnings]
  if (coverage === 'UNCLEAR') told.push(warning('coverage_unclear'))
  if (entry.duplicates.length > 0) told.push(warning('duplicate_entry', entry.duplicates.join(', ')))
  const broken = finding.intact === false || (coverage !== 'UNCLEAR' && entry.duplicates.length === 0)
  return { subIndication: broken ? finding.subIndication : ('FORMAT_FAILURE' as const), warnings: told }
}

type JudgeableEntry = SignatureEntry & {
  readonly byteRange: NonNullable<SignatureEntry['byteRange']>
  readonly contents: Uint8Array
}

async function judgeContents(
  document: PdfDocument,
  entry: JudgeableEntry,
  digest: Digest,
  crypto: CryptoProvider,
): Promise<Finding> {
  switch (entry.subFilter) {
    case 'ETSI.RFC3161':
      return judgeDocumentTimestamp(entry, digest, crypto)
    case 'ETSI.CAdES.detached':
    case 'adbe.pkcs7.detached':
      return judgeDetached(document, entry, digest, crypto)
    case 'adbe.pkcs7.sha1':
      return judgeSha1(entry, digest, crypto)
    default:
      return { intact: null, subIndication: 'SIG_CONSTRAINTS_FAILURE', warnings: [warning('subfilter_unsupported')] }
  }
}

async function judgeDocumentTimestamp(entry: JudgeableEntry, digest: Digest, crypto: CryptoProvider): Promise<Finding> {
  const token = await judgeToken('DOCUMENT_TIMESTAMP', entry.contents, digest, crypto)
  const { signedData, signer, intact, subIndication } = token
  const warnings = token.detail === null ? [] : [warning('timestamp_invalid', token.detail)]
  return { token, signedData, signer, intact, subIndication, warnings }
}

/** ISO 32000-2, 12.8.3.3; ETSI EN 319 142-1 §4.1: a CMS without the content, over the byte range. */
async function judgeDetached(
  { source }: PdfDocument,
  entry: JudgeableEntry,
  digest: Digest,
  crypto: CryptoProvider,
): Promise<Finding> {
  const signedData = tryReading(() => parseSignedData(entry.contents))
  if (signedData instanceof PkiError) return unreadable(signedData)
  if (signedData.content !== null) return failed('FORMAT_FAILURE', false, 'a detached signature encloses content')
  const bytes = async () => {
    const { firstLength, secondLength } = entry.byteRange
    if (firstLength + secondLength > MAX_HELD_BYTES) return null
    return readSignedBytes(source, entry.byteRange)
  }
  const signer = await judgeSigner(signedData, { contentType: cmsOids.data, digest, bytes }, crypto)
  return conclude(entry, signedData, signer, crypto)
}

/** ISO 32000-1, 12.8.3.3.1: the CMS encloses the SHA-1 digest of the byte range. Deprecated with PDF 2.0. */
async function judgeSha1(entry: JudgeableEntry, digest: Digest, crypto: CryptoProvider): Promise<Finding> {
  const signedData = tryReading(() => parseSignedData(entry.contents))
  if (signedData instanceof PkiError) return unreadable(signedData)
  const { content } = signedData
  if (content === null) return failed('FORMAT_FAILURE', false, 'adbe.pkcs7.sha1 without the digest it encloses')
  const signer = await judgeSigner(
    signedData,
    {
      contentType: cmsOids.data,
      digest: async (algorithm) => crypto.digest(algorithm, content),
      bytes: async () => content,
    },
    crypto,
  )
  const enclosed = bytesEqual(content, await digest('SHA-1'))
  return conclude(
    entry,
    signedData,
    { ...signer, hash: 'SHA-1', digestMatches: enclosed && signer.digestMatches !== false },
    crypto,
  )
}

async function conclude(
  entry: JudgeableEntry,
  signedData: SignedData,
  signer: SignerVerdict,
  crypto: CryptoProvider,
): Promise<Finding> {
  return {
    signedData,
    signer,
    signatureTimestamps: await judgeSignatureTimestamps(signer, crypto),
    ...judgeIntegrity(entry, signer),
  }
}

function judgeIntegrity(entry: JudgeableEntry, signer: SignerVerdict) {
  if (signer.formatProblem !== null) return failed('FORMAT_FAILURE', false, signer.formatProblem)
  if (signer.digestMatches === false) return failed('HASH_FAILURE', false, 'the bytes are not those that were signed')
  if (signer.signatureVerifies === false) return failed('SIG_CRYPTO_FAILURE', false, 'the signature does not verify')
  if (signer.unsupported !== null) {
    const told = [warning('algorithm_unsupported', signer.unsupported)]
    return { intact: null, subIndication: 'CRYPTO_CONSTRAINTS_FAILURE' as const, warnings: told }
  }
  if (signer.certificate === null || signer.signatureVerifies === null) {
    return failed('NO_SIGNING_CERTIFICATE_FOUND', null, 'the certificate of the signer is not in the signature')
  }
  return judgeConstraints(entry, signer, signer.certificate.subjectPublicKeyInfo)
}

/** Of a signature whose mathematics hold. */
function judgeConstraints(entry: JudgeableEntry, signer: SignerVerdict, subjectPublicKeyInfo: Uint8Array) {
  if (signer.signingCertificate === 'mismatch') {
    // ETSI EN 319 102-1 §5.2.3.4: the certificate is not the one that the signer meant.
    return failed('NO_SIGNING_CERTIFICATE_FOUND', true, 'signing-certificate names another certificate')
  }
  if (entry.subFilter === 'ETSI.CAdES.detached' && signer.signingCertificate === 'absent') {
    const told = [warning('signing_certificate_absent')]
    return { intact: true, subIndication: 'SIG_CONSTRAINTS_FAILURE' as const, warnings: told }
  }
  // ETSI EN 319 142-1 §6.3, table 1: the claimed time is M alone.
  const hasSigningTime = signer.signer?.attributes.some(({ type }) => type === cmsOids.signingTime) === true
  const twice = entry.subFilter === 'ETSI.CAdES.detached' && hasSigningTime ? [warning('signing_time_attribute')] : []
  const weakness = findWeakness(
    signer.hash,
    signer.signer?.signatureAlgorithm ?? new Uint8Array(),
    subjectPublicKeyInfo,
  )
  if (weakness === null) return { intact: true, subIndication: null, warnings: twice }
  const told = [...twice, warning('algorithm_weak', weakness)]
  return { intact: true, subIndication: 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE' as const, warnings: told }
}

/** ETSI EN 319 122-1 §5.3: the imprint is that of the signature value. */
async function judgeSignatureTimestamps(
  { signer }: SignerVerdict,
  crypto: CryptoProvider,
): Promise<readonly TokenIntegrity[]> {
  const tokens = (signer?.unsignedAttributes ?? [])
    .filter(({ type }) => type === cmsOids.signatureTimeStampToken)
    .flatMap(({ values }) => values)
    .slice(0, MAX_SIGNATURE_TIMESTAMPS)
  const value = signer?.signature ?? new Uint8Array()
  const judged: TokenIntegrity[] = []
  for (const token of tokens) {
    judged.push(await judgeToken('SIGNATURE_TIMESTAMP', token, async (hash) => crypto.digest(hash, value), crypto))
  }
  return judged
}

function unreadable(error: PkiError): Finding {
  return failed('FORMAT_FAILURE', false, error.message)
}

function failed(subIndication: SubIndication, intact: boolean | null, detail: string) {
  return { intact, subIndication, warnings: [warning('format', detail)] }
}

function rememberDigests(digest: Digest): Digest {
  const known = new Map<HashAlgorithm, Promise<Uint8Array>>()
  return (algorithm) => {
    const value = known.get(algorithm) ?? digest(algorithm)
    known.set(algorithm, value)
    return value
  }
}
