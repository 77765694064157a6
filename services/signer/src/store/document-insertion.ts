import type { NewDocument, StoredSegment } from './document-store.ts'
import type { SignerDatabase } from './tables.ts'

/** Why nothing was written. */
export type NotInserted = 'signer not active' | 'blob not adopted'

/**
 * A WAITING document with its first segment, whose blob is adopted: all of it or nothing, in one statement, which is
 * a transaction of its own outside of one. null where it was written. The signer is held ACTIVE until the transaction ends;
 * a blob recorded before `youngerThan` is not adopted, since a sweep may be at it.
 */
export async function insertDocument(
  db: SignerDatabase,
  document: NewDocument,
  original: StoredSegment,
  youngerThan: Date,
): Promise<NotInserted | null> {
  const found = await db
    .with('active', (query) =>
      query
        .selectFrom('signer')
        .select('id')
        .where('id', '=', document.signerId)
        .where('status', '=', 'ACTIVE')
        .forShare(),
    )
    .with('adopted', (query) =>
      query
        .deleteFrom('stray_blob')
        .where('name', '=', original.blob)
        .where('since', '>', youngerThan)
        .where(({ exists, selectFrom }) => exists(selectFrom('active').select('active.id')))
        .returning('name'),
    )
    .with('made', (query) =>
      query
        .insertInto('document')
        .columns([
          'id',
          'signer_id',
          'certificate_id',
          'external_id',
          'name',
          'file_name',
          'status',
          'signed_attributes',
          'plan',
          'created_at',
          'waiting_until',
          'changed_at',
        ])
        .expression(({ selectFrom, val }) =>
          selectFrom('adopted').select([
            val(document.documentId).as('id'),
            val(document.signerId).as('signer_id'),
            val(document.certificateId).as('certificate_id'),
            val(document.externalId).as('external_id'),
            val(document.name).as('name'),
            val(document.fileName).as('file_name'),
            val('WAITING').as('status'),
            val(document.signedAttributes).as('signed_attributes'),
            val(JSON.stringify(document.plan)).as('plan'),
            val(document.createdAt).as('created_at'),
            val(document.waitingUntil).as('waiting_until'),
            val(document.createdAt).as('changed_at'),
          ]),
        )
        .returning('id'),
    )
    .with('first', (query) =>
      query
        .insertInto('segment')
        .columns(['document_id', 'position', 'blob', 'size', 'digest'])
        .expression(({ selectFrom, val }) =>
          selectFrom('made').select([
            'made.id',
            val(0).as('position'),
            val(original.blob).as('blob'),
            val(original.size).as('size'),
            val(original.digest).as('digest'),
          ]),
        )
        .returning('blob'),
    )
    .selectNoFrom(({ exists, selectFrom }) => [
      exists(selectFrom('active').select('active.id')).as('active'),
      exists(selectFrom('first').select('first.blob')).as('made'),
    ])
    .executeTakeFirstOrThrow()
  if (!found.active) return 'signer not active'
  return found.made ? null : 'blob not adopted'
}
