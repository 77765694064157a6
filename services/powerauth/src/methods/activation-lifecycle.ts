import type {
  ActivationFlagsRequest,
  ActivationFlagsResponse,
  BlockActivationRequest,
  BlockActivationResponse,
  CommitActivationRequest,
  CommitActivationResponse,
  RemoveActivationRequest,
  RemoveActivationResponse,
  UnblockActivationRequest,
  UnblockActivationResponse,
  UpdateActivationNameRequest,
  UpdateActivationNameResponse,
  UpdateActivationOtpRequest,
  UpdateActivationOtpResponse,
  UpdateStatusForActivationsRequest,
  UpdateStatusForActivationsResponse,
} from '@cloudsigner/contracts/powerauth-private'
import { hashOtp } from '../adapters/otp-hash.ts'
import { type ActivationEvent, transition } from '../domain/activation.ts'
import { refuse } from '../domain/errors.ts'
import type { LabelChange } from '../domain/labels.ts'
import { findActivation, lockActivation } from '../store/activations.ts'
import { checkOtp, otpOf } from './activation-otp.ts'
import { changeActivation, stateOf, storeChange } from './change-activation.ts'
import type { PowerAuthContext } from './context.ts'

export async function commitActivation(
  context: PowerAuthContext,
  request: CommitActivationRequest,
): Promise<CommitActivationResponse> {
  const { activationId } = request
  const checked = await checkOtp(context.db, activationId, request.activationOtp)
  await changeActivation(
    context,
    activationId,
    (row) => transition(stateOf(row), { type: 'commit', otp: otpOf(row, checked) }),
    request.externalUserId ?? null,
  )
  return { activationId, activated: true }
}

export async function updateActivationOtp(
  context: PowerAuthContext,
  request: UpdateActivationOtpRequest,
): Promise<UpdateActivationOtpResponse> {
  const { activationId } = request
  const hash = await hashOtp(request.activationOtp, context.random)
  await changeActivation(
    context,
    activationId,
    (row) => ({ ...transition(stateOf(row), { type: 'updateOtp' }), columns: { otp_hash: hash } }),
    request.externalUserId ?? null,
  )
  return { activationId, updated: true }
}

export async function updateActivationName(
  context: PowerAuthContext,
  request: Omit<UpdateActivationNameRequest, 'externalUserId'> & { readonly externalUserId: string | null },
): Promise<UpdateActivationNameResponse> {
  const { activationId, activationName, externalUserId } = request
  const row = await changeActivation(
    context,
    activationId,
    (locked) => {
      const change = transition(stateOf(locked), { type: 'updateName' })
      return change.refused === undefined ? { ...change, columns: { activation_name: activationName } } : change
    },
    externalUserId,
  )
  return { activationId, activationName, activationStatus: row.activation_status }
}

export async function blockActivation(
  context: PowerAuthContext,
  request: BlockActivationRequest,
): Promise<BlockActivationResponse> {
  const event: ActivationEvent = { type: 'block', reason: request.reason ?? null }
  const row = await moveActivation(context, request, event)
  return {
    activationId: row.activation_id,
    activationStatus: row.activation_status,
    blockedReason: row.blocked_reason,
  }
}

export async function unblockActivation(
  context: PowerAuthContext,
  request: UnblockActivationRequest,
): Promise<UnblockActivationResponse> {
  const row = await moveActivation(context, request, { type: 'unblock' })
  return { activationId: row.activation_id, activationStatus: row.activation_status }
}

/** Removes in any state. */
export async function removeActivation(
  context: PowerAuthContext,
  request: RemoveActivationRequest,
): Promise<RemoveActivationResponse> {
  const { activationId } = request
  const { db, clock } = context
  await db.transaction().execute(async (transaction) => {
    const row = await lockActivation(transaction, activationId)
    if (row === undefined) throw refuse('ERR0009', { activationId })
    const change = transition(stateOf(row), { type: 'remove' })
    await storeChange(context, transaction, row, change, clock.now(), request.externalUserId ?? null)
  })
  return { activationId, removed: true }
}

/** What each status that a back end may ask for in bulk means as an event. */
const eventOfStatus: Readonly<Partial<Record<string, ActivationEvent>>> = {
  ACTIVE: { type: 'unblock' },
  BLOCKED: { type: 'block', reason: null },
  REMOVED: { type: 'remove' },
}

/** All of the activations, or none. */
export async function updateStatusForActivations(
  context: PowerAuthContext,
  request: UpdateStatusForActivationsRequest,
): Promise<UpdateStatusForActivationsResponse> {
  const event = eventOfStatus[request.activationStatus]
  if (event === undefined) throw refuse('ERR0008', { activationStatus: request.activationStatus })
  const { db, clock } = context
  await db.transaction().execute(async (transaction) => {
    // In one order for everybody, so that two such calls cannot wait for each other.
    for (const activationId of [...new Set(request.activationIds)].sort()) {
      const row = await lockActivation(transaction, activationId)
      if (row === undefined) throw refuse('ERR0009', { activationId })
      const change = transition(stateOf(row), event)
      if (change.refused !== undefined) throw refuse(change.refused, { activationId })
      await storeChange(context, transaction, row, change, clock.now())
    }
  })
  return { updated: true }
}

export async function listActivationFlags(
  { db }: PowerAuthContext,
  { activationId }: { activationId: string },
): Promise<ActivationFlagsResponse> {
  const row = await findActivation(db, activationId)
  if (row === undefined) throw refuse('ERR0009', { activationId })
  return { activationId, activationFlags: row.flags }
}

/** The flags after `change` of those before. */
export async function changeActivationFlags(
  context: PowerAuthContext,
  request: ActivationFlagsRequest,
  change: LabelChange,
): Promise<ActivationFlagsResponse> {
  const { activationId, activationFlags } = request
  const row = await changeActivation(context, activationId, (locked) => ({
    state: stateOf(locked),
    columns: { flags: change(locked.flags, activationFlags) },
  }))
  return { activationId, activationFlags: row.flags }
}

function moveActivation(
  context: PowerAuthContext,
  request: { readonly activationId: string; readonly externalUserId?: string | null },
  event: ActivationEvent,
) {
  return changeActivation(
    context,
    request.activationId,
    (row) => transition(stateOf(row), event),
    request.externalUserId ?? null,
  )
}
