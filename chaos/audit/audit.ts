import type { DatabasePlace } from '../fleet/fleet.ts'
import { type EvidencePlaces, gatherEvidence } from './evidence.ts'
import { judgeAll, type Law, type Verdict } from './law.ts'
import { activationLaws } from './laws/activations.ts'
import { blobLaws } from './laws/blobs.ts'
import { documentLaws } from './laws/documents.ts'
import { fileLaws } from './laws/files.ts'
import { sessionLaws } from './laws/sessions.ts'
import { signerLaws } from './laws/signers.ts'
import { workLaws } from './laws/work.ts'
import { openReadOnly } from './read-only-database.ts'

export const laws: readonly Law[] = [
  ...documentLaws,
  ...sessionLaws,
  ...blobLaws,
  ...fileLaws,
  ...signerLaws,
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
    const evidence = await gatherEvidence(database, places)
    const verdicts = await judgeAll(laws, evidence)
    const { documents, sessions, segments, strayBlobs, activations, codes, issued } = evidence.rows
    const byState = Map.groupBy(documents, ({ status }) => status)
    return {
      verdicts,
      counts: {
        documents: documents.length,
        ...Object.fromEntries([...byState].map(([status, rows]) => [status, rows.length])),
        sessions: sessions.length,
        segments: segments.length,
        'stray blobs': strayBlobs.size,
        activations: activations.length,
        codes: codes.length,
        certificates: issued.length,
        'calls in the journal': evidence.claims.attempts.length,
        'of these lost': evidence.claims.attempts.filter(({ ended }) => ended === 'lost').length,
      },
      broken: verdicts.filter(({ violations }) => violations.length > 0).length,
    }
  } finally {
    await database.close()
  }
}
