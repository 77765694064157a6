import type {
  ListOperationsByExternalIdRequest,
  ListOperationsRequest,
  OperationClaimRequest,
  OperationDetail,
  OperationDetailRequest,
  OperationList,
} from '@cloudsigner/contracts/powerauth-private'
import { refuse } from '../domain/errors.ts'
import { operationTransition } from '../domain/operation.ts'
import { findActivation } from '../store/activations.ts'
import { findApplication } from '../store/applications.ts'
import { findOperation, listOperations, type OperationFilter } from '../store/operations.ts'
import { changeOperation, operationDetailOf, operationStateOf } from './change-operation.ts'
import type { PowerAuthContext } from './context.ts'

const DEFAULT_PAGE_SIZE = 500

export async function operationDetail(
  context: PowerAuthContext,
  { operationId, userId }: OperationDetailRequest,
): Promise<OperationDetail> {
  if (userId !== undefined && userId !== null) return operationClaim(context, { operationId, userId })
  const row = await findOperation(context.db, operationId)
  if (row === undefined) throw refuse('ERR0034', { operationId })
  return operationDetailOf(context, row)
}

/** The operation, which is the user's from now on. Throws ERR0034 where it is another's. */
export async function operationClaim(
  context: PowerAuthContext,
  { operationId, userId }: OperationClaimRequest,
): Promise<OperationDetail> {
  const { row } = await changeOperation(context, operationId, (operation) =>
    operationTransition(operationStateOf(operation), { type: 'claim', userId }),
  )
  return operationDetailOf(context, row)
}

/** Those that wait, as the given activation may see them: not another device's, none with a flag that it lacks. */
export async function findPendingOperationsForUser(
  context: PowerAuthContext,
  request: ListOperationsRequest,
): Promise<OperationList> {
  const pendingAt = context.clock.now()
  return list(context, request, { userId: request.userId, pendingAt, ...(await activationFilter(context, request)) })
}

export async function findAllOperationsForUser(
  context: PowerAuthContext,
  request: ListOperationsRequest,
): Promise<OperationList> {
  return list(context, request, { userId: request.userId, ...(await activationFilter(context, request)) })
}

export function findAllOperationsByExternalId(
  context: PowerAuthContext,
  request: ListOperationsByExternalIdRequest,
): Promise<OperationList> {
  return list(context, request, { externalId: request.externalId })
}

async function activationFilter({ db }: PowerAuthContext, { activationId }: ListOperationsRequest) {
  if (activationId === undefined || activationId === null) return {}
  const activation = await findActivation(db, activationId)
  return { activation: { activationId, flags: activation?.flags ?? [] } }
}

async function list(
  context: PowerAuthContext,
  request: ListOperationsByExternalIdRequest | ListOperationsRequest,
  filter: Omit<OperationFilter, 'applications' | 'limit' | 'offset'>,
): Promise<OperationList> {
  const limit = request.pageSize ?? DEFAULT_PAGE_SIZE
  const offset = (request.pageNumber ?? 0) * limit
  const applications = await getKnownApplications(context, request)
  const rows = await listOperations(context.db, { ...filter, applications, limit, offset })
  return Promise.all(rows.map((row) => operationDetailOf(context, row)))
}

interface NamedApplications {
  readonly applications?: readonly string[] | null
  readonly applicationId?: string | null
}

/** Each once. Throws ERR0015 where one is not known, ERR0024 where none is named. */
export async function getKnownApplications(
  { db }: PowerAuthContext,
  { applications, applicationId }: NamedApplications,
): Promise<readonly string[]> {
  const named = [...new Set([...(applications ?? []), ...(applicationId ? [applicationId] : [])])]
  if (named.length === 0) throw refuse('ERR0024', { reason: 'no application' })
  for (const name of named) {
    if ((await findApplication(db, name)) === undefined) throw refuse('ERR0015', { applicationId: name })
  }
  return named
}
