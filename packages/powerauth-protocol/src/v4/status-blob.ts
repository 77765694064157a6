/** The status of an activation in 4.0: 80 bytes under a MAC, inside the end-to-end encryption. */
import { type CounterSynchronization, type LocalCounter, synchronize } from '../counter/synchronize.ts'
import { concat, constantTimeEqual, requireLength } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { type ActivationState, activationStates } from '../v3/status-blob.ts'
import { COUNTER_LENGTH, nextCounter } from './counter.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import { KEY_LENGTH, requireKey } from './kdf.ts'
import type { UtilityKeys } from './key-tree.ts'

/** What the blob says. All numbers fit a byte. */
export interface ActivationStatus {
  readonly activationStatus: ActivationState
  /** 4; 3 while an upgrade waits for its confirmation. */
  readonly currentVersion: number
  /** The version that the server offers. */
  readonly upgradeVersion: number
  /** The device has not confirmed its activation yet. */
  readonly activationConfirmationPending: boolean
  /** The device has not confirmed its upgrade yet. */
  readonly upgradeConfirmationPending: boolean
  /** The server does not support the activation's suite any more. */
  readonly algorithmUnsupported: boolean
  readonly biometryEnabled: boolean
  /** CTR_BYTE: the low byte of the numeric counter. */
  readonly ctrByte: number
  readonly failedAttempts: number
  readonly maxFailedAttempts: number
  /** CTR_LOOK_AHEAD: the server's window. */
  readonly ctrLookAhead: number
  /** CTR_DATA_HASH: what `computeCounterHash` makes, 32 bytes. */
  readonly ctrDataHash: Uint8Array
}

const BLOB_LENGTH = 80
const MAC_OFFSET = 48
const RESERVED = 4
const magic: Uint8Array = Uint8Array.of(0xde, 0xc0, 0xde, 0xd4)
const flagBits = {
  activationConfirmationPending: 1,
  upgradeConfirmationPending: 2,
  algorithmUnsupported: 4,
  biometryEnabled: 8,
} as const satisfies Partial<Record<keyof ActivationStatus, number>>

/** Server side. Base64 it for `activationStatus`. */
export async function buildStatusBlob(
  crypto: CryptoProviderV4,
  keys: Pick<UtilityKeys, 'statusMacKey'>,
  status: ActivationStatus,
): Promise<Uint8Array> {
  let flags = 0
  for (const [name, bit] of Object.entries(flagBits)) if (status[name as keyof typeof flagBits]) flags |= bit
  const data = concat(
    magic,
    bytes(activationStates[status.activationStatus], status.currentVersion, status.upgradeVersion, flags),
    crypto.random(RESERVED),
    bytes(status.ctrByte, status.failedAttempts, status.maxFailedAttempts, status.ctrLookAhead),
    requireLength(status.ctrDataHash, KEY_LENGTH, 'ctrDataHash'),
  )
  return concat(data, await macOf(crypto, keys, data))
}

/** Client side. Throws `invalid_status` where the blob does not parse or its MAC is not this activation's. */
export async function readStatusBlob(
  crypto: CryptoProviderV4,
  keys: Pick<UtilityKeys, 'statusMacKey'>,
  blob: Uint8Array,
): Promise<ActivationStatus> {
  if (blob.length !== BLOB_LENGTH) throw invalid(`it does not have ${BLOB_LENGTH} bytes`)
  const mac = await macOf(crypto, keys, blob.subarray(0, MAC_OFFSET))
  if (!constantTimeEqual(mac, blob.subarray(MAC_OFFSET))) throw invalid('it does not authenticate')
  if (!constantTimeEqual(blob.subarray(0, 4), magic)) throw invalid('it is no status of 4.0')
  const [state, currentVersion = 0, upgradeVersion = 0, flags = 0] = blob.subarray(4)
  const [ctrByte = 0, failedAttempts = 0, maxFailedAttempts = 0, ctrLookAhead = 0] = blob.subarray(12)
  const has = (name: keyof typeof flagBits) => (flags & flagBits[name]) !== 0
  return {
    activationStatus: stateOf(state),
    currentVersion,
    upgradeVersion,
    activationConfirmationPending: has('activationConfirmationPending'),
    upgradeConfirmationPending: has('upgradeConfirmationPending'),
    algorithmUnsupported: has('algorithmUnsupported'),
    biometryEnabled: has('biometryEnabled'),
    ctrByte,
    failedAttempts,
    maxFailedAttempts,
    ctrLookAhead,
    ctrDataHash: blob.slice(16, MAC_OFFSET),
  }
}

/** CTR_DATA_HASH = KMAC256(KEY_MAC_CTR_DATA, CTR_DATA, "PA4MAC-CTR") */
export async function computeCounterHash(
  crypto: CryptoProviderV4,
  keys: Pick<UtilityKeys, 'ctrDataMacKey'>,
  ctrData: Uint8Array,
): Promise<Uint8Array> {
  requireLength(ctrData, COUNTER_LENGTH, 'ctrData')
  return crypto.kmac256(requireKey(keys.ctrDataMacKey, 'ctrDataMacKey'), ctrData, KEY_LENGTH, 'PA4MAC-CTR')
}

/** Compares the client's counter with a status. */
export async function synchronizeCounter(
  crypto: CryptoProviderV4,
  keys: Pick<UtilityKeys, 'ctrDataMacKey'>,
  local: LocalCounter,
  status: Pick<ActivationStatus, 'ctrByte' | 'ctrDataHash' | 'ctrLookAhead'>,
): Promise<CounterSynchronization> {
  const functions = {
    hash: (ctrData: Uint8Array) => computeCounterHash(crypto, keys, ctrData),
    next: (ctrData: Uint8Array) => nextCounter(crypto, ctrData),
  }
  return synchronize(functions, local, status)
}

async function macOf(crypto: CryptoProviderV4, keys: Pick<UtilityKeys, 'statusMacKey'>, data: Uint8Array) {
  return crypto.kmac256(requireKey(keys.statusMacKey, 'statusMacKey'), data, KEY_LENGTH, 'PA4MAC-STATUS')
}

function stateOf(value: number | undefined): ActivationState {
  const states = Object.keys(activationStates) as ActivationState[]
  const state = states.find((name) => activationStates[name] === value)
  if (state === undefined) throw invalid('its state is unknown')
  return state
}

function bytes(...values: readonly number[]): Uint8Array {
  if (values.some((value) => !Number.isInteger(value) || value < 0 || value > 255)) {
    throw new ProtocolError('invalid_argument', 'A number of the status blob must fit a byte')
  }
  return Uint8Array.from(values)
}

function invalid(reason: string): ProtocolError {
  return new ProtocolError('invalid_status', `The status is refused: ${reason}`)
}
