import type {
  AdditionalData,
  ApproveOperationRequest,
  CancelOperationRequest,
  FailApprovalOperationRequest,
  OperationDetail,
  OperationUserActionResponse,
  RejectOperationRequest,
  UserActionResult,
} from '@cloudsigner/contracts/powerauth-private'
import { type OperationTransition, operationTransition } from '../domain/operation.ts'
import { failedApprovalCheck, mayReject } from '../domain/operation-approval.ts'
import type { OperationRow } from '../store/operation-tables.ts'
import { changeOperation, operationDetailOf, operationStateOf } from './change-operation.ts'
import type { PowerAuthContext } from './context.ts'
import { getKnownApplications } from './operation-queries.ts'
import { checkProximity } from './proximity.ts'

/** A check that does not hold is an answer, and counted. Throws ERR0015, ERR0034, and ERR0037 where it does not wait. */
export async function approveOperation(
  context: PowerAuthContext,
  request: ApproveOperationRequest,
): Promise<OperationUserActionResponse> {
  const { userId, additionalData } = request
  await getKnownApplications(context, request)
  return act(context, request.operationId, async (row) => {
    const passed = (await findFailedCheck(context, row, request)) === undefined
    return { ...operationTransition(operationStateOf(row), { type: 'approve', userId, passed }), additionalData }
  })
}

async function findFailedCheck(context: PowerAuthContext, row: OperationRow, request: ApproveOperationRequest) {
  const { userId, applicationId, data, signatureType } = request
  const additionalData: AdditionalData = request.additionalData ?? {}
  const activationId = typeof additionalData.activationId === 'string' ? additionalData.activationId : null
  const proximity = await checkProximity(context, row, additionalData.proximity_otp)
  const { applications, signature_types: signatureTypes, activation_id } = row
  const operation = { ...operationStateOf(row), data: row.data, applications, signatureTypes }
  const approval = { userId, applicationId, data, signatureType, activationId, proximity }
  return failedApprovalCheck({ ...operation, activationId: activation_id }, approval)
}

/** For an approval whose authentication code was wrong. Throws ERR0034, ERR0036. */
export function failApprovalOperation(
  context: PowerAuthContext,
  { operationId, additionalData }: FailApprovalOperationRequest,
): Promise<OperationUserActionResponse> {
  return act(context, operationId, (row) => ({
    ...operationTransition(operationStateOf(row), { type: 'failApproval' }),
    additionalData,
  }))
}

/** Throws ERR0015, ERR0034, ERR0038. */
export async function rejectOperation(
  context: PowerAuthContext,
  request: RejectOperationRequest,
): Promise<OperationUserActionResponse> {
  await getKnownApplications(context, request)
  return act(context, request.operationId, (row) => {
    const operation = { userId: row.user_id, applications: row.applications }
    const allowed = mayReject(operation, request)
    const transition = operationTransition(operationStateOf(row), { type: 'reject', allowed })
    return { ...transition, additionalData: allowed ? request.additionalData : null }
  })
}

/** By the back end. Throws ERR0034, ERR0036. */
export async function cancelOperation(
  context: PowerAuthContext,
  { operationId, statusReason, additionalData }: CancelOperationRequest,
): Promise<OperationDetail> {
  const { row } = await changeOperation(context, operationId, (operation) => ({
    ...operationTransition(operationStateOf(operation), { type: 'cancel', reason: statusReason ?? null }),
    additionalData,
  }))
  return operationDetailOf(context, row)
}

async function act(
  context: PowerAuthContext,
  operationId: string,
  decide: (row: OperationRow) => Decision | Promise<Decision>,
): Promise<OperationUserActionResponse> {
  const { row, result } = await changeOperation(context, operationId, decide)
  return { result: resultOf(result), operation: await operationDetailOf(context, row) }
}

type Decision = OperationTransition & { readonly additionalData: AdditionalData | null | undefined }

/** Every event of these methods has a result, or a refusal that was thrown. */
function resultOf(result: UserActionResult | undefined): UserActionResult {
  if (result === undefined) throw new Error('an action on an operation had no result')
  return result
}
