import type { SignatureLevel } from '@cloudsigner/contracts/signer'
import type { SignerDatabase } from './tables.ts'

/** An approval that was consumed for a document, and the intent to sign it. */
export interface Release {
  readonly documentId: string
  readonly approvalId: string
  readonly operationId: string
  /** The device's, over the approval. */
  readonly signature: Uint8Array
  readonly level: SignatureLevel
  readonly sealedIntent: Uint8Array
}

/** Whose turn it is to sign: nobody else signs before `until`. */
export interface Claim {
  readonly id: string
  readonly until: Date
}

const columns = ['approval_id', 'operation_id', 'document_id', 'signature', 'signature_level', 'sealed_intent'] as const

export async function findRelease(db: SignerDatabase, documentId: string): Promise<Release | null> {
  const row = await db.selectFrom('release').select(columns).where('document_id', '=', documentId).executeTakeFirst()
  if (row === undefined) return null
  return {
    documentId: row.document_id,
    approvalId: row.approval_id,
    operationId: row.operation_id,
    signature: row.signature,
    level: row.signature_level,
    sealedIntent: row.sealed_intent,
  }
}

/** Takes the turn at a document, with the level that is asked for now; false while somebody has it, or once it is signed. */
export async function claimRelease(
  db: SignerDatabase,
  documentId: string,
  level: SignatureLevel | null,
  claim: Claim,
  at: Date,
): Promise<boolean> {
  const result = await db
    .updateTable('release')
    .set({ claim: claim.id, claimed_until: claim.until, ...(level === null ? {} : { signature_level: level }) })
    .where('document_id', '=', documentId)
    // In this row, not in the document's: a statement that waited for the row's lock looks at this row anew, at others not.
    .where('signed_at', 'is', null)
    .where(({ eb, or }) => or([eb('claimed_until', 'is', null), eb('claimed_until', '<=', at)]))
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Gives the turn back, unless it was lost before. */
export async function giveUpClaim(db: SignerDatabase, documentId: string, claimId: string): Promise<void> {
  await db
    .updateTable('release')
    .set({ claim: null, claimed_until: null })
    .where('document_id', '=', documentId)
    .where('claim', '=', claimId)
    .execute()
}

/** Documents that nobody is signing although they were released, and that can be: the longest released first. */
export async function listUnfinishedReleases(
  db: SignerDatabase,
  at: Date,
  releasedAfter: Date,
  limit: number,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('document')
    .innerJoin('release', 'release.document_id', 'document.id')
    .innerJoin('signer', 'signer.id', 'document.signer_id')
    .select('document.id')
    .where('document.status', '=', 'SIGNING')
    .where('signer.status', '=', 'ACTIVE')
    .where('release.released_at', '>', releasedAfter)
    .where(({ eb, or }) => or([eb('release.claimed_until', 'is', null), eb('release.claimed_until', '<=', at)]))
    .orderBy('release.released_at')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}
