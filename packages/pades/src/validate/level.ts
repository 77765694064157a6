/** PAdES baseline levels by presence (ETSI EN 319 142-1 §6.3, table 1): what is there, whether it is valid or not. */
import type { EntryIntegrity } from './entry-integrity.ts'
import type { PadesLevel } from './report.ts'
import type { SecurityStore } from './validation-data.ts'

export interface LevelEvidence {
  /** The store as of the newest revision. */
  readonly store: SecurityStore
  /** A document time-stamp covers the signature. */
  readonly timestampedLater: boolean
  /** A document time-stamp covers the signature and a store that was there before it. */
  readonly storeTimestampedLater: boolean
}

/** null: not a PAdES signature (SubFilter, or no signing-certificate attribute), or no signature at all. */
export function levelOf(
  { entry, signer, signatureTimestamps }: EntryIntegrity,
  evidence: LevelEvidence,
): PadesLevel | null {
  if (entry.subFilter !== 'ETSI.CAdES.detached' || signer?.certificate == null) return null
  if (signer.signingCertificate === 'absent') return null
  if (signatureTimestamps.length === 0 && !evidence.timestampedLater) return 'B-B'
  if (!hasValidationData(evidence.store)) return 'B-T'
  return evidence.storeTimestampedLater ? 'B-LTA' : 'B-LT'
}

/** Certificates and at least one answer about revocation. */
export function hasValidationData({ certificates, crls, ocspResponses }: SecurityStore): boolean {
  return certificates.length > 0 && crls.length + ocspResponses.length > 0
}
