import type {
  CreateActivationRequest,
  CreateActivationResponse,
  PrepareActivationRequest,
  PrepareActivationResponse,
} from '@cloudsigner/contracts/powerauth-private'
import { ActivationLayer2Request, type ActivationLayer2Response } from '@cloudsigner/contracts/powerauth-public'
import {
  base64Decode,
  base64Encode,
  decodePublicKey,
  ProtocolError,
  parseProtocolVersion,
} from '@cloudsigner/powerauth-protocol'
import { Check } from 'typebox/value'
import { transition } from '../domain/activation.ts'
import { refuse } from '../domain/errors.ts'
import { findWaitingActivationId, lockActivation } from '../store/activations.ts'
import { findApplication } from '../store/applications.ts'
import { seal } from '../store/sealed.ts'
import type { ActivationRow, Db } from '../store/tables.ts'
import { insertCreated, newActivation } from './activation-init.ts'
import { checkOtp, otpOf } from './activation-otp.ts'
import { type Change, changeActivation, stateOf, storeChange } from './change-activation.ts'
import type { PowerAuthContext } from './context.ts'
import { getSupportedApplication, type OpenedEnvelope, openEnvelope, type SupportedApplication } from './envelopes.ts'
import { newUuid } from './identifiers.ts'

/** The protocol's major version of the activations made here. */
const VERSION = 3

/** Exchanges keys for the activation that waits for a code: CREATED → PENDING_COMMIT, or ACTIVE. */
export async function prepareActivation(
  context: PowerAuthContext,
  request: PrepareActivationRequest,
): Promise<PrepareActivationResponse> {
  const application = await getSupportedApplication(context, context.db, request.applicationKey)
  const activationId = await findWaitingActivationId(context.db, request.activationCode)
  if (activationId === undefined) throw refuse('ERR0009', { reason: 'no activation waits for the code' })
  const { envelope, payload } = await openLayer2(context, application, request)
  const checked = await checkOtp(context.db, activationId, payload.activationOtp)
  const exchange = await newExchange(context, payload)
  const row = await changeActivation(context, activationId, (locked) => {
    if (locked.application_id !== application.applicationId) throw refuse('ERR0009', { reason: 'other application' })
    const state = stateOf(locked)
    if (exchange === undefined) return transition(state, { type: 'invalidDeviceKey' })
    const change = transition(state, { type: 'prepare', otp: otpOf(locked, checked) })
    return withKeys(context, locked, change, payload, exchange)
  })
  return answer(context.db, row, envelope, exchange)
}

/** Init and prepare in one, for back ends that know their user otherwise: → PENDING_COMMIT. */
export async function createActivation(
  context: PowerAuthContext,
  request: CreateActivationRequest,
): Promise<CreateActivationResponse> {
  const { db, clock, random } = context
  const application = await getSupportedApplication(context, db, request.applicationKey)
  const { envelope, payload } = await openLayer2(context, application, request)
  const exchange = await newExchange(context, payload)
  if (exchange === undefined) throw refuse('ERR0010', { reason: 'device public key' })
  const order = await newActivation(context, { ...request, applicationId: application.applicationId })
  const row = await db.transaction().execute(async (transaction) => {
    const activationId = newUuid(random)
    await insertCreated(context, transaction, { ...order, activation_id: activationId, activation_code: null })
    const created = await lockActivation(transaction, activationId)
    if (created === undefined) throw refuse('ERR0005')
    const otp = payload.activationOtp === undefined || payload.activationOtp === null ? 'absent' : 'wrong'
    const change = transition(stateOf(created), { type: 'prepare', otp })
    if (change.refused !== undefined) throw refuse(change.refused)
    return storeChange(
      context,
      transaction,
      created,
      withKeys(context, created, change, payload, exchange),
      clock.now(),
    )
  })
  return answer(db, row, envelope, exchange)
}

async function openLayer2(
  context: PowerAuthContext,
  application: SupportedApplication,
  request: PrepareActivationRequest | CreateActivationRequest,
): Promise<{ readonly envelope: OpenedEnvelope; readonly payload: ActivationLayer2Request }> {
  const version = parseProtocolVersion(request.protocolVersion)
  const envelope = await openEnvelope(context, { version, sharedInfo1: '/pa/activation', application }, request)
  const payload = envelope.json()
  if (!Check(ActivationLayer2Request, payload)) throw refuse('ERR0024', { reason: 'layer 2 payload' })
  return { envelope, payload }
}

interface Exchange {
  readonly devicePublicKey: Uint8Array
  readonly serverPublicKey: Uint8Array
  readonly serverPrivateKey: Uint8Array
  readonly ctrData: Uint8Array
}

/** Undefined where the device's key is no point of the curve: that ends the activation. */
async function newExchange(
  { crypto, random }: PowerAuthContext,
  payload: ActivationLayer2Request,
): Promise<Exchange | undefined> {
  let devicePublicKey: Uint8Array
  try {
    devicePublicKey = decodePublicKey(base64Decode(payload.devicePublicKey, 'devicePublicKey'))
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
  const pair = await crypto.generateP256KeyPair()
  const ctrData = random(16)
  return { devicePublicKey, serverPublicKey: pair.publicKey, serverPrivateKey: pair.privateKey, ctrData }
}

function withKeys(
  { secretBox }: PowerAuthContext,
  row: ActivationRow,
  change: Change,
  payload: ActivationLayer2Request,
  exchange: Exchange,
): Change {
  if (change.refused !== undefined) return change
  return {
    ...change,
    columns: {
      activation_name: payload.activationName ?? null,
      extras: payload.extras ?? null,
      platform: payload.platform ?? null,
      device_info: payload.deviceInfo ?? null,
      version: VERSION,
      device_public_key: exchange.devicePublicKey,
      server_public_key: exchange.serverPublicKey,
      server_private_key_sealed: seal(secretBox, 'serverPrivateKey', row.activation_id, exchange.serverPrivateKey),
      ctr_data: exchange.ctrData,
    },
  }
}

async function answer(
  db: Db,
  row: ActivationRow,
  envelope: OpenedEnvelope,
  exchange: Exchange | undefined,
): Promise<PrepareActivationResponse> {
  // changeActivation has thrown where there was no exchange.
  if (exchange === undefined) throw refuse('ERR0009')
  const layer2: ActivationLayer2Response = {
    activationId: row.activation_id,
    serverPublicKey: base64Encode(exchange.serverPublicKey),
    ctrData: base64Encode(exchange.ctrData),
  }
  const { encryptedData, mac, nonce, timestamp } = await envelope.answer(layer2)
  const application = await findApplication(db, row.application_id)
  return {
    activationId: row.activation_id,
    userId: row.user_id,
    applicationId: row.application_id,
    applicationRoles: application?.roles ?? [],
    protocol: row.protocol,
    activationStatus: row.activation_status,
    encryptedData,
    mac,
    nonce: nonce ?? null,
    timestamp: timestamp ?? null,
  }
}
