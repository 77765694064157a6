import type { Selectable } from 'kysely'
import type { Db, TokenTable } from './tables.ts'

export type TokenRow = Selectable<TokenTable>

/** False where the identifier exists. */
export async function insertToken(db: Db, token: TokenRow): Promise<boolean> {
  const inserted = await db
    .insertInto('token')
    .values(token)
    .onConflict((conflict) => conflict.doNothing())
    .returning('token_id')
    .executeTakeFirst()
  return inserted !== undefined
}

export function findToken(db: Db, tokenId: string): Promise<TokenRow | undefined> {
  return db
    .selectFrom('token')
    .select(['token_id', 'activation_id', 'token_secret_sealed', 'signature_type', 'timestamp_created'])
    .where('token_id', '=', tokenId)
    .executeTakeFirst()
}

/** Whether there was such a token of that activation. */
export async function deleteToken(db: Db, tokenId: string, activationId: string): Promise<boolean> {
  const result = await db
    .deleteFrom('token')
    .where('token_id', '=', tokenId)
    .where('activation_id', '=', activationId)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

export async function deleteTokensOfActivation(db: Db, activationId: string): Promise<void> {
  await db.deleteFrom('token').where('activation_id', '=', activationId).execute()
}
