import type { CreateOperationRequest, OperationDetail } from '@cloudsigner/contracts/powerauth-private'
import { mergeAdditionalData } from '../domain/additional-data.ts'
import { refuse } from '../domain/errors.ts'
import { readMoment } from '../domain/moments.ts'
import { fillDataTemplate } from '../domain/operation-data.ts'
import { findActivation } from '../store/activations.ts'
import type { OperationRow, OperationTemplateRow } from '../store/operation-tables.ts'
import { findOperationTemplateByName } from '../store/operation-templates.ts'
import { insertOperation } from '../store/operations.ts'
import { tellOperation } from './callback-events.ts'
import { operationDetailOf } from './change-operation.ts'
import type { PowerAuthContext } from './context.ts'
import { newUuid } from './identifiers.ts'
import { getKnownApplications } from './operation-queries.ts'
import { newTotpSeed } from './proximity.ts'

/** server-api §5: identifiers are tried ten times. */
const GENERATION_TRIES = 10
/** Longest data; a device signs it whole and a person reads it. */
const MAX_DATA_LENGTH = 65_536

/** Throws ERR0015, ERR0033, and ERR0024 for what does not fit together. */
export async function createOperation(
  context: PowerAuthContext,
  request: CreateOperationRequest,
): Promise<OperationDetail> {
  const applications = await getKnownApplications(context, request)
  const template = await findOperationTemplateByName(context.db, request.templateName)
  if (template === undefined) throw refuse('ERR0033', { templateName: request.templateName })
  const userId = await findUserOf(context, request)
  const row = newOperation(context, request, template, { applications, userId })
  const proximity = request.proximityCheckEnabled ?? template.proximity_check_enabled
  for (let attempt = 0; attempt < GENERATION_TRIES; attempt++) {
    const operation_id = newUuid(context.random)
    const totp_seed_sealed = proximity ? newTotpSeed(context, operation_id) : null
    const operation: OperationRow = { ...row, operation_id, totp_seed_sealed }
    if (await insertAndTell(context, operation)) return operationDetailOf(context, operation)
  }
  throw refuse('ERR0035')
}

/** False where the identifier exists. */
function insertAndTell(context: PowerAuthContext, operation: OperationRow): Promise<boolean> {
  return context.db.transaction().execute(async (db) => {
    if (!(await insertOperation(db, operation))) return false
    await tellOperation(context, db, operation)
    return true
  })
}

/** Whose operation it is to be. An activation belongs to its user. Null: whoever claims it. */
async function findUserOf(
  { db }: PowerAuthContext,
  { userId, activationId }: CreateOperationRequest,
): Promise<string | null> {
  if (activationId === undefined || activationId === null) return userId ?? null
  const activation = await findActivation(db, activationId)
  if (activation === undefined) throw refuse('ERR0024', { reason: 'activation not found', activationId })
  if (userId !== undefined && userId !== null && activation.user_id !== userId) {
    throw refuse('ERR0024', { reason: "another user's activation", activationId })
  }
  return activation.user_id
}

function newOperation(
  { clock }: PowerAuthContext,
  request: CreateOperationRequest,
  template: OperationTemplateRow,
  { applications, userId }: { readonly applications: readonly string[]; readonly userId: string | null },
): Omit<OperationRow, 'operation_id' | 'totp_seed_sealed'> {
  const now = clock.now()
  const parameters = request.parameters ?? {}
  const data = fillDataTemplate(template.data_template, parameters)
  if (data.length > MAX_DATA_LENGTH) throw refuse('ERR0024', { reason: 'data', length: data.length })
  return {
    user_id: userId,
    applications: [...applications],
    external_id: request.externalId ?? null,
    activation_flag: request.activationFlag ?? null,
    operation_type: template.operation_type,
    template_name: template.template_name,
    data,
    parameters: JSON.stringify(parameters),
    additional_data: mergeAdditionalData('{}', request.additionalData ?? {}),
    status: 'PENDING',
    status_reason: null,
    signature_types: template.signature_types,
    failure_count: 0,
    max_failure_count: template.max_failure_count,
    risk_flags: template.risk_flags,
    activation_id: request.activationId ?? null,
    timestamp_created: now,
    timestamp_expires: expiryOf(request, template, now),
    timestamp_finalized: null,
  }
}

function expiryOf({ timestampExpires }: CreateOperationRequest, { expiration }: OperationTemplateRow, now: Date): Date {
  if (timestampExpires === undefined || timestampExpires === null) return new Date(now.getTime() + expiration * 1000)
  const expires = readMoment(timestampExpires)
  if (expires <= now) throw refuse('ERR0024', { reason: 'timestampExpires is over' })
  return expires
}
