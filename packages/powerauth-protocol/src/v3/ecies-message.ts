/** One direction of ECIES: AES-CBC under a nonce-derived IV, then HMAC over the cryptogram and shared info 2. */
import type { CryptoProvider } from '../crypto-provider.ts'
import { concat, concatWithSizes, constantTimeEqual, long8, requireLength } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { kdfInternal, ZERO_IV } from './kdf.ts'
import { type ProtocolVersion, versionTraits } from './version.ts'

/** What both directions of one exchange share. */
export interface Envelope {
  readonly version: ProtocolVersion
  /** K_ENC || K_MAC || K_IV, 48 bytes. */
  readonly envelopeKey: Uint8Array
  /** The base of shared info 2, 32 bytes. */
  readonly sharedInfo2: Uint8Array
  /** Enters the MAC from 3.2 on. */
  readonly associatedData: Uint8Array
}

/** What is its own in each direction. `ephemeralPublicKey` is empty in a response. */
export interface MessageContext {
  readonly nonce: Uint8Array | undefined
  readonly timestamp: number | undefined
  readonly ephemeralPublicKey: Uint8Array
}

export async function sealMessage(
  crypto: CryptoProvider,
  envelope: Envelope,
  context: MessageContext,
  plaintext: Uint8Array,
): Promise<{ encryptedData: Uint8Array; mac: Uint8Array }> {
  const { encryptionKey, ivKey } = keysOf(envelope)
  const iv = await initializationVector(crypto, envelope, ivKey, context)
  const encryptedData = await crypto.aesCbcEncrypt(encryptionKey, iv, plaintext)
  return { encryptedData, mac: await authenticate(crypto, envelope, context, encryptedData) }
}

/** Throws `decryption_failed`; the MAC is checked before anything is decrypted. */
export async function openMessage(
  crypto: CryptoProvider,
  envelope: Envelope,
  context: MessageContext,
  message: { readonly encryptedData: Uint8Array; readonly mac: Uint8Array },
): Promise<Uint8Array> {
  const expected = await authenticate(crypto, envelope, context, message.encryptedData)
  if (!constantTimeEqual(expected, message.mac)) {
    throw new ProtocolError('decryption_failed', 'An encrypted message does not authenticate')
  }
  const { encryptionKey, ivKey } = keysOf(envelope)
  const iv = await initializationVector(crypto, envelope, ivKey, context)
  try {
    return await crypto.aesCbcDecrypt(encryptionKey, iv, message.encryptedData)
  } catch (cause) {
    throw new ProtocolError('decryption_failed', 'An encrypted message does not decrypt', { cause })
  }
}

function keysOf(envelope: Envelope) {
  const key = requireLength(envelope.envelopeKey, 48, 'envelopeKey')
  return { encryptionKey: key.subarray(0, 16), macKey: key.subarray(16, 32), ivKey: key.subarray(32) }
}

async function initializationVector(
  crypto: CryptoProvider,
  envelope: Envelope,
  ivKey: Uint8Array,
  context: MessageContext,
): Promise<Uint8Array> {
  if (!versionTraits[envelope.version].nonce) return ZERO_IV
  return kdfInternal(crypto, ivKey, requireLength(context.nonce ?? new Uint8Array(), 16, 'nonce'))
}

/** HMAC(K_MAC, C || SH2), where SH2 is the base alone up to 3.1. */
async function authenticate(
  crypto: CryptoProvider,
  envelope: Envelope,
  context: MessageContext,
  encryptedData: Uint8Array,
): Promise<Uint8Array> {
  const base = requireLength(envelope.sharedInfo2, 32, 'sharedInfo2')
  const sharedInfo2 = versionTraits[envelope.version].timestamp
    ? concatWithSizes(
        base,
        context.nonce,
        long8(context.timestamp ?? 0),
        context.ephemeralPublicKey,
        envelope.associatedData,
      )
    : base
  return crypto.hmacSha256(keysOf(envelope).macKey, concat(encryptedData, sharedInfo2))
}
