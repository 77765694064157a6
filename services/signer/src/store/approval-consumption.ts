import type { Claim, Release } from './release-store.ts'
import type { SignerDatabase } from './tables.ts'

/** Why nothing was written. */
export type NotConsumed = 'signer not active' | 'document not signable' | 'used before'

/**
 * The approval is consumed, the intent recorded and the document SIGNING: all of it or nothing, in one statement, which is
 * a transaction of its own. null where it was written. The signer is held ACTIVE and the document WAITING until then; an
 * approval, an operation and a document are each released once.
 */
export async function consumeApproval(
  db: SignerDatabase,
  release: Release & { readonly signerId: string },
  claim: Claim,
  at: Date,
): Promise<NotConsumed | null> {
  const found = await db
    .with('active', (query) =>
      query
        .selectFrom('signer')
        .select('id')
        .where('id', '=', release.signerId)
        .where('status', '=', 'ACTIVE')
        .forShare(),
    )
    .with('waiting', (query) =>
      query
        .selectFrom('document')
        .select('id')
        .where('id', '=', release.documentId)
        .where('status', '=', 'WAITING')
        .where('waiting_until', '>', at)
        .where('timed_out_at', 'is', null)
        .where(({ exists, selectFrom }) => exists(selectFrom('active').select('active.id')))
        .forUpdate(),
    )
    .with('released', (query) =>
      query
        .insertInto('release')
        .columns([
          'approval_id',
          'operation_id',
          'document_id',
          'signature',
          'sealed_intent',
          'signature_level',
          'released_at',
          'claim',
          'claimed_until',
        ])
        .expression(({ selectFrom, val }) =>
          selectFrom('waiting').select([
            val(release.approvalId).as('approval_id'),
            val(release.operationId).as('operation_id'),
            'waiting.id as document_id',
            val(release.signature).as('signature'),
            val(release.sealedIntent).as('sealed_intent'),
            val(release.level).as('signature_level'),
            val(at).as('released_at'),
            val(claim.id).as('claim'),
            val(claim.until).as('claimed_until'),
          ]),
        )
        .onConflict((conflict) => conflict.doNothing())
        .returning('document_id'),
    )
    .with('signing', (query) =>
      query
        .updateTable('document')
        .from('released')
        .set({ status: 'SIGNING', changed_at: at })
        .whereRef('document.id', '=', 'released.document_id'),
    )
    .selectNoFrom(({ exists, selectFrom }) => [
      exists(selectFrom('active').select('active.id')).as('active'),
      exists(selectFrom('waiting').select('waiting.id')).as('waiting'),
      exists(selectFrom('released').select('released.document_id')).as('released'),
    ])
    .executeTakeFirstOrThrow()
  if (!found.active) return 'signer not active'
  if (!found.waiting) return 'document not signable'
  return found.released ? null : 'used before'
}
