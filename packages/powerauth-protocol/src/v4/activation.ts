/** The exchange of keys that makes an activation, or upgrades one of 3.x: `/pa/v4/activation/create`, `/pa/v4/upgrade/start`. */
import { base64Decode, base64Encode } from '../encoding/base64.ts'
import { ProtocolError } from '../protocol-error.ts'
import { COUNTER_LENGTH } from './counter.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import { answerSharedSecretRequest, startSharedSecretExchange } from './shared-secret.ts'
import {
  parseSharedSecretRequest,
  type SharedSecretRequest,
  type SharedSecretResponse,
} from './shared-secret-objects.ts'
import {
  formatPublicKeys,
  generateKeyPairs,
  type KeyPairs,
  type PublicKeyObjects,
  type PublicKeys,
  parsePublicKeys,
  publicKeysOf,
} from './signature-keys.ts'
import type { Algorithm } from './suites.ts'

/** The members of the request that agree on keys; others stand beside them. */
export interface ActivationRequest {
  readonly sharedSecretRequest: SharedSecretRequest
  readonly devicePublicKeys: PublicKeyObjects
}

/** The members of the response that agree on keys. */
export interface ActivationResponse {
  readonly sharedSecretResponse: SharedSecretResponse
  readonly serverPublicKeys: PublicKeyObjects
  /** Base64 of 32 bytes. */
  readonly ctrData: string
}

/** What both sides have in common afterwards. */
export interface AgreedActivation {
  readonly algorithm: Algorithm
  /** KEY_ACTIVATION_SECRET */
  readonly activationSecret: Uint8Array
  readonly devicePublicKeys: PublicKeys
  readonly serverPublicKeys: PublicKeys
  readonly ctrData: Uint8Array
}

/** Device side: new keys, the request to send, and the only means to read its response. */
export async function startActivation(
  crypto: CryptoProviderV4,
  algorithm: Algorithm,
): Promise<{
  readonly deviceKeys: KeyPairs
  readonly request: ActivationRequest
  /** Throws `invalid_key_exchange` or `invalid_public_key`. */
  accept(response: unknown): Promise<AgreedActivation>
}> {
  const exchange = await startSharedSecretExchange(crypto, algorithm)
  const deviceKeys = await generateKeyPairs(crypto, algorithm)
  const devicePublicKeys = publicKeysOf(deviceKeys)
  return {
    deviceKeys,
    request: {
      sharedSecretRequest: exchange.request,
      devicePublicKeys: formatPublicKeys(algorithm, devicePublicKeys),
    },
    async accept(response) {
      const members = membersOf(response)
      const serverPublicKeys = parsePublicKeys(algorithm, members.serverPublicKeys)
      const ctrData = counterOf(members.ctrData)
      const activationSecret = await exchange.accept(members.sharedSecretResponse)
      return { algorithm, activationSecret, devicePublicKeys, serverPublicKeys, ctrData }
    },
  }
}

/**
 * Server side. The caller has checked that the application allows the suite, and what else the request says. Throws
 * `unsupported_algorithm`, `invalid_key_exchange` or `invalid_public_key`.
 */
export async function answerActivation(
  crypto: CryptoProviderV4,
  request: unknown,
): Promise<{
  readonly serverKeys: KeyPairs
  readonly response: ActivationResponse
  readonly activation: AgreedActivation
}> {
  const members = membersOf(request)
  const sharedSecretRequest = parseSharedSecretRequest(members.sharedSecretRequest)
  const devicePublicKeys = parsePublicKeys(sharedSecretRequest.algorithm, members.devicePublicKeys)
  const { algorithm, response, secret } = await answerSharedSecretRequest(crypto, sharedSecretRequest)
  const serverKeys = await generateKeyPairs(crypto, algorithm)
  const serverPublicKeys = publicKeysOf(serverKeys)
  const ctrData = crypto.random(COUNTER_LENGTH)
  return {
    serverKeys,
    response: {
      sharedSecretResponse: response,
      serverPublicKeys: formatPublicKeys(algorithm, serverPublicKeys),
      ctrData: base64Encode(ctrData),
    },
    activation: { algorithm, activationSecret: secret, devicePublicKeys, serverPublicKeys, ctrData },
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw invalid('it is no JSON object')
  return { ...value }
}

function counterOf(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw invalid('its ctrData is missing')
  try {
    return base64Decode(value, 'ctrData', COUNTER_LENGTH)
  } catch (cause) {
    throw invalid('its ctrData has the wrong form', cause)
  }
}

function invalid(reason: string, cause?: unknown): ProtocolError {
  return new ProtocolError('invalid_key_exchange', `The activation's exchange is refused: ${reason}`, { cause })
}
