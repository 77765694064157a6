import type { InitActivationRequest, InitActivationResponse } from '@cloudsigner/contracts/powerauth-private'
import { generateActivationCode, signActivationCode } from '@cloudsigner/powerauth-protocol'
import { hashOtp } from '../adapters/otp-hash.ts'
import { resolveCommitPhase } from '../domain/commit-phase.ts'
import { refuse } from '../domain/errors.ts'
import { readMoment } from '../domain/moments.ts'
import { insertActivation } from '../store/activations.ts'
import { findApplication } from '../store/applications.ts'
import { insertHistory } from '../store/audit.ts'
import type { ActivationRow, Db } from '../store/tables.ts'
import { getMasterPair } from './activation-keys.ts'
import { tellActivation } from './callback-events.ts'
import type { PowerAuthContext } from './context.ts'
import { newUuid } from './identifiers.ts'

/** server-api §8: identifiers and codes are tried ten times. */
const GENERATION_TRIES = 10

/** What a back end says of an activation before a device does. */
export type ActivationOrder = Pick<
  InitActivationRequest,
  'userId' | 'applicationId' | 'timestampActivationExpire' | 'maxFailureCount' | 'activationOtp'
> &
  Partial<Pick<InitActivationRequest, 'commitPhase' | 'activationOtpValidation' | 'protocol' | 'flags'>>

export async function initActivation(
  context: PowerAuthContext,
  request: InitActivationRequest,
): Promise<InitActivationResponse> {
  const { userId, applicationId } = request
  if ((request.protocol ?? 'powerauth').toLowerCase() !== 'powerauth') {
    throw refuse('ERR0024', { reason: 'protocol', protocol: request.protocol })
  }
  const { db, crypto } = context
  if ((await findApplication(db, applicationId)) === undefined) throw refuse('ERR0015', { applicationId })
  const masterPair = await getMasterPair(context, db, applicationId)
  const order = await newActivation(context, request)
  const { activationId, activationCode } = await db
    .transaction()
    .execute((transaction) => insertWithCode(context, transaction, order))
  const activationSignature = await signActivationCode(crypto, masterPair, activationCode)
  return { activationId, activationCode, activationSignature, userId, applicationId }
}

async function insertWithCode(context: PowerAuthContext, db: Db, order: NewActivation) {
  for (let attempt = 0; attempt < GENERATION_TRIES; attempt++) {
    const activationId = newUuid(context.random)
    const activationCode = generateActivationCode(context.crypto)
    if (await insertCreated(context, db, { ...order, activation_id: activationId, activation_code: activationCode })) {
      return { activationId, activationCode }
    }
  }
  throw refuse('ERR0006')
}

export type NewActivation = Omit<ActivationRow, 'activation_id' | 'activation_code'>

/** A row in CREATED, its history and what callback URLs are owed. False where its code waits already, or its identifier exists. */
export async function insertCreated(context: PowerAuthContext, db: Db, row: ActivationRow): Promise<boolean> {
  if (!(await insertActivation(db, row))) return false
  await insertHistory(db, {
    activation_id: row.activation_id,
    activation_status: row.activation_status,
    event_reason: null,
    external_user_id: null,
    activation_name: null,
    version: null,
    timestamp_created: row.timestamp_created,
  })
  await tellActivation(context, db, row)
  return true
}

/** Throws ERR0024 where it would be over before it began, ERR0032 for an OTP that no phase would check. */
export async function newActivation(context: PowerAuthContext, order: ActivationOrder): Promise<NewActivation> {
  const { clock, random, settings } = context
  const now = clock.now()
  const expires =
    order.timestampActivationExpire === undefined || order.timestampActivationExpire === null
      ? new Date(now.getTime() + settings.activationValidity)
      : readMoment(order.timestampActivationExpire)
  if (expires <= now) throw refuse('ERR0024', { reason: 'timestampActivationExpire is over' })
  const commitPhase = resolveCommitPhase(order)
  const otp = order.activationOtp ?? null
  return {
    application_id: order.applicationId,
    user_id: order.userId,
    activation_status: 'CREATED',
    blocked_reason: null,
    commit_phase: commitPhase,
    otp_hash: otp === null ? null : await hashOtp(otp, random),
    activation_name: null,
    extras: null,
    platform: null,
    device_info: null,
    external_id: null,
    protocol: 'powerauth',
    flags: [...new Set(order.flags ?? [])],
    failed_attempts: 0,
    max_failed_attempts: order.maxFailureCount ?? settings.maxFailedAttempts,
    version: null,
    device_public_key: null,
    server_public_key: null,
    server_private_key_sealed: null,
    ctr_data: null,
    counter: 0,
    timestamp_created: now,
    timestamp_expires: expires,
    timestamp_last_used: now,
    timestamp_last_change: null,
  }
}
