import type {
  Activation,
  GetActivationHistoryRequest,
  GetActivationHistoryResponse,
  GetActivationListForUserRequest,
  GetActivationListForUserResponse,
  LookupActivationsRequest,
  LookupActivationsResponse,
} from '@cloudsigner/contracts/powerauth-private'
import { readMoment, writeMoment } from '../domain/moments.ts'
import { listActivationsOfUser, lookupActivations as lookup } from '../store/activations.ts'
import { listHistory } from '../store/audit.ts'
import type { ActivationRow } from '../store/tables.ts'
import type { PowerAuthContext } from './context.ts'

/** What every answer about an activation tells of it. */
export function summarize(row: ActivationRow): Activation {
  return {
    activationId: row.activation_id,
    activationStatus: row.activation_status,
    blockedReason: row.blocked_reason,
    activationName: row.activation_name,
    userId: row.user_id,
    extras: row.extras,
    protocol: row.protocol,
    externalId: row.external_id,
    platform: row.platform,
    deviceInfo: row.device_info,
    applicationId: row.application_id,
    failedAttempts: row.failed_attempts,
    maxFailedAttempts: row.max_failed_attempts,
    timestampCreated: writeMoment(row.timestamp_created),
    timestampLastUsed: writeMoment(row.timestamp_last_used),
    timestampLastChange: row.timestamp_last_change === null ? null : writeMoment(row.timestamp_last_change),
    version: row.version,
    activationFlags: row.flags,
  }
}

const DEFAULT_PAGE_SIZE = 500

export async function getActivationListForUser(
  { db }: PowerAuthContext,
  request: GetActivationListForUserRequest,
): Promise<GetActivationListForUserResponse> {
  const limit = request.pageSize ?? DEFAULT_PAGE_SIZE
  const rows = await listActivationsOfUser(db, {
    userId: request.userId,
    applicationId: request.applicationId ?? undefined,
    statuses: listOrAll(request.activationStatuses),
    protocols: listOrAll(request.protocols)?.map((protocol) => protocol.toLowerCase()),
    limit,
    offset: (request.pageNumber ?? 0) * limit,
  })
  return { userId: request.userId, activations: rows.map(summarize) }
}

export async function lookupActivations(
  { db }: PowerAuthContext,
  request: LookupActivationsRequest,
): Promise<LookupActivationsResponse> {
  const moment = (value: LookupActivationsRequest['timestampLastUsedBefore']) =>
    value === undefined || value === null ? undefined : readMoment(value)
  const rows = await lookup(db, {
    userIds: request.userIds,
    applicationIds: listOrAll(request.applicationIds),
    lastUsedBefore: moment(request.timestampLastUsedBefore),
    lastUsedAfter: moment(request.timestampLastUsedAfter),
    status: request.activationStatus ?? undefined,
    flags: listOrAll(request.activationFlags),
  })
  return { activations: rows.map(summarize) }
}

export async function getActivationHistory(
  { db }: PowerAuthContext,
  request: GetActivationHistoryRequest,
): Promise<GetActivationHistoryResponse> {
  const { activationId } = request
  const rows = await listHistory(db, activationId, readMoment(request.timestampFrom), readMoment(request.timestampTo))
  return {
    items: rows.map((row) => ({
      id: row.id,
      activationId: row.activation_id,
      activationStatus: row.activation_status,
      eventReason: row.event_reason,
      externalUserId: row.external_user_id,
      activationName: row.activation_name,
      timestampCreated: writeMoment(row.timestamp_created),
      version: row.version,
    })),
  }
}

/** An empty list filters nothing, as an absent one. */
function listOrAll<T>(list: readonly T[] | null | undefined): readonly T[] | undefined {
  return list === null || list === undefined || list.length === 0 ? undefined : list
}
