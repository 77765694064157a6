/** End-to-end encryption of protocol 3.x, both sides. */
import type { CryptoProvider, P256KeyPair } from '../crypto-provider.ts'
import { base64Decode, base64Encode } from '../encoding/base64.ts'
import { ProtocolError } from '../protocol-error.ts'
import {
  associatedData,
  deriveEnvelopeKey,
  deriveSharedInfo2,
  type EncryptionParameters,
  requireScope,
} from './ecies-envelope.ts'
import { type Envelope, type MessageContext, openMessage, sealMessage } from './ecies-message.ts'
import {
  type EncryptedRequest,
  type EncryptedResponse,
  parseEncryptedRequest,
  parseEncryptedResponse,
} from './ecies-objects.ts'
import { decodePublicKey } from './p256.ts'
import { versionTraits } from './version.ts'

const NONE: Uint8Array = new Uint8Array()

/** The client's half of an exchange: the request to send, and the only means to read its response. */
export interface OutgoingRequest {
  readonly request: EncryptedRequest
  /** Throws `invalid_envelope` or `decryption_failed`. */
  decryptResponse(response: unknown): Promise<Uint8Array>
}

/**
 * Client side. `recipient` is the key of the version: the master public key or the activation's server public key up
 * to 3.2, a temporary key with its id in 3.3. `timestamp` (milliseconds) is ignored before 3.2.
 */
export async function encryptRequest(
  crypto: CryptoProvider,
  parameters: EncryptionParameters & {
    readonly recipient: { readonly publicKey: Uint8Array; readonly temporaryKeyId?: string }
    readonly timestamp: number
  },
  plaintext: Uint8Array,
): Promise<OutgoingRequest> {
  requireScope(parameters)
  const traits = versionTraits[parameters.version]
  const { temporaryKeyId, publicKey } = parameters.recipient
  if ((temporaryKeyId !== undefined) !== traits.temporaryKey) {
    throw new ProtocolError('invalid_argument', 'temporaryKeyId belongs to version 3.3, and only there')
  }
  const ephemeral = await crypto.generateP256KeyPair()
  const envelope: Envelope = {
    version: parameters.version,
    envelopeKey: await deriveEnvelopeKey(crypto, parameters, ephemeral, publicKey, ephemeral.publicKey),
    sharedInfo2: await deriveSharedInfo2(crypto, parameters),
    associatedData: associatedData(parameters, temporaryKeyId),
  }
  const context: MessageContext = {
    nonce: traits.nonce ? crypto.random(16) : undefined,
    timestamp: traits.timestamp ? parameters.timestamp : undefined,
    ephemeralPublicKey: ephemeral.publicKey,
  }
  const sealed = await sealMessage(crypto, envelope, context, plaintext)
  const request: EncryptedRequest = {
    ...(temporaryKeyId !== undefined && { temporaryKeyId }),
    ephemeralPublicKey: base64Encode(ephemeral.publicKey),
    encryptedData: base64Encode(sealed.encryptedData),
    mac: base64Encode(sealed.mac),
    ...(context.nonce !== undefined && { nonce: base64Encode(context.nonce) }),
    ...(context.timestamp !== undefined && { timestamp: context.timestamp }),
  }
  const decryptResponse = async (value: unknown) => {
    const response = parseEncryptedResponse(parameters.version, value)
    return openMessage(crypto, envelope, responseContext(response, context.nonce), binary(response))
  }
  return { request, decryptResponse }
}

/** The server's half: what the client said, and the only means to answer it. */
export interface DecryptedRequest {
  readonly plaintext: Uint8Array
  /** `timestamp` (milliseconds) is ignored before 3.2. */
  encryptResponse(plaintext: Uint8Array, timestamp: number): Promise<EncryptedResponse>
}

/**
 * Server side. `recipient` is the private half of the key that the version names; for 3.3 the caller looked it up by
 * `request.temporaryKeyId`, application and activation. Age and replay of the request are the caller's to check.
 * Throws `invalid_envelope`, `invalid_public_key` or `decryption_failed`.
 */
export async function decryptRequest(
  crypto: CryptoProvider,
  parameters: EncryptionParameters & { readonly recipient: P256KeyPair },
  request: unknown,
): Promise<DecryptedRequest> {
  const parsed = parseEncryptedRequest(parameters.version, request)
  const ephemeralPublicKey = base64Decode(parsed.ephemeralPublicKey, 'ephemeralPublicKey')
  const envelope: Envelope = {
    version: parameters.version,
    ...(await deriveServerEnvelope(crypto, parameters, ephemeralPublicKey)),
    associatedData: associatedData(parameters, parsed.temporaryKeyId),
  }
  const nonce = parsed.nonce === undefined ? undefined : base64Decode(parsed.nonce, 'nonce', 16)
  const context: MessageContext = { nonce, timestamp: parsed.timestamp, ephemeralPublicKey }
  const plaintext = await openMessage(crypto, envelope, context, binary(parsed))
  return {
    plaintext,
    encryptResponse: (response, timestamp) => encryptResponse(crypto, envelope, nonce, response, timestamp),
  }
}

/** What a back end needs to decrypt for itself: the answer of the private API's `ecies/decryptor`. */
export async function deriveServerEnvelope(
  crypto: CryptoProvider,
  parameters: EncryptionParameters & { readonly recipient: P256KeyPair },
  ephemeralPublicKey: Uint8Array,
): Promise<{ readonly envelopeKey: Uint8Array; readonly sharedInfo2: Uint8Array }> {
  requireScope(parameters)
  const peer = decodePublicKey(ephemeralPublicKey)
  return {
    envelopeKey: await deriveEnvelopeKey(crypto, parameters, parameters.recipient, peer, ephemeralPublicKey),
    sharedInfo2: await deriveSharedInfo2(crypto, parameters),
  }
}

/** 3.0 has no nonce, 3.1 takes the request's again, from 3.2 on a response has its own nonce and time. */
export async function encryptResponse(
  crypto: CryptoProvider,
  envelope: Envelope,
  requestNonce: Uint8Array | undefined,
  plaintext: Uint8Array,
  timestamp: number,
): Promise<EncryptedResponse> {
  const own = versionTraits[envelope.version].timestamp ? { nonce: crypto.random(16), timestamp } : undefined
  const context = { nonce: own?.nonce ?? requestNonce, timestamp: own?.timestamp, ephemeralPublicKey: NONE }
  const sealed = await sealMessage(crypto, envelope, context, plaintext)
  return {
    encryptedData: base64Encode(sealed.encryptedData),
    mac: base64Encode(sealed.mac),
    ...(own !== undefined && { nonce: base64Encode(own.nonce), timestamp: own.timestamp }),
  }
}

function responseContext(response: EncryptedResponse, requestNonce: Uint8Array | undefined): MessageContext {
  const nonce = response.nonce === undefined ? requestNonce : base64Decode(response.nonce, 'nonce', 16)
  return { nonce, timestamp: response.timestamp, ephemeralPublicKey: NONE }
}

function binary(message: { readonly encryptedData: string; readonly mac: string }) {
  return {
    encryptedData: base64Decode(message.encryptedData, 'encryptedData'),
    mac: base64Decode(message.mac, 'mac'),
  }
}
