import type { AnyTransaction, JsonValue } from '@cloudsigner/service'
import { listSubscriptions } from '../store/callback-urls.ts'
import type { OperationRow } from '../store/operation-tables.ts'
import type { ActivationRow, Db } from '../store/tables.ts'
import type { PowerAuthContext } from './context.ts'

/** Attributes by name: what a callback URL may ask for (server-api §6). */
type Attributes = Readonly<Record<string, JsonValue>>

/** Tells whoever asked for it what an activation is now, in the transaction `db` that made it so. */
export async function tellActivation({ outbox }: PowerAuthContext, db: Db, row: ActivationRow): Promise<void> {
  const subscriptions = await listSubscriptions(db, [row.application_id], 'ACTIVATION_STATUS_CHANGE')
  for (const { id, attributes } of subscriptions) {
    const body = {
      type: 'ACTIVATION',
      activationId: row.activation_id,
      ...chosen(activationAttributes(row), attributes),
    }
    const type = `ACTIVATION ${row.activation_status}`
    await outbox.enqueue(transactionOf(db), { destination: id, type, subject: row.activation_id, body })
  }
}

/** The same of an operation. */
export async function tellOperation({ outbox }: PowerAuthContext, db: Db, row: OperationRow): Promise<void> {
  const subscriptions = await listSubscriptions(db, row.applications, 'OPERATION_STATUS_CHANGE')
  for (const { id, attributes } of subscriptions) {
    const body = { type: 'OPERATION', operationId: row.operation_id, ...chosen(operationAttributes(row), attributes) }
    const type = `OPERATION ${row.status}`
    await outbox.enqueue(transactionOf(db), { destination: id, type, subject: row.operation_id, body })
  }
}

/** What is told is true only if the transaction commits that it is told of. */
function transactionOf(db: Db): AnyTransaction {
  if (!db.isTransaction) throw new Error('a callback is owed outside of a transaction')
  return db as AnyTransaction
}

function chosen(all: Attributes, names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))
}

const activationAttributes = (row: ActivationRow): Attributes => ({
  userId: row.user_id,
  activationName: row.activation_name,
  deviceInfo: row.device_info,
  platform: row.platform,
  protocol: row.protocol,
  activationFlags: row.flags,
  activationStatus: row.activation_status,
  blockedReason: row.blocked_reason,
  applicationId: row.application_id,
})

/** Moments are milliseconds since the epoch, as the genuine server writes them here. */
const operationAttributes = (row: OperationRow): Attributes => ({
  userId: row.user_id,
  applications: row.applications,
  operationType: row.operation_type,
  parameters: JSON.parse(row.parameters),
  additionalData: JSON.parse(row.additional_data),
  activationFlag: row.activation_flag,
  status: row.status,
  data: row.data,
  failureCount: row.failure_count,
  maxFailureCount: row.max_failure_count,
  signatureType: row.signature_types,
  externalId: row.external_id,
  timestampCreated: row.timestamp_created.getTime(),
  timestampExpires: row.timestamp_expires.getTime(),
  timestampFinalized: row.timestamp_finalized?.getTime() ?? null,
})
