import type { SignerMode } from '@cloudsigner/contracts/cloud-mode'
import type { User } from '@cloudsigner/contracts/orchestrator'
import { Problem } from '../domain/problem.ts'
import type { OrchestratorDatabase } from './tables.ts'

/** Adds a user; one that is there with the same data is no error, with other data USER_EXISTS. */
export async function addUser(db: OrchestratorDatabase, user: User, at: Date): Promise<void> {
  await db
    .insertInto('person')
    .values({
      user_id: user.userId,
      given_name: user.givenName,
      surname: user.surname,
      country: user.country,
      identity_type: user.identity.type,
      identity_value: user.identity.value,
      created_at: at,
    })
    .onConflict((conflict) => conflict.column('user_id').doNothing())
    .execute()
  const stored = await getUser(db, user.userId)
  const same =
    stored.givenName === user.givenName &&
    stored.surname === user.surname &&
    stored.country === user.country &&
    stored.identity.type === user.identity.type &&
    stored.identity.value === user.identity.value
  if (!same) throw new Problem('USER_EXISTS', 'The user is there already, with other data')
}

/** Throws USER_UNKNOWN. */
export async function getUser(db: OrchestratorDatabase, userId: string): Promise<User> {
  const row = await db
    .selectFrom('person')
    .select(['user_id', 'given_name', 'surname', 'country', 'identity_type', 'identity_value'])
    .where('user_id', '=', userId)
    .executeTakeFirst()
  if (row === undefined) throw new Problem('USER_UNKNOWN', 'There is no such user')
  return {
    userId: row.user_id,
    givenName: row.given_name,
    surname: row.surname,
    country: row.country,
    identity: { type: row.identity_type, value: row.identity_value },
  }
}

export async function addActivation(
  db: OrchestratorDatabase,
  userId: string,
  activationId: string,
  at: Date,
): Promise<void> {
  await db.insertInto('activation').values({ activation_id: activationId, user_id: userId, started_at: at }).execute()
}

/** One that this bank started for this user; throws ACTIVATION_UNKNOWN. */
export async function requireActivation(
  db: OrchestratorDatabase,
  userId: string,
  activationId: string,
): Promise<{ readonly enrolled: boolean; readonly mode: SignerMode | null }> {
  const row = await db
    .selectFrom('activation')
    .select(['enrolled_at', 'mode'])
    .where('activation_id', '=', activationId)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  if (row === undefined) throw new Problem('ACTIVATION_UNKNOWN', 'The user has no such activation')
  return { enrolled: row.enrolled_at !== null, mode: row.mode }
}

/** The user's enrolled devices, newest first; without those that can never sign again. */
export async function listEnrolledActivations(db: OrchestratorDatabase, userId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('activation')
    .select('activation_id')
    .where('user_id', '=', userId)
    .where('enrolled_at', 'is not', null)
    .where(({ or, eb }) => or([eb('activation_status', 'is', null), eb('activation_status', '<>', 'REMOVED')]))
    .where(({ or, eb }) => or([eb('signer_status', 'is', null), eb('signer_status', 'in', ['ACTIVE', 'BLOCKED'])]))
    .orderBy('enrolled_at', 'desc')
    .execute()
  return rows.map((row) => row.activation_id)
}

/** The first time, or again: perhaps in the other mode. */
export async function markEnrolled(
  db: OrchestratorDatabase,
  activationId: string,
  mode: SignerMode,
  at: Date,
): Promise<void> {
  await db.updateTable('activation').set({ enrolled_at: at, mode }).where('activation_id', '=', activationId).execute()
}
