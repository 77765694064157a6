/** End-to-end encryption of protocol 4.0, both sides: AEAD under the secret of a temporary key. */
import { base64Decode, base64Encode } from '../encoding/base64.ts'
import { concat, concatWithSizes, constantTimeEqual, long8, utf8 } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { type ApplicationCredentials, requireApplication } from '../v3/application.ts'
import { type AeadContext, NONCE_LENGTH, open, seal } from './aead.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import {
  type EncryptedRequest,
  type EncryptedResponse,
  parseEncryptedRequest,
  parseEncryptedResponse,
  splitNonce,
} from './encryption-objects.ts'
import { KEY_LENGTH, requireKey } from './kdf.ts'
import { VERSION } from './version.ts'

/** SH1: a constant for each kind of endpoint, with the scope it belongs to. */
export const sharedInfo1 = {
  '/pa/generic/application': 'application',
  '/pa/generic/activation': 'activation',
  '/pa/activation': 'application',
  '/pa/upgrade/start': 'application',
  '/pa/vault/unlock': 'activation',
  '/pa/token/create': 'activation',
  '/pa/password/change': 'activation',
  '/pa/biometry/add': 'activation',
} as const satisfies Record<string, 'application' | 'activation'>
export type SharedInfo1 = keyof typeof sharedInfo1

/** What both sides know of an exchange before it starts. */
export interface EncryptionParameters {
  readonly sharedInfo1: SharedInfo1
  readonly application: ApplicationCredentials
  /** Given in activation scope, and only there. `sharedInfo2Key` is KEY_E2EE_SHARED_INFO2. */
  readonly activation?: { readonly activationId: string; readonly sharedInfo2Key: Uint8Array }
  /** The secret of the temporary key that the request names, 32 bytes. */
  readonly secret: Uint8Array
}

/** The client's half of an exchange: the request to send, and the only means to read its response. */
export interface OutgoingRequest {
  readonly request: EncryptedRequest
  /** Throws `invalid_envelope` or `decryption_failed`. */
  decryptResponse(response: unknown): Promise<Uint8Array>
}

/** Client side. `timestamp` in milliseconds by the server's clock. */
export async function encryptRequest(
  crypto: CryptoProviderV4,
  parameters: EncryptionParameters & { readonly temporaryKeyId: string; readonly timestamp: number },
  plaintext: Uint8Array,
): Promise<OutgoingRequest> {
  const { temporaryKeyId, timestamp } = parameters
  const nonce = base64Encode(freshNonces(crypto))
  const exchange = await exchangeOf(crypto, parameters, temporaryKeyId, nonce)
  const sealed = await seal(crypto, contextOf(exchange, timestamp), splitNonce(nonce).request, plaintext)
  return {
    request: { temporaryKeyId, encryptedData: base64Encode(sealed), nonce, timestamp },
    async decryptResponse(value) {
      const response = parseEncryptedResponse(value)
      return opened(crypto, contextOf(exchange, response.timestamp), splitNonce(nonce).response, response)
    },
  }
}

/** The server's half: what the client said, and the only means to answer it. */
export interface DecryptedRequest {
  readonly plaintext: Uint8Array
  /** `timestamp` in milliseconds. */
  encryptResponse(plaintext: Uint8Array, timestamp: number): Promise<EncryptedResponse>
}

/**
 * Server side. The caller looked the temporary key up by `request.temporaryKeyId`, application and activation. Age and
 * replay (temporary key and nonce) are the caller's to check. Throws `invalid_envelope` or `decryption_failed`.
 */
export async function decryptRequest(
  crypto: CryptoProviderV4,
  parameters: EncryptionParameters,
  request: unknown,
): Promise<DecryptedRequest> {
  const parsed = parseEncryptedRequest(request)
  const exchange = await exchangeOf(crypto, parameters, parsed.temporaryKeyId, parsed.nonce)
  const nonces = splitNonce(parsed.nonce)
  const plaintext = await opened(crypto, contextOf(exchange, parsed.timestamp), nonces.request, parsed)
  let answered = false
  return {
    plaintext,
    async encryptResponse(response, timestamp) {
      // The nonce of the response was chosen by the client: a second plaintext under it would tell both.
      if (answered) throw new ProtocolError('invalid_argument', 'A request is answered once')
      answered = true
      const sealed = await seal(crypto, contextOf(exchange, timestamp), nonces.response, response)
      return { encryptedData: base64Encode(sealed), timestamp }
    },
  }
}

/**
 * SH2: what binds an exchange to the application's secret. With the temporary key's secret it is all that a back end
 * needs to decrypt for itself (the answer of the private API's `encryptor`).
 */
export async function deriveSharedInfo2(
  crypto: CryptoProviderV4,
  parameters: Pick<EncryptionParameters, 'application' | 'activation'>,
): Promise<Uint8Array> {
  const { application, activation } = parameters
  const secret = base64Decode(requireApplication(application).applicationSecret, 'applicationSecret', 16)
  if (activation === undefined) return crypto.sha3(secret)
  return crypto.kmac256(requireKey(activation.sharedInfo2Key, 'sharedInfo2Key'), secret, KEY_LENGTH, 'PA4SH2')
}

/** What the directions of one exchange share. */
interface Exchange {
  readonly key: Uint8Array
  readonly keyContext: Uint8Array
  /** Sizes of version, applicationKey [, activationId], temporaryKeyId. */
  readonly identity: Uint8Array
  readonly nonce: Uint8Array
  readonly sharedInfo2: Uint8Array
}

async function exchangeOf(
  crypto: CryptoProviderV4,
  parameters: EncryptionParameters,
  temporaryKeyId: string,
  nonce: string,
): Promise<Exchange> {
  const { application, activation } = parameters
  if (sharedInfo1[parameters.sharedInfo1] !== (activation === undefined ? 'application' : 'activation')) {
    throw new ProtocolError('invalid_argument', `${parameters.sharedInfo1} does not belong to this scope`)
  }
  const nonceBytes = base64Decode(nonce, 'nonce', 2 * NONCE_LENGTH)
  const ids = activation === undefined ? [temporaryKeyId] : [activation.activationId, temporaryKeyId]
  return {
    key: parameters.secret,
    keyContext: concat(utf8(VERSION + parameters.sharedInfo1), nonceBytes),
    identity: concatWithSizes(VERSION, application.applicationKey, ...ids),
    nonce: nonceBytes,
    sharedInfo2: await deriveSharedInfo2(crypto, parameters),
  }
}

function contextOf(exchange: Exchange, timestamp: number): AeadContext {
  const { key, keyContext, identity, nonce, sharedInfo2 } = exchange
  const associatedData = concat(identity, concatWithSizes(long8(timestamp), nonce, sharedInfo2))
  return { key, keyContext, associatedData }
}

/** Opens a message that must start with the nonce of its direction. */
async function opened(
  crypto: CryptoProviderV4,
  context: AeadContext,
  nonce: Uint8Array,
  message: { readonly encryptedData: string },
): Promise<Uint8Array> {
  const sealed = base64Decode(message.encryptedData, 'encryptedData')
  if (!constantTimeEqual(sealed.subarray(0, NONCE_LENGTH), nonce)) {
    throw new ProtocolError('decryption_failed', 'An encrypted message does not start with its nonce')
  }
  return open(crypto, context, sealed)
}

/** N1 || N2, N1 ≠ N2. */
function freshNonces(crypto: CryptoProviderV4): Uint8Array {
  for (;;) {
    const nonces = crypto.random(2 * NONCE_LENGTH)
    if (!constantTimeEqual(nonces.subarray(0, NONCE_LENGTH), nonces.subarray(NONCE_LENGTH))) return nonces
  }
}
