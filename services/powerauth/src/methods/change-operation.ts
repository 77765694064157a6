import type { AdditionalData, OperationDetail } from '@cloudsigner/contracts/powerauth-private'
import type { Updateable } from 'kysely'
import { mergeAdditionalData } from '../domain/additional-data.ts'
import { refuse } from '../domain/errors.ts'
import { writeMoment } from '../domain/moments.ts'
import {
  finalizedStatuses,
  type OperationState,
  type OperationTransition,
  operationTransition,
} from '../domain/operation.ts'
import type { OperationRow, OperationTable } from '../store/operation-tables.ts'
import { lockOperation, updateOperation } from '../store/operations.ts'
import type { Db } from '../store/tables.ts'
import { tellOperation } from './callback-events.ts'
import type { PowerAuthContext } from './context.ts'
import { proximityOtpOf } from './proximity.ts'

export function operationStateOf(row: OperationRow): OperationState {
  return {
    status: row.status,
    userId: row.user_id,
    statusReason: row.status_reason,
    failureCount: row.failure_count,
    maxFailureCount: row.max_failure_count,
  }
}

export interface OperationChange extends OperationTransition {
  /** Merged into what is there: later members win. */
  readonly additionalData?: AdditionalData | null | undefined
}

/**
 * Locks an operation, lets `decide` say what becomes of it and stores that. An operation that is overdue is EXPIRED
 * before `decide` sees it, and stays so whatever is refused. Throws ERR0034, and what `decide` refuses.
 */
export async function changeOperation(
  context: PowerAuthContext,
  operationId: string,
  decide: (row: OperationRow) => OperationChange | Promise<OperationChange>,
): Promise<OperationTransition & { readonly row: OperationRow }> {
  const now = context.clock.now()
  const changed = await context.db.transaction().execute(async (db) => {
    const locked = await lockOperation(db, operationId)
    if (locked === undefined) throw refuse('ERR0034', { operationId })
    const current = isOverdue(locked, now) ? await storeExpiry(context, db, locked, now) : locked
    const change = await decide(current)
    const row = change.refused === undefined ? await storeChange(context, db, current, change, now) : current
    return { ...change, row }
  })
  if (changed.refused !== undefined) throw refuse(changed.refused, { operationId, status: changed.row.status })
  return changed
}

/** Stores that an overdue operation is over. */
export async function expireOperation(context: PowerAuthContext, operationId: string): Promise<void> {
  await changeOperation(context, operationId, (row) => ({ state: operationStateOf(row) }))
}

export function isOverdue(row: Pick<OperationRow, 'status' | 'timestamp_expires'>, now: Date): boolean {
  return row.status === 'PENDING' && row.timestamp_expires <= now
}

function storeExpiry(context: PowerAuthContext, db: Db, row: OperationRow, now: Date): Promise<OperationRow> {
  return storeChange(context, db, row, operationTransition(operationStateOf(row), { type: 'expire' }), now)
}

async function storeChange(
  context: PowerAuthContext,
  db: Db,
  row: OperationRow,
  change: OperationChange,
  now: Date,
): Promise<OperationRow> {
  const { state, additionalData } = change
  const finalized = state.status !== row.status && finalizedStatuses.includes(state.status)
  const columns: Updateable<OperationTable> = {
    status: state.status,
    user_id: state.userId,
    status_reason: state.statusReason,
    failure_count: state.failureCount,
    ...(finalized ? { timestamp_finalized: now } : {}),
    ...(additionalData ? { additional_data: mergeAdditionalData(row.additional_data, additionalData) } : {}),
  }
  await updateOperation(db, row.operation_id, columns)
  const changed = { ...row, ...columns } as OperationRow // Updateable's members are optional, never undefined here
  // Not of a claim: whose it is changes nothing for those who wait for what becomes of it.
  const told = changed.status !== row.status || changed.failure_count !== row.failure_count
  if (told) await tellOperation(context, db, changed)
  return changed
}

/** An operation as the private API tells it. One that is overdue is told as EXPIRED, whether or not that is stored yet. */
export async function operationDetailOf(context: PowerAuthContext, row: OperationRow): Promise<OperationDetail> {
  const status = isOverdue(row, context.clock.now()) ? 'EXPIRED' : row.status
  return {
    id: row.operation_id,
    userId: row.user_id,
    applications: row.applications,
    externalId: row.external_id,
    activationFlag: row.activation_flag,
    operationType: row.operation_type,
    templateName: row.template_name,
    data: row.data,
    parameters: JSON.parse(row.parameters),
    additionalData: JSON.parse(row.additional_data),
    status,
    statusReason: row.status_reason,
    signatureType: row.signature_types,
    failureCount: row.failure_count,
    maxFailureCount: row.max_failure_count,
    timestampCreated: writeMoment(row.timestamp_created),
    timestampExpires: writeMoment(row.timestamp_expires),
    timestampFinalized: row.timestamp_finalized === null ? null : writeMoment(row.timestamp_finalized),
    riskFlags: row.risk_flags,
    proximityOtp: status === 'PENDING' ? await proximityOtpOf(context, row) : null,
    activationId: row.activation_id,
  }
}
