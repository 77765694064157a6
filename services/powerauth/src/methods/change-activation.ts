import type { PrivateErrorCode } from '@cloudsigner/contracts/powerauth-private'
import type { Updateable } from 'kysely'
import { type ActivationState, isWaiting, type Transition, transition } from '../domain/activation.ts'
import { refuse } from '../domain/errors.ts'
import { lockActivation, updateActivation } from '../store/activations.ts'
import { insertHistory } from '../store/audit.ts'
import type { ActivationRow, ActivationTable, Db } from '../store/tables.ts'
import { deleteTemporaryKeysOfActivation } from '../store/temporary-keys.ts'
import { deleteTokensOfActivation } from '../store/tokens.ts'
import { tellActivation } from './callback-events.ts'
import type { PowerAuthContext } from './context.ts'

export function stateOf(row: ActivationRow): ActivationState {
  return {
    status: row.activation_status,
    commitPhase: row.commit_phase,
    otpSet: row.otp_hash !== null,
    failedAttempts: row.failed_attempts,
    maxFailedAttempts: row.max_failed_attempts,
    blockedReason: row.blocked_reason,
  }
}

export interface Change extends Transition {
  /** Columns that the event sets beside those of the state. */
  readonly columns?: Updateable<ActivationTable>
}

/**
 * Stores what an event made of an activation: the row, its history, and what callback URLs are owed, together. Callers
 * hold the row's lock.
 * @returns the row as it is now
 */
export async function storeChange(
  context: PowerAuthContext,
  db: Db,
  row: ActivationRow,
  change: Change,
  now: Date,
  externalUserId: string | null = null,
): Promise<ActivationRow> {
  const { state, historyReason } = change
  const moved = state.status !== row.activation_status
  const columns: Updateable<ActivationTable> = {
    ...change.columns,
    activation_status: state.status,
    blocked_reason: state.blockedReason,
    failed_attempts: state.failedAttempts,
    ...(moved ? { timestamp_last_change: now } : {}),
  }
  await updateActivation(db, row.activation_id, columns)
  const changed = { ...row, ...columns } as ActivationRow // Updateable's members are optional, never undefined here
  if (moved || historyReason !== undefined) {
    await insertHistory(db, {
      activation_id: row.activation_id,
      activation_status: state.status,
      event_reason: historyReason ?? (moved ? state.blockedReason : null),
      external_user_id: externalUserId,
      activation_name: changed.activation_name,
      version: changed.version,
      timestamp_created: now,
    })
  }
  if (moved && state.status === 'REMOVED') {
    await deleteTemporaryKeysOfActivation(db, row.activation_id)
    await deleteTokensOfActivation(db, row.activation_id)
  }
  if (moved) await tellActivation(context, db, changed)
  return changed
}

/**
 * Locks an activation, lets `decide` say what becomes of it and stores that. A refusal is thrown after the commit, since
 * it may have changed the state too (a wrong OTP counts). Throws ERR0009, and ERR0007 where the activation was overdue:
 * that removes it.
 */
export async function changeActivation(
  context: PowerAuthContext,
  activationId: string,
  decide: (row: ActivationRow, db: Db) => Change | Promise<Change>,
  externalUserId: string | null = null,
): Promise<ActivationRow> {
  const { row, refused } = await context.db.transaction().execute(async (db) => {
    const locked = await lockActivation(db, activationId)
    if (locked === undefined) throw refuse('ERR0009', { activationId })
    const now = context.clock.now()
    const expired = await expireIfOverdue(context, db, locked, now)
    if (expired !== undefined) return { row: expired, refused: 'ERR0007' as PrivateErrorCode }
    const change = await decide(locked, db)
    return { row: await storeChange(context, db, locked, change, now, externalUserId), refused: change.refused }
  })
  if (refused !== undefined) throw refuse(refused, { activationId, activationStatus: row.activation_status })
  return row
}

export function isOverdue(row: ActivationRow, now: Date): boolean {
  return isWaiting({ status: row.activation_status }) && row.timestamp_expires <= now
}

/** The row as REMOVED where its time was over; undefined where it was not. */
export async function expireIfOverdue(
  context: PowerAuthContext,
  db: Db,
  row: ActivationRow,
  now: Date,
): Promise<ActivationRow | undefined> {
  if (!isOverdue(row, now)) return undefined
  return storeChange(context, db, row, transition(stateOf(row), { type: 'expire' }), now)
}
