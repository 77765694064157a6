/** From what was found about one entry to its indication (ETSI EN 319 102-1 §5.1.3, §5.5.4). */
import { type Certificate, cmsOids, decodeTime, readDer, tryReading } from '@cloudsigner/pki'
import type { EntryIntegrity } from './entry-integrity.ts'
import type { ProvenTimes } from './proven-times.ts'
import {
  indicationOf,
  type Modifications,
  type PadesLevel,
  type ReportWarning,
  type SignatureReport,
  type SubIndication,
  warning,
} from './report.ts'
import { judgeTrust, type TrustContext, type TrustVerdict } from './trust.ts'

export interface Findings {
  readonly integrity: EntryIntegrity
  readonly times: ProvenTimes
  readonly modifications: Modifications | null
  readonly level: PadesLevel | null
  /** Of the whole file. */
  readonly warnings: readonly ReportWarning[]
}

export async function concludeSignature(findings: Findings, context: TrustContext): Promise<SignatureReport> {
  const { integrity, times, modifications, level } = findings
  const { entry, signer, coverage, revision, intact } = integrity
  const trust = await judgeWhole(integrity, times, context)
  const changes = judgeChanges(modifications, entry.docMdp)
  const subIndication = trust.subIndication ?? changes.subIndication
  return {
    field: entry.field,
    type: entry.type,
    subFilter: entry.subFilter,
    level,
    revision,
    intact,
    coverage,
    modifications,
    indication: subIndication === null ? 'TOTAL_PASSED' : indicationOf[subIndication],
    subIndication,
    signer: signer?.certificate?.subject.rfc4514 ?? null,
    signingTime: claimedTime(integrity)?.toISOString() ?? null,
    bestSignatureTime: times.bestSignatureTime.toISOString(),
    timestamps: times.tokens.map(({ report }) => report),
    warnings: [...findings.warnings, ...integrity.warnings, ...trust.warnings, ...changes.warnings],
  }
}

async function judgeWhole(integrity: EntryIntegrity, times: ProvenTimes, context: TrustContext): Promise<TrustVerdict> {
  const told = times.tokens.flatMap(({ warnings }) => warnings)
  const { subIndication, signer, token } = integrity
  if (subIndication !== null) return { subIndication, warnings: token === null ? told : [] }
  // A document time-stamp is what its token is.
  if (token !== null) return { subIndication: times.tokens[0]?.report.subIndication ?? null, warnings: told }
  if (signer?.certificate == null) return { subIndication: 'NO_SIGNING_CERTIFICATE_FOUND', warnings: told }
  const trust = await judgeSignerTrust(signer.certificate, times.bestSignatureTime, context)
  return { subIndication: trust.subIndication, warnings: [...told, ...trust.warnings] }
}

/** Failures that a proof of existence may cure (§5.5.4 steps 4 and 5). */
const curable: ReadonlySet<SubIndication | null> = new Set([
  'OUT_OF_BOUNDS_NO_POE',
  'REVOKED_NO_POE',
  'REVOKED_CA_NO_POE',
  'TRY_LATER',
])

async function judgeSignerTrust(certificate: Certificate, bestSignatureTime: Date, context: TrustContext) {
  if (!maySign(certificate)) {
    const detail = 'keyUsage has neither digitalSignature nor nonRepudiation'
    return { subIndication: 'CHAIN_CONSTRAINTS_FAILURE' as const, warnings: [warning('chain', detail)] }
  }
  const now = await judgeTrust(certificate, context.validationTime, context)
  if (!curable.has(now.subIndication) || bestSignatureTime >= context.validationTime) return now
  // §5.5.4: a signature that is proven older than its certificate was not made with it.
  if (bestSignatureTime < certificate.notBefore) {
    return {
      subIndication: 'NOT_YET_VALID' as const,
      warnings: [warning('chain', 'time-stamped before the certificate was')],
    }
  }
  return judgeTrust(certificate, bestSignatureTime, context)
}

// RFC 5280 §4.2.1.3; ETSI EN 319 412-2 §4.3.2 names these two for signatures.
function maySign({ extensions: { keyUsage } }: Certificate): boolean {
  return keyUsage === null || keyUsage.includes('digitalSignature') || keyUsage.includes('nonRepudiation')
}

/** What was not judged, or could not be explained, must not pass: a later revision can show another document. */
function judgeChanges(modifications: Modifications | null, docMdp: number | null): TrustVerdict {
  if (modifications === null) {
    return { subIndication: 'SIG_CONSTRAINTS_FAILURE', warnings: [warning('later_revision_unjudged')] }
  }
  if (modifications === 'OTHER') {
    return { subIndication: 'SIG_CONSTRAINTS_FAILURE', warnings: [warning('later_revision_suspicious')] }
  }
  // Table 257, P 1: "No changes to the document shall be permitted", DSS and document time-stamps apart.
  if (docMdp === 1 && modifications === 'FORM_FILLING') {
    return { subIndication: 'SIG_CONSTRAINTS_FAILURE', warnings: [warning('certification_violated')] }
  }
  return { subIndication: null, warnings: [] }
}

/** ISO 32000-2, table 255: M; where it is left out, the signing-time attribute of the CMS. */
function claimedTime({ entry, signer }: EntryIntegrity): Date | null {
  if (entry.claimedTime !== null) return entry.claimedTime
  const [value] = signer?.signer?.attributes.find(({ type }) => type === cmsOids.signingTime)?.values ?? []
  if (value === undefined) return null
  const time = tryReading(() => decodeTime(readDer(value)))
  return time instanceof Date ? time : null
}
