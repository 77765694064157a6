/** The encrypted status of an activation: 32 bytes that only this activation's device can read. */
import type { CryptoProvider } from '../crypto-provider.ts'
import { concat, constantTimeEqual, requireLength } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { decryptBlocks, encryptBlocks } from './aes-no-padding.ts'
import { kdf, kdfInternal, ZERO_IV } from './kdf.ts'
import { keyIndex } from './keys.ts'

/** The numbers of the blob. */
export const activationStates = { CREATED: 1, PENDING_COMMIT: 2, ACTIVE: 3, BLOCKED: 4, REMOVED: 5 } as const
export type ActivationState = keyof typeof activationStates

/** What the blob says. All numbers fit a byte. */
export interface ActivationStatus {
  readonly activationStatus: ActivationState
  /** Version of the activation's cryptography: 3. */
  readonly currentVersion: number
  /** The version that the server offers. */
  readonly upgradeVersion: number
  /** CTR_BYTE: the low byte of the numeric counter. */
  readonly ctrByte: number
  readonly failedAttempts: number
  readonly maxFailedAttempts: number
  /** CTR_LOOK_AHEAD: the server's window. */
  readonly ctrLookAhead: number
  /** CTR_DATA_HASH: what `computeCounterHash` makes (random in 3.0). */
  readonly ctrDataHash: Uint8Array
}

/** The key, and for 3.1 on both sides' 16 random bytes. Without them the IV is zero, as in 3.0. */
export interface StatusBlobContext {
  readonly transportKey: Uint8Array
  readonly challenge?: Uint8Array
  readonly nonce?: Uint8Array
}

export const STATUS_NONCE_LENGTH = 16
const BLOB_LENGTH = 32
const magic: Uint8Array = Uint8Array.of(0xde, 0xc0, 0xde, 0xd1)

/** Server side. Base64 it for `encryptedStatusBlob`, and the nonce beside it. */
export async function encryptStatusBlob(
  crypto: CryptoProvider,
  context: StatusBlobContext,
  status: ActivationStatus,
): Promise<Uint8Array> {
  const blob = concat(
    magic,
    bytes(activationStates[status.activationStatus], status.currentVersion, status.upgradeVersion),
    crypto.random(5),
    bytes(status.ctrByte, status.failedAttempts, status.maxFailedAttempts, status.ctrLookAhead),
    requireLength(status.ctrDataHash, 16, 'ctrDataHash'),
  )
  return encryptBlocks(crypto, transportKeyOf(context), await statusBlobIv(crypto, context), blob)
}

/** Client side. Null where the blob is not of this activation: it does not exist any more, or never did. */
export async function decryptStatusBlob(
  crypto: CryptoProvider,
  context: StatusBlobContext,
  encrypted: Uint8Array,
): Promise<ActivationStatus | null> {
  requireLength(encrypted, BLOB_LENGTH, 'encryptedStatusBlob')
  const iv = await statusBlobIv(crypto, context)
  const blob = await decryptBlocks(crypto, transportKeyOf(context), iv, encrypted)
  if (!constantTimeEqual(blob.subarray(0, 4), magic)) return null
  const [state, currentVersion = 0, upgradeVersion = 0] = blob.subarray(4)
  const [ctrByte = 0, failedAttempts = 0, maxFailedAttempts = 0, ctrLookAhead = 0] = blob.subarray(12)
  const activationStatus = stateOf(state)
  if (activationStatus === undefined) return null
  return {
    activationStatus,
    currentVersion,
    upgradeVersion,
    ctrByte,
    failedAttempts,
    maxFailedAttempts,
    ctrLookAhead,
    ctrDataHash: blob.slice(16),
  }
}

/** Server side: what is answered for an activation that has no keys, so that nobody learns whether it exists. */
export function randomStatusBlob(crypto: CryptoProvider): Uint8Array {
  return crypto.random(BLOB_LENGTH)
}

/** KDF_INTERNAL(KEY_TRANSPORT_IV, challenge || nonce) */
export async function statusBlobIv(crypto: CryptoProvider, context: StatusBlobContext): Promise<Uint8Array> {
  const { challenge, nonce } = context
  if (challenge === undefined && nonce === undefined) return ZERO_IV
  const data = concat(
    requireLength(challenge ?? new Uint8Array(), STATUS_NONCE_LENGTH, 'challenge'),
    requireLength(nonce ?? new Uint8Array(), STATUS_NONCE_LENGTH, 'nonce'),
  )
  return kdfInternal(crypto, await kdf(crypto, transportKeyOf(context), keyIndex.transportIvKey), data)
}

function transportKeyOf(context: StatusBlobContext): Uint8Array {
  return requireLength(context.transportKey, 16, 'transportKey')
}

function stateOf(value: number | undefined): ActivationState | undefined {
  const states: readonly ActivationState[] = ['CREATED', 'PENDING_COMMIT', 'ACTIVE', 'BLOCKED', 'REMOVED']
  return states.find((state) => activationStates[state] === value)
}

function bytes(...values: readonly number[]): Uint8Array {
  if (values.some((value) => !Number.isInteger(value) || value < 0 || value > 255)) {
    throw new ProtocolError('invalid_argument', 'A number of the status blob must fit a byte')
  }
  return Uint8Array.from(values)
}
