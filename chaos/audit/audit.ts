import type { DatabasePlace } from '../fleet/fleet.ts'
import { type Evidence, type EvidencePlaces, gatherEvidence } from './evidence.ts'
import { judgeAll, type Law, type Verdict } from './law.ts'
import { activationLaws } from './laws/activations.ts'
import { blobLaws } from './laws/blobs.ts'
import { callbackLaws } from './laws/callbacks.ts'
import { documentLaws } from './laws/documents.ts'
import { fileLaws } from './laws/files.ts'
import { releaseLaws } from './laws/releases.ts'
import { sessionLaws } from './laws/sessions.ts'
import { signerLaws } from './laws/signers.ts'
import { workLaws } from './laws/work.ts'
import { openReadOnly, type ReadOnlyDatabase } from './read-only-database.ts'

export const laws: readonly Law[] = [
  ...documentLaws,
  ...sessionLaws,
  ...blobLaws,
  ...fileLaws,
  ...signerLaws,
  ...releaseLaws,
  ...callbackLaws,
  ...activationLaws,
  ...workLaws,
]

export interface AuditReport {
  readonly verdicts: readonly Verdict[]
  /** How many of each there were to judge. */
  readonly counts: Readonly<Record<string, number>>
  readonly broken: number
}

export interface AuditPlaces extends EvidencePlaces {
  readonly database: DatabasePlace
}

/** Judges what a stack left behind. Changes nothing. */
export async function audit(places: AuditPlaces): Promise<AuditReport> {
  const database = await openReadOnly(places.database)
  try {
    return await auditRows(database, places)
  } finally {
    await database.close()
  }
}

/** The same, of a database that is open. */
export async function auditRows(database: ReadOnlyDatabase, places: EvidencePlaces): Promise<AuditReport> {
  const evidence = await gatherEvidence(database, places)
  const verdicts = await judgeAll(laws, evidence)
  const broken = verdicts.filter(({ violations }) => violations.length > 0).length
  return { verdicts, counts: countsOf(evidence), broken }
}

function countsOf({ rows, claims }: Evidence): Record<string, number> {
  const { documents, releases, callbacks, sessions, segments, strayBlobs, activations, codes, issued } = rows
  const byState = Map.groupBy(documents, ({ status }) => status)
  return {
    documents: documents.length,
    ...Object.fromEntries([...byState].map(([status, some]) => [status, some.length])),
    releases: releases.length,
    sessions: sessions.length,
    segments: segments.length,
    'stray blobs': strayBlobs.size,
    activations: activations.length,
    codes: codes.length,
    certificates: issued.length,
    callbacks: callbacks.length,
    'of these to be sent': callbacks.filter(({ status }) => status !== 'COMPLETED').length,
    'calls in the journal': claims.attempts.length,
    'of these without an answer': claims.attempts.filter(({ ended }) => ended === 'lost').length,
  }
}
