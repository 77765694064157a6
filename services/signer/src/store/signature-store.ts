import type { SignatureLevel } from '@cloudsigner/contracts/signer'
import type { StoredSegment } from './document-store.ts'
import type { SignerDatabase } from './tables.ts'

/** What makes a document SIGNED. */
export interface SignatureRecord {
  readonly documentId: string
  readonly signerId: string
  readonly signature: Uint8Array
  readonly level: SignatureLevel
  readonly at: Date
  /** The revision that was appended, its blob recorded and written. */
  readonly segment: StoredSegment
  /** Cloud mode: whose turn it is, of a document that is SIGNING. null: External mode, of one that is WAITING. */
  readonly claimId: string | null
}

/** Why nothing was written. */
export type NotSigned = 'signer not active' | 'document not signable' | 'blob not adopted'

/**
 * WAITING → SIGNED, or SIGNING → SIGNED by who holds the claim, with the segment, whose blob is adopted: all of it or
 * nothing, in one statement, which is a transaction of its own outside of one. null where it was written. The rows that
 * decide are locked first and looked at as they are then; a blob recorded before `youngerThan` is not adopted, since a sweep
 * may be at it.
 */
export async function recordSignature(
  db: SignerDatabase,
  record: SignatureRecord,
  youngerThan: Date,
): Promise<NotSigned | null> {
  const { documentId, segment, claimId } = record
  const found = await signable(db, record)
    .with('adopted', (query) =>
      query
        .deleteFrom('stray_blob')
        .where('name', '=', segment.blob)
        .where('since', '>', youngerThan)
        .where(({ exists, selectFrom }) => exists(selectFrom('signable').select('signable.id')))
        .returning('name'),
    )
    .with('signed', (query) =>
      query
        .updateTable('document')
        .from('adopted')
        .set({
          status: 'SIGNED',
          signature: record.signature,
          signature_level: record.level,
          changed_at: record.at,
        })
        .where('document.id', '=', documentId),
    )
    .with('ended', (query) =>
      claimId === null
        ? query.selectFrom('adopted').select('adopted.name')
        : query
            .updateTable('release')
            .from('adopted')
            .set({ claim: null, claimed_until: null, signed_at: record.at })
            .where('release.document_id', '=', documentId)
            .where('release.claim', '=', claimId)
            .returning('adopted.name'),
    )
    .with('appended', (query) =>
      query
        .insertInto('segment')
        .columns(['document_id', 'position', 'blob', 'size', 'digest'])
        .expression(({ selectFrom, val }) =>
          selectFrom('adopted').select([
            val(documentId).as('document_id'),
            val(1).as('position'),
            val(segment.blob).as('blob'),
            val(segment.size).as('size'),
            val(segment.digest).as('digest'),
          ]),
        )
        .returning('blob'),
    )
    .selectNoFrom(({ exists, selectFrom }) => [
      exists(selectFrom('active').select('active.id')).as('active'),
      exists(selectFrom('signable').select('signable.id')).as('signable'),
      exists(selectFrom('appended').select('appended.blob')).as('appended'),
    ])
    .executeTakeFirstOrThrow()
  if (!found.active) return 'signer not active'
  if (!found.signable) return 'document not signable'
  return found.appended ? null : 'blob not adopted'
}

/**
 * Locks the signer, in Cloud mode the release, then the document, in the order in which all who change them do; each only
 * where the one before is as it must be.
 */
function signable(db: SignerDatabase, { documentId, signerId, claimId, at }: SignatureRecord) {
  return db
    .with('active', (query) =>
      query.selectFrom('signer').select('id').where('id', '=', signerId).where('status', '=', 'ACTIVE').forShare(),
    )
    .with('turn', (query) =>
      claimId === null
        ? query.selectFrom('active').select('active.id')
        : query
            .selectFrom('release')
            .select('document_id as id')
            .where('document_id', '=', documentId)
            .where('claim', '=', claimId)
            .where(({ exists, selectFrom }) => exists(selectFrom('active').select('active.id')))
            .forUpdate(),
    )
    .with('signable', (query) => {
      const held = query
        .selectFrom('document')
        .select('id')
        .where('id', '=', documentId)
        .where(({ exists, selectFrom }) => exists(selectFrom('turn').select('turn.id')))
        .forUpdate()
      return claimId === null
        ? held.where('status', '=', 'WAITING').where('waiting_until', '>', at).where('timed_out_at', 'is', null)
        : held.where('status', '=', 'SIGNING')
    })
}
