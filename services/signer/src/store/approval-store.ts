import type { SignerDatabase, SignerTransaction } from './tables.ts'
import { isUuid } from './uuid.ts'

export interface StoredApproval {
  readonly approvalId: string
  /** DER Approval. */
  readonly der: Uint8Array
}

export async function insertApproval(
  transaction: SignerTransaction,
  approval: StoredApproval & { readonly documentId: string; readonly createdAt: Date },
): Promise<void> {
  await transaction
    .insertInto('approval')
    .values({
      id: approval.approvalId,
      document_id: approval.documentId,
      to_be_signed: approval.der,
      created_at: approval.createdAt,
    })
    .execute()
}

/** null for what is no UUID, too. */
export async function findApproval(db: SignerDatabase, approvalId: string): Promise<StoredApproval | null> {
  if (!isUuid(approvalId)) return null
  const row = await db
    .selectFrom('approval')
    .select(['id', 'to_be_signed'])
    .where('id', '=', approvalId)
    .executeTakeFirst()
  return row === undefined ? null : { approvalId: row.id, der: row.to_be_signed }
}
