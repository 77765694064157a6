import type { SignatureLevel } from '@cloudsigner/contracts/signer'
import type { SignaturePlan } from '@cloudsigner/pades'
import type { Segment } from '../domain/byte-ranges.ts'
import type { StoredDocumentStatus } from '../domain/document-status.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import type { SignerDatabase, SignerTransaction } from './tables.ts'
import { isUuid } from './uuid.ts'

export interface NewDocument {
  readonly documentId: string
  readonly signerId: string
  readonly certificateId: string
  readonly externalId: string
  readonly name: string
  readonly fileName: string
  readonly signedAttributes: Uint8Array
  readonly plan: SignaturePlan
  readonly createdAt: Date
  readonly waitingUntil: Date
}

export interface StoredDocument extends NewDocument {
  readonly status: StoredDocumentStatus
  readonly signature: Uint8Array | null
  readonly signatureLevel: SignatureLevel | null
  /** Bytes of the file as uploaded. */
  readonly size: number
}

export interface StoredSegment extends Segment {
  /** SHA-256 of the segment. */
  readonly digest: Uint8Array
}

/** Throws ERROR_RESOURCE_NOT_FOUND, also for what is no UUID. */
export async function getDocument(db: SignerDatabase, documentId: string): Promise<StoredDocument> {
  const row = isUuid(documentId)
    ? await db
        .selectFrom('document')
        .innerJoin('segment', (join) =>
          join.onRef('segment.document_id', '=', 'document.id').on('segment.position', '=', 0),
        )
        .select([
          'document.id',
          'document.signer_id',
          'document.certificate_id',
          'document.external_id',
          'document.name',
          'document.file_name',
          'document.status',
          'document.signed_attributes',
          'document.plan',
          'document.created_at',
          'document.waiting_until',
          'document.signature',
          'document.signature_level',
          'segment.size',
        ])
        .where('document.id', '=', documentId)
        .executeTakeFirst()
    : undefined
  if (row === undefined) throw unknownDocument(documentId)
  return {
    documentId: row.id,
    signerId: row.signer_id,
    certificateId: row.certificate_id,
    externalId: row.external_id,
    name: row.name,
    fileName: row.file_name,
    status: row.status,
    signedAttributes: row.signed_attributes,
    // Written by insertDocument from a SignaturePlan, which is a plain JSON value.
    plan: row.plan as SignaturePlan,
    createdAt: row.created_at,
    waitingUntil: row.waiting_until,
    signature: row.signature,
    signatureLevel: row.signature_level,
    size: row.size,
  }
}

/** In order; their concatenation is the document. DOCUMENT_SIGNING_ERROR where storage has damaged one. */
export async function listSegments(db: SignerDatabase, documentId: string): Promise<readonly StoredSegment[]> {
  const rows = await db
    .selectFrom('segment')
    .select(['blob', 'size', 'digest', 'intact'])
    .where('document_id', '=', documentId)
    .orderBy('position')
    .execute()
  if (rows.some((row) => row.intact === false)) throw damagedFile(documentId)
  return rows
}

export function damagedFile(documentId: string): SignerProblem {
  return new SignerProblem('DOCUMENT_SIGNING_ERROR', 'The stored file is damaged', { documentId })
}

export interface StoredFile {
  readonly status: StoredDocumentStatus
  /** In order. */
  readonly segments: readonly StoredSegment[]
  readonly damaged: boolean
}

/** What a file is read from, without the plan, which is as large as what was appended. ERROR_RESOURCE_NOT_FOUND. */
export async function getStoredFile(db: SignerDatabase, documentId: string): Promise<StoredFile> {
  const rows = isUuid(documentId)
    ? await db
        .selectFrom('document')
        .innerJoin('segment', 'segment.document_id', 'document.id')
        .select(['document.status', 'segment.blob', 'segment.size', 'segment.digest', 'segment.intact'])
        .where('document.id', '=', documentId)
        .orderBy('segment.position')
        .execute()
    : []
  const [first] = rows
  if (first === undefined) throw unknownDocument(documentId)
  return { status: first.status, segments: rows, damaged: rows.some((row) => row.intact === false) }
}

/** Segments that nobody has read back since they were written. */
export async function listSegmentsToReadBack(db: SignerDatabase, limit: number): Promise<readonly StoredSegment[]> {
  return db
    .selectFrom('segment')
    .select(['blob', 'size', 'digest'])
    .where('intact', 'is', null)
    .orderBy('document_id')
    .orderBy('position')
    .limit(limit)
    .execute()
}

export async function recordReadBack(db: SignerDatabase, blob: string, intact: boolean): Promise<void> {
  await db.updateTable('segment').set({ intact }).where('blob', '=', blob).execute()
}

export interface MadeSignature {
  readonly signature: Uint8Array
  readonly level: SignatureLevel
}

/** WAITING → REJECTED, or SIGNING → REJECTED by who holds its claim; false where the document is not that any more. */
export async function markRejected(
  db: SignerDatabase,
  documentId: string,
  from: 'WAITING' | 'SIGNING',
  at: Date,
): Promise<boolean> {
  const result = await db
    .updateTable('document')
    .set({ status: 'REJECTED', changed_at: at })
    .where('id', '=', documentId)
    .where('status', '=', from)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Removes the document's rows and gives the blobs that it had; ERROR_RESOURCE_NOT_FOUND. */
export async function deleteDocument(transaction: SignerTransaction, documentId: string): Promise<readonly string[]> {
  if (!isUuid(documentId)) throw unknownDocument(documentId)
  // The row lock waits for a signing that is about to add its segment, so that no blob is forgotten.
  const found = await transaction
    .selectFrom('document')
    .select('id')
    .where('id', '=', documentId)
    .forUpdate()
    .executeTakeFirst()
  if (found === undefined) throw unknownDocument(documentId)
  const segments = await transaction
    .deleteFrom('segment')
    .where('document_id', '=', documentId)
    .returning('blob')
    .execute()
  await transaction.deleteFrom('document').where('id', '=', documentId).execute()
  return segments.map(({ blob }) => blob)
}

function unknownDocument(documentId: string): SignerProblem {
  return new SignerProblem('ERROR_RESOURCE_NOT_FOUND', 'There is no such document', { documentId })
}

export async function listDocumentsUnchangedSince(
  db: SignerDatabase,
  status: StoredDocumentStatus,
  before: Date,
  limit: number,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('document')
    .select('id')
    .where('status', '=', status)
    .where('changed_at', '<=', before)
    .orderBy('changed_at')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}
