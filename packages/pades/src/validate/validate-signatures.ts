/**
 * Validation of the signatures of a PDF (ETSI EN 319 102-1 §5.3 basic, §5.5 with time; PAdES: EN 319 142-1).
 *
 * Where the standard leaves a choice, the stricter one is taken: a signature with later revisions is TOTAL_PASSED only
 * where those were judged and only added signatures, time-stamps and validation data; a range that does not cover the
 * file from its first byte, but for exactly the signature, is a FORMAT_FAILURE.
 */
import { type OpenOptions, openDocument, type PdfDocument, type PdfSource } from '@cloudsigner/pdf'
import {
  type CryptoProvider,
  type RevocationFetcher,
  readRevocationData,
  type SignedData,
  toHex,
} from '@cloudsigner/pki'
import { concludeSignature } from './conclude.ts'
import { type EntryIntegrity, judgeEntry } from './entry-integrity.ts'
import { hasValidationData, levelOf } from './level.ts'
import { ModificationJudge } from './modifications.ts'
import { covers, proveTimes } from './proven-times.ts'
import { ValidationRefusal } from './refusal.ts'
import { type ReportWarning, type SignatureReport, type ValidationReport, warning } from './report.ts'
import { readSignatureEntries } from './signature-entry.ts'
import { type RevocationMode, rememberCrls, type TrustContext } from './trust.ts'
import { EMPTY_STORE, readSecurityStore, type SecurityStore } from './validation-data.ts'

export interface SignatureValidationOptions {
  /** DER certificates, of signers' authorities and of time-stamping ones alike. */
  readonly trustAnchors: readonly Uint8Array[]
  /** DER certificates that may help to build chains; trusted for nothing. */
  readonly certificates?: readonly Uint8Array[]
  /** The moment of the validation. */
  readonly at: Date
  readonly revocation: RevocationMode
  /** Asked where the file does not hold what is needed; left out: offline. */
  readonly fetchRevocation?: RevocationFetcher | undefined
  readonly crypto: CryptoProvider
  /** How the PDF is read: limits, inflation. */
  readonly reading?: OpenOptions
}

/**
 * One report a signature field that has a value, oldest signature first. A signature that fails is a report too; what
 * throws is a file that cannot be read (PdfError), or one that is not validated all the same (ValidationRefusal).
 */
export async function validateSignatures(
  source: PdfSource,
  options: SignatureValidationOptions,
): Promise<ValidationReport> {
  const document = await openDocument(source, options.reading ?? {})
  // Names and times in it would be read as they are encrypted, and objects not at all.
  if (document.encrypted && !document.security) throw new ValidationRefusal('encrypted')
  const integrities: EntryIntegrity[] = []
  for (const entry of await readSignatureEntries(document)) {
    integrities.push(await judgeEntry(document, entry, options.crypto))
  }
  const store = await readSecurityStore(document)
  const context = gatherContext(integrities, store, options)
  const times = await proveTimes(integrities, context)
  const stores = await storesUnderTimestamps(document, integrities)
  const told: readonly ReportWarning[] =
    document.repaired === null ? [] : [warning('repaired', document.repaired.message)]
  const judge = new ModificationJudge(document)
  const signatures: SignatureReport[] = []
  for (const [index, integrity] of integrities.entries()) {
    const proven = times[index] ?? { tokens: [], bestSignatureTime: options.at }
    const stamps = integrities.filter((candidate) => covers(candidate, integrity))
    const level = levelOf(integrity, {
      store,
      timestampedLater: stamps.length > 0,
      storeTimestampedLater: stamps.some((stamp) => hasValidationData(stores.get(stamp) ?? EMPTY_STORE)),
    })
    const modifications = await judge.judge(integrity)
    const findings = { integrity, times: proven, modifications, level, warnings: told }
    signatures.push(await concludeSignature(findings, context))
  }
  return { signatures }
}

/** The security store as it was when each document time-stamp was made. */
async function storesUnderTimestamps(
  document: PdfDocument,
  integrities: readonly EntryIntegrity[],
): Promise<ReadonlyMap<EntryIntegrity, SecurityStore>> {
  const stores = new Map<EntryIntegrity, SecurityStore>()
  for (const integrity of integrities) {
    if (integrity.token === null || integrity.revision === null) continue
    stores.set(integrity, await readSecurityStore(document.atRevision(integrity.revision)))
  }
  return stores
}

function gatherContext(
  integrities: readonly EntryIntegrity[],
  store: SecurityStore,
  options: SignatureValidationOptions,
): TrustContext {
  const messages = integrities.flatMap(messagesOf)
  return {
    trustAnchors: options.trustAnchors,
    certificates: distinct([
      ...(options.certificates ?? []),
      ...messages.flatMap(({ certificates }) => certificates),
      ...store.certificates,
    ]),
    revocationData: readRevocationData(
      [...store.crls, ...messages.flatMap(({ crls }) => crls)],
      [...store.ocspResponses, ...messages.flatMap(({ ocspResponses }) => ocspResponses)],
    ),
    revocation: options.revocation,
    fetcher: options.fetchRevocation === undefined ? null : rememberCrls(options.fetchRevocation),
    validationTime: options.at,
    crypto: options.crypto,
  }
}

function distinct(ders: readonly Uint8Array[]): readonly Uint8Array[] {
  const known = new Map(ders.map((der) => [toHex(der), der]))
  return [...known.values()]
}

/** The CMS of the signature and those of its time-stamps: each brings certificates. */
function messagesOf({ signedData, signatureTimestamps }: EntryIntegrity): readonly SignedData[] {
  return [signedData, ...signatureTimestamps.map((token) => token.signedData)].filter((message) => message !== null)
}
