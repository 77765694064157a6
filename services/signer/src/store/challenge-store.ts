import type { SignerDatabase } from './tables.ts'
import { isUuid } from './uuid.ts'

export interface Challenge {
  readonly challengeId: string
  readonly signerId: string
  readonly userId: string
  /** DER DeviceKeyBinding. */
  readonly toBeSigned: Uint8Array
  readonly consumed: boolean
}

export type NewChallenge = Omit<Challenge, 'consumed'> & { readonly createdAt: Date }

export async function insertChallenge(db: SignerDatabase, challenge: NewChallenge): Promise<void> {
  await db
    .insertInto('challenge')
    .values({
      id: challenge.challengeId,
      signer_id: challenge.signerId,
      user_id: challenge.userId,
      to_be_signed: challenge.toBeSigned,
      created_at: challenge.createdAt,
    })
    .execute()
}

/** null for what is no UUID, too. */
export async function findChallenge(db: SignerDatabase, challengeId: string): Promise<Challenge | null> {
  if (!isUuid(challengeId)) return null
  const row = await db
    .selectFrom('challenge')
    .select(['signer_id', 'user_id', 'to_be_signed', 'consumed_at'])
    .where('id', '=', challengeId)
    .executeTakeFirst()
  if (row === undefined) return null
  return {
    challengeId,
    signerId: row.signer_id,
    userId: row.user_id,
    toBeSigned: row.to_be_signed,
    consumed: row.consumed_at !== null,
  }
}

/** True for one caller and once. */
export async function consumeChallenge(db: SignerDatabase, challengeId: string, at: Date): Promise<boolean> {
  const result = await db
    .updateTable('challenge')
    .set({ consumed_at: at })
    .where('id', '=', challengeId)
    .where('consumed_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function deleteChallenges(db: SignerDatabase, before: Date): Promise<void> {
  await db.deleteFrom('challenge').where('created_at', '<', before).execute()
}
