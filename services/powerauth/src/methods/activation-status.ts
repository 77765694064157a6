import type { GetActivationStatusRequest, GetActivationStatusResponse } from '@cloudsigner/contracts/powerauth-private'
import {
  base64Decode,
  base64Encode,
  computeActivationFingerprint,
  computeCounterHash,
  encryptStatusBlob,
  randomStatusBlob,
  STATUS_NONCE_LENGTH,
  signActivationCode,
} from '@cloudsigner/powerauth-protocol'
import { activationOtpValidationOf } from '../domain/commit-phase.ts'
import { isPowerAuthError } from '../domain/errors.ts'
import { writeMoment } from '../domain/moments.ts'
import { findActivation } from '../store/activations.ts'
import { findApplication } from '../store/applications.ts'
import type { ActivationRow } from '../store/tables.ts'
import { getMasterPair, readKeys } from './activation-keys.ts'
import { summarize } from './activation-queries.ts'
import { changeActivation, isOverdue, stateOf } from './change-activation.ts'
import type { PowerAuthContext } from './context.ts'

/** The state of an activation and its blob for the device; an overdue activation is removed on the way. */
export async function getActivationStatus(
  context: PowerAuthContext,
  request: GetActivationStatusRequest,
): Promise<GetActivationStatusResponse> {
  const challenge = request.challenge ?? undefined
  const row = await currentActivation(context, request.activationId)
  if (row === undefined) return unknownActivation(context, request)
  const application = await findApplication(context.db, row.application_id)
  const blob = await encryptBlob(context, row, challenge)
  return {
    ...summarize(row),
    activationOtpValidation: activationOtpValidationOf(row.commit_phase, row.otp_hash !== null),
    commitPhase: row.commit_phase,
    encryptedStatusBlob: blob.encryptedStatusBlob,
    encryptedStatusBlobNonce: blob.nonce ?? null,
    ...(await waitingCode(context, row)),
    devicePublicKeyFingerprint: await fingerprint(context, row),
    applicationRoles: application?.roles ?? [],
  }
}

/** `encryptedStatusBlob` and, for a challenge (protocol 3.1 on), the server's nonce. */
export async function getStatusBlob(
  context: PowerAuthContext,
  activationId: string,
  challenge: string | undefined,
): Promise<StatusBlob> {
  const row = await currentActivation(context, activationId)
  return row === undefined ? randomBlob(context, challenge) : encryptBlob(context, row, challenge)
}

export interface StatusBlob {
  readonly encryptedStatusBlob: string
  readonly nonce?: string
}

async function currentActivation(context: PowerAuthContext, activationId: string): Promise<ActivationRow | undefined> {
  const row = await findActivation(context.db, activationId)
  if (row === undefined || !isOverdue(row, context.clock.now())) return row
  try {
    // Expires it, or finds that somebody else has moved it on meanwhile.
    return await changeActivation(context, activationId, (locked) => ({ state: stateOf(locked) }))
  } catch (error) {
    if (!isPowerAuthError(error) || error.code !== 'ERR0007') throw error
    return findActivation(context.db, activationId)
  }
}

async function encryptBlob(
  context: PowerAuthContext,
  row: ActivationRow,
  challenge: string | undefined,
): Promise<StatusBlob> {
  const { crypto, settings, random } = context
  const keyed = await readKeys(context, row)
  if (keyed === undefined) return randomBlob(context, challenge)
  const { transportKey } = keyed.keys
  const nonce = challenge === undefined ? undefined : random(STATUS_NONCE_LENGTH)
  const blob = await encryptStatusBlob(
    crypto,
    challenge === undefined
      ? { transportKey }
      : { transportKey, challenge: readChallenge(challenge), nonce: nonce ?? random(STATUS_NONCE_LENGTH) },
    {
      activationStatus: row.activation_status,
      currentVersion: 3,
      upgradeVersion: 3,
      ctrByte: row.counter % 256,
      failedAttempts: row.failed_attempts,
      maxFailedAttempts: row.max_failed_attempts,
      ctrLookAhead: settings.lookAhead,
      ctrDataHash: challenge === undefined ? random(16) : await computeCounterHash(crypto, transportKey, keyed.ctrData),
    },
  )
  return { encryptedStatusBlob: base64Encode(blob), ...(nonce === undefined ? {} : { nonce: base64Encode(nonce) }) }
}

function randomBlob({ crypto, random }: PowerAuthContext, challenge: string | undefined): StatusBlob {
  const encryptedStatusBlob = base64Encode(randomStatusBlob(crypto))
  if (challenge === undefined) return { encryptedStatusBlob }
  readChallenge(challenge)
  return { encryptedStatusBlob, nonce: base64Encode(random(STATUS_NONCE_LENGTH)) }
}

const readChallenge = (challenge: string): Uint8Array => base64Decode(challenge, 'challenge', STATUS_NONCE_LENGTH)

async function waitingCode(context: PowerAuthContext, row: ActivationRow) {
  const { activation_code: activationCode, activation_status: status } = row
  if (status !== 'CREATED' || activationCode === null) return { activationCode: null, activationSignature: null }
  const masterPair = await getMasterPair(context, context.db, row.application_id)
  return { activationCode, activationSignature: await signActivationCode(context.crypto, masterPair, activationCode) }
}

async function fingerprint({ crypto }: PowerAuthContext, row: ActivationRow): Promise<string | null> {
  const { device_public_key: devicePublicKey, server_public_key: serverPublicKey } = row
  if (devicePublicKey === null || serverPublicKey === null) return null
  return computeActivationFingerprint(crypto, { devicePublicKey, activationId: row.activation_id, serverPublicKey })
}

/** Nobody learns from the answer whether an activation was removed or never was. */
function unknownActivation(
  context: PowerAuthContext,
  { activationId, challenge }: GetActivationStatusRequest,
): GetActivationStatusResponse {
  const blob = randomBlob(context, challenge ?? undefined)
  const epoch = writeMoment(new Date(0))
  return {
    activationId,
    activationStatus: 'REMOVED',
    activationOtpValidation: 'NONE',
    commitPhase: 'ON_COMMIT',
    blockedReason: null,
    activationName: 'unknown',
    userId: 'unknown',
    extras: null,
    protocol: null,
    externalId: null,
    platform: null,
    deviceInfo: null,
    applicationId: null,
    failedAttempts: 0,
    maxFailedAttempts: context.settings.maxFailedAttempts,
    timestampCreated: epoch,
    timestampLastUsed: epoch,
    timestampLastChange: null,
    version: null,
    activationFlags: [],
    encryptedStatusBlob: blob.encryptedStatusBlob,
    encryptedStatusBlobNonce: blob.nonce ?? null,
    activationCode: null,
    activationSignature: null,
    devicePublicKeyFingerprint: null,
    applicationRoles: [],
  }
}
