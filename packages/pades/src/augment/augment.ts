/**
 * Raising signatures, anyone's, to a higher PAdES level (ETSI EN 319 142-1 §6.3) by revisions that are appended: a document time-stamp
 * for B-T, the document security store for B-LT, and another document time-stamp over it for B-LTA. Raising a B-LTA file to B-LTA renews
 * it: the data that its last time-stamp needs, then a new time-stamp.
 */
import {
  bytesSource,
  type Decryption,
  type Inflate,
  openDocument,
  type PdfDocument,
  type PdfSource,
  RevisionBuilder,
  segmentsSource,
} from '@cloudsigner/pdf'
import type { CryptoProvider, HashAlgorithm, IncrementalHash, RevocationFetcher } from '@cloudsigner/pki'
import { PadesError } from '../sign/errors.ts'
import { refuseUnextendable } from '../sign/permissions.ts'
import { hashSource, identifiedBy } from '../sign/source-hash.ts'
import { refuseAppendedData } from '../sign/tail.ts'
import type { TimeStampRetry, TimeStampTransport } from '../timestamp/request.ts'
import { type EntryIntegrity, judgeEntry } from '../validate/entry-integrity.ts'
import { covers } from '../validate/proven-times.ts'
import type { PadesLevel } from '../validate/report.ts'
import { readSignatureEntries } from '../validate/signature-entry.ts'
import { readSecurityStore } from '../validate/validation-data.ts'
import { beyond, Collector, type RevocationFreshness, type Subject } from './collect.ts'
import { writeDocumentTimestamp } from './document-timestamp.ts'
import { writeSecurityStore } from './security-store.ts'

export interface TimestampOptions {
  readonly crypto: CryptoProvider
  /** Of one authority, or of several that are asked one after the other until a token holds. */
  readonly timeStamp: TimeStampTransport | readonly TimeStampTransport[]
  readonly retry?: TimeStampRetry
  /** Of document time-stamps; default SHA-256. */
  readonly hashAlgorithm?: Exclude<HashAlgorithm, 'SHA-1'>
  /** State of a hash by `hashAlgorithm` after the whole file: it is copied, and the file is not read for it. */
  readonly digestOfSource?: IncrementalHash
  readonly inflate?: Inflate
  readonly decryption?: Decryption
}

export interface AugmentOptions extends TimestampOptions {
  readonly level: Exclude<PadesLevel, 'B-B'>
  /** Now. */
  readonly at: Date
  /** DER: B-LT asks for chains up to one of them, of signers and of time-stamping authorities. */
  readonly trustAnchors: readonly Uint8Array[]
  /** DER, that may help to build chains. */
  readonly certificates?: readonly Uint8Array[]
  /** Where CRLs and OCSP answers come from that the file does not hold. */
  readonly fetchRevocation?: RevocationFetcher
  readonly revocationFreshness?: RevocationFreshness
}

/**
 * The revisions to append, in their order; none where every signature has the level already (B-LTA is always renewed).
 * PdfError for what is no acceptable PDF; PadesError 'not_signed' | 'signature_broken' | 'chain_incomplete' | 'certificate_revoked' |
 * 'revocation_unavailable' | 'revocation_not_fresh' | 'timestamp_…', and for what the document forbids.
 */
export async function augmentSignatures(source: PdfSource, options: AugmentOptions): Promise<readonly Uint8Array[]> {
  const file = await GrowingFile.open(source, options)
  let integrities = await judgeAll(file.document, options.crypto, [])
  if (integrities.length === 0) throw new PadesError('not_signed')
  if (integrities.some((one) => isUntimed(one, integrities))) {
    await file.append(await writeDocumentTimestamp(file.document, file.hash, file.stamping))
    integrities = await judgeAll(file.document, options.crypto, integrities)
  }
  if (options.level === 'B-T') return file.segments
  const store = await validationData(file, integrities, options)
  if (store) await file.append(store)
  if (options.level === 'B-LTA')
    await file.append(await writeDocumentTimestamp(file.document, file.hash, file.stamping))
  return file.segments
}

/** The revision with a document time-stamp over the whole file, which need not be signed. Errors as augmentSignatures. */
export async function timestampDocument(source: PdfSource, options: TimestampOptions): Promise<Uint8Array> {
  const file = await GrowingFile.open(source, options)
  return writeDocumentTimestamp(file.document, file.hash, file.stamping)
}

/** The file with what was appended so far, its hash running along. */
class GrowingFile {
  readonly segments: Uint8Array[] = []
  readonly hash: IncrementalHash
  readonly stamping: Parameters<typeof writeDocumentTimestamp>[2]
  document: PdfDocument
  readonly #source: PdfSource
  readonly #options: TimestampOptions

  private constructor(source: PdfSource, document: PdfDocument, hash: IncrementalHash, options: TimestampOptions) {
    const { crypto, timeStamp: transport, retry, hashAlgorithm = 'SHA-256' } = options
    this.document = document
    this.hash = hash
    this.stamping = { crypto, transport, hashAlgorithm, ...(retry && { retry }) }
    this.#source = source
    this.#options = options
  }

  static async open(source: PdfSource, options: TimestampOptions): Promise<GrowingFile> {
    const { crypto, digestOfSource, hashAlgorithm = 'SHA-256' } = options
    const document = await openDocument(source, reading(options))
    await refuseUnextendable(document)
    await refuseAppendedData(document)
    const hash = digestOfSource?.copy() ?? (await hashSource(source, hashAlgorithm, crypto))
    return new GrowingFile(source, document, hash, options)
  }

  async append(segment: Uint8Array): Promise<void> {
    this.segments.push(segment)
    this.hash.update(segment)
    const whole = segmentsSource([this.#source, ...this.segments.map(bytesSource)])
    this.document = await openDocument(whole, reading(this.#options))
  }
}

const reading = ({ inflate, decryption }: TimestampOptions) => ({
  ...(inflate && { inflate }),
  ...(decryption && { decryption }),
})

/**
 * Every signature and time-stamp, held to its own bytes, but for those of which `known` says that already: each costs a pass over the file.
 * PadesError 'signature_broken': raising what does not hold is no use.
 */
async function judgeAll(
  document: PdfDocument,
  crypto: CryptoProvider,
  known: readonly EntryIntegrity[],
): Promise<readonly EntryIntegrity[]> {
  const integrities: EntryIntegrity[] = []
  for (const entry of await readSignatureEntries(document)) {
    const before = known.find((one) => one.entry.field === entry.field)
    if (before) {
      integrities.push(before)
      continue
    }
    const judged = await judgeEntry(document, entry, crypto)
    if (judged.intact !== true || judged.signer?.certificate == null) {
      const why = judged.warnings.map(({ message }) => message).join('; ')
      throw new PadesError('signature_broken', `the signature in ${entry.field} cannot be augmented: ${why}`)
    }
    integrities.push(judged)
  }
  return integrities
}

/** No time-stamp proves when it was there. */
function isUntimed(one: EntryIntegrity, all: readonly EntryIntegrity[]): boolean {
  if (one.token !== null || one.signatureTimestamps.some(({ subIndication }) => subIndication === null)) return false
  return !all.some((stamp) => covers(stamp, one))
}

const timeStamping = '1.3.6.1.5.5.7.3.8'

/** The revision with what the store lacks; null where it lacks nothing. */
async function validationData(
  file: GrowingFile,
  integrities: readonly EntryIntegrity[],
  options: AugmentOptions,
): Promise<Uint8Array | null> {
  const { document } = file
  const store = await readSecurityStore(document)
  const messages = integrities.flatMap(({ signedData, signatureTimestamps }) =>
    [signedData, ...signatureTimestamps.map((token) => token.signedData)].filter((message) => message !== null),
  )
  const collector = new Collector(
    {
      trustAnchors: options.trustAnchors,
      certificates: [...(options.certificates ?? []), ...messages.flatMap(({ certificates }) => certificates)],
      fetcher: options.fetchRevocation ?? null,
      freshness: options.revocationFreshness ?? 'current',
      at: options.at,
      crypto: options.crypto,
    },
    {
      certificates: store.certificates,
      crls: [...store.crls, ...messages.flatMap(({ crls }) => crls)],
      ocspResponses: [...store.ocspResponses, ...messages.flatMap(({ ocspResponses }) => ocspResponses)],
    },
  )
  for (const integrity of integrities)
    for (const subject of subjectsOf(integrity, integrities, options.at)) await collector.prove(subject)
  const lacking = beyond(collector.material, store)
  if (lacking.certificates.length + lacking.crls.length + lacking.ocspResponses.length === 0) return null
  const builder = new RevisionBuilder(document)
  await writeSecurityStore(document, builder, lacking)
  return (await builder.finish(identifiedBy(file.hash, options.crypto))).bytes
}

/** The signer, and the authority of each of its time-stamps, with the earliest time that is stated for what each signed. */
function subjectsOf(one: EntryIntegrity, all: readonly EntryIntegrity[], now: Date): readonly Subject[] {
  const later = all.filter((stamp) => covers(stamp, one)).flatMap(({ token }) => token?.tstInfo?.genTime ?? [])
  const stamped = earliest([now, ...later])
  const certificate = one.signer?.certificate
  if (one.token !== null) return certificate ? [{ certificate, at: stamped, purpose: timeStamping }] : []
  const own = one.signatureTimestamps.flatMap(({ tstInfo }) => tstInfo?.genTime ?? [])
  const authorities = one.signatureTimestamps.flatMap(({ signer }) => signer?.certificate ?? [])
  return [
    ...(certificate ? [{ certificate, at: earliest([stamped, ...own]) }] : []),
    ...authorities.map((authority) => ({ certificate: authority, at: stamped, purpose: timeStamping })),
  ]
}

const earliest = (times: readonly Date[]): Date => new Date(Math.min(...times.map((time) => time.getTime())))
