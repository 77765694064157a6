import type {
  CallbackUrl,
  CreateCallbackUrlRequest,
  GetCallbackUrlListRequest,
  GetCallbackUrlListResponse,
  RemoveCallbackUrlRequest,
  RemoveCallbackUrlResponse,
  UpdateCallbackUrlRequest,
} from '@cloudsigner/contracts/powerauth-private'
import { isCallbackUrl } from '@cloudsigner/service'
import {
  publicAuthentication,
  readAuthentication,
  type StoredAuthentication,
} from '../domain/callback-authentication.ts'
import { callbackUrlDefaults } from '../domain/callback-defaults.ts'
import { readDuration, writeDuration } from '../domain/duration.ts'
import { refuse } from '../domain/errors.ts'
import { findApplication } from '../store/applications.ts'
import {
  type CallbackUrlRow,
  deleteCallbackUrl,
  insertCallbackUrl,
  listCallbackUrls,
  lockCallbackUrl,
  updateCallbackUrlRow,
} from '../store/callback-urls.ts'
import { sealAuthentication, unsealAuthentication } from './callback-destinations.ts'
import type { PowerAuthContext } from './context.ts'
import { newUuid } from './identifiers.ts'

/** Throws ERR0014 for what is no http or https address, ERR0015, and ERR0024. */
export async function createCallbackUrl(
  context: PowerAuthContext,
  request: CreateCallbackUrlRequest,
): Promise<CallbackUrl> {
  requireUrl(request)
  const { applicationId } = request
  if ((await findApplication(context.db, applicationId)) === undefined) throw refuse('ERR0015', { applicationId })
  const now = context.clock.now()
  const id = newUuid(context.random)
  const authentication = readAuthentication(request.authentication)
  const row: CallbackUrlRow = {
    id,
    application_id: applicationId,
    timestamp_created: now,
    ...columnsOf(context, id, request, authentication, now),
  }
  await insertCallbackUrl(context.db, row)
  return viewOf(row, authentication)
}

/** Throws ERR0024 where there is none of this id and application, ERR0014. */
export async function updateCallbackUrl(
  context: PowerAuthContext,
  request: UpdateCallbackUrlRequest,
): Promise<CallbackUrl> {
  const { id, applicationId } = request
  return context.db.transaction().execute(async (db) => {
    const former = await lockCallbackUrl(db, id)
    if (former?.application_id !== applicationId) throw refuse('ERR0024', { reason: 'no such callback URL', id })
    requireUrl(request)
    const authentication = readAuthentication(
      request.authentication,
      unsealAuthentication(context.secretBox, id, former.authentication_sealed),
    )
    const columns = columnsOf(context, id, request, authentication, context.clock.now())
    await updateCallbackUrlRow(db, id, columns)
    return viewOf({ ...former, ...columns }, authentication)
  })
}

export async function getCallbackUrlList(
  { db, secretBox }: PowerAuthContext,
  { applicationId }: GetCallbackUrlListRequest,
): Promise<GetCallbackUrlListResponse> {
  const rows = await listCallbackUrls(db, applicationId)
  const view = (row: CallbackUrlRow) => viewOf(row, unsealAuthentication(secretBox, row.id, row.authentication_sealed))
  return { callbackUrlList: rows.map(view) }
}

/** Its events that wait are given up with it. */
export async function removeCallbackUrl(
  { db, outbox }: PowerAuthContext,
  { id }: RemoveCallbackUrlRequest,
): Promise<RemoveCallbackUrlResponse> {
  return db.transaction().execute(async (transaction) => {
    const removed = await deleteCallbackUrl(transaction, id)
    if (removed) await outbox.abandon(transaction, id)
    return { id, removed }
  })
}

function requireUrl({ callbackUrl }: CreateCallbackUrlRequest): void {
  if (!isCallbackUrl(callbackUrl)) throw refuse('ERR0014')
}

function columnsOf(
  { secretBox }: PowerAuthContext,
  id: string,
  request: CreateCallbackUrlRequest,
  authentication: StoredAuthentication,
  now: Date,
) {
  const { retentionPeriod, initialBackoff } = request
  const duration = (given: string | number | null | undefined) =>
    given === undefined || given === null ? null : readDuration(given)
  return {
    name: request.name,
    type: request.type,
    callback_url: request.callbackUrl,
    attributes: [...new Set(request.attributes ?? [])],
    authentication_sealed: sealAuthentication(secretBox, id, authentication),
    retention_period: duration(retentionPeriod),
    initial_backoff: duration(initialBackoff),
    max_attempts: request.maxAttempts ?? null,
    timestamp_last_updated: now,
  }
}

function viewOf(row: CallbackUrlRow, authentication: StoredAuthentication): CallbackUrl {
  return {
    id: row.id,
    applicationId: row.application_id,
    name: row.name,
    type: row.type,
    callbackUrl: row.callback_url,
    attributes: row.attributes,
    authentication: publicAuthentication(authentication),
    retentionPeriod: writeDuration(row.retention_period ?? callbackUrlDefaults.retentionSeconds),
    initialBackoff: writeDuration(row.initial_backoff ?? callbackUrlDefaults.initialBackOffSeconds),
    maxAttempts: row.max_attempts ?? callbackUrlDefaults.maxAttempts,
  }
}
