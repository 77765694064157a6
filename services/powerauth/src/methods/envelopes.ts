import {
  type ApplicationCredentials,
  base64Decode,
  type DecryptedRequest,
  decryptRequest,
  deriveServerEnvelope,
  type EncryptedRequest,
  type EncryptedResponse,
  type EncryptionParameters,
  type P256KeyPair,
  type ProtocolVersion,
  parseEncryptedRequest,
  type SharedInfo1,
} from '@cloudsigner/powerauth-protocol'
import { refuse } from '../domain/errors.ts'
import { isTimely } from '../domain/moments.ts'
import { type UniqueValueType, uniqueValue, uniqueValueTypes } from '../domain/unique-value.ts'
import { findVersionByKey } from '../store/applications.ts'
import { unseal } from '../store/sealed.ts'
import type { ActivationRow, Db } from '../store/tables.ts'
import { findTemporaryKey } from '../store/temporary-keys.ts'
import { insertUniqueValue } from '../store/unique-values.ts'
import { getKeys, getMasterPair } from './activation-keys.ts'
import { readApplicationSecret } from './applications.ts'
import type { PowerAuthContext } from './context.ts'

/** An application version that may be used. */
export interface SupportedApplication extends ApplicationCredentials {
  readonly applicationId: string
}

/** Throws ERR0015 where the key is not known or its version no longer supported. */
export async function getSupportedApplication(
  context: PowerAuthContext,
  db: Db,
  applicationKey: string,
): Promise<SupportedApplication> {
  const version = await findVersionByKey(db, applicationKey)
  if (version === undefined || !version.supported) throw refuse('ERR0015', { known: version !== undefined })
  const applicationSecret = readApplicationSecret(context.secretBox, version)
  return { applicationId: version.application_id, applicationKey, applicationSecret }
}

export interface EnvelopeParameters {
  readonly version: ProtocolVersion
  readonly sharedInfo1: SharedInfo1
  readonly application: SupportedApplication
  /** In activation scope, the activation's row. */
  readonly activation?: ActivationRow
}

/**
 * Opens an encrypted request: in time, by the key that its version names, and for the first time (protocol §5). Runs
 * outside a transaction: that it was used stays true whatever becomes of the method.
 * Throws ERR0024 (time, replay), ERR0045 (temporary key), ERR0010, ERR0018.
 */
export async function openEnvelope(
  context: PowerAuthContext,
  parameters: EnvelopeParameters,
  envelope: unknown,
): Promise<OpenedEnvelope> {
  const { crypto, clock, settings } = context
  const request = parseEncryptedRequest(parameters.version, envelope)
  if (request.timestamp !== undefined && !isTimely(request.timestamp, clock.now(), settings.requestExpiration)) {
    throw refuse('ERR0024', { reason: 'timestamp' })
  }
  const encryption = await encryptionParameters(context, parameters, request)
  const decrypted = await decryptRequest(crypto, encryption, request)
  await useOnce(context, parameters, request)
  return new OpenedEnvelope(decrypted, context)
}

/** What was said, and the only means to answer it. */
export class OpenedEnvelope {
  readonly plaintext: Uint8Array
  readonly #decrypted: DecryptedRequest
  readonly #context: PowerAuthContext

  constructor(decrypted: DecryptedRequest, context: PowerAuthContext) {
    this.plaintext = decrypted.plaintext
    this.#decrypted = decrypted
    this.#context = context
  }

  /** The plaintext as JSON. Throws ERR0018: who encrypts rubbish is told no more than who encrypts wrongly. */
  json(): unknown {
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(this.plaintext))
    } catch (cause) {
      throw refuse('ERR0018', { reason: 'the plaintext is not JSON' }, { cause })
    }
  }

  /** Encrypts the JSON of `answer`. */
  answer(answer: unknown): Promise<EncryptedResponse> {
    const plaintext = new TextEncoder().encode(JSON.stringify(answer))
    return this.#decrypted.encryptResponse(plaintext, this.#context.clock.now().getTime())
  }
}

/** What a back end needs to decrypt for itself. The request counts as used, as if it had been opened here. */
export async function deriveDecryptor(
  context: PowerAuthContext,
  parameters: EnvelopeParameters,
  request: Pick<EncryptedRequest, 'temporaryKeyId' | 'ephemeralPublicKey' | 'nonce' | 'timestamp'>,
): Promise<{ readonly envelopeKey: Uint8Array; readonly sharedInfo2: Uint8Array }> {
  const { crypto, clock, settings } = context
  if (request.timestamp !== undefined && !isTimely(request.timestamp, clock.now(), settings.requestExpiration)) {
    throw refuse('ERR0024', { reason: 'timestamp' })
  }
  const encryption = await encryptionParameters(context, parameters, request)
  const ephemeralPublicKey = base64Decode(request.ephemeralPublicKey, 'ephemeralPublicKey')
  const derived = await deriveServerEnvelope(crypto, encryption, ephemeralPublicKey)
  await useOnce(context, parameters, request)
  return derived
}

async function encryptionParameters(
  context: PowerAuthContext,
  parameters: EnvelopeParameters,
  request: Pick<EncryptedRequest, 'temporaryKeyId'>,
): Promise<EncryptionParameters & { readonly recipient: P256KeyPair }> {
  const { version, sharedInfo1, application, activation } = parameters
  const keyed = activation === undefined ? undefined : await getKeys(context, activation)
  const recipient =
    request.temporaryKeyId !== undefined
      ? await getTemporaryPair(context, parameters, request.temporaryKeyId)
      : (keyed?.serverPair ?? (await getMasterPair(context, context.db, application.applicationId)))
  const scope =
    activation === undefined || keyed === undefined
      ? {}
      : { activation: { activationId: activation.activation_id, transportKey: keyed.keys.transportKey } }
  return { version, sharedInfo1, application, ...scope, recipient }
}

async function getTemporaryPair(
  { db, secretBox, clock }: PowerAuthContext,
  { application, activation }: EnvelopeParameters,
  id: string,
): Promise<P256KeyPair> {
  const { applicationKey } = application
  const activationId = activation?.activation_id
  const key = await findTemporaryKey(db, { id, applicationKey, activationId, now: clock.now() })
  if (key === undefined) throw refuse('ERR0045', { temporaryKeyId: id })
  return { privateKey: unseal(secretBox, 'temporaryPrivateKey', id, key.private_key_sealed), publicKey: key.public_key }
}

/** Protocol §5.6. A request of 3.0 or 3.1 has no time, so there is no telling for how long to remember it. */
async function useOnce(
  { db, clock, settings }: PowerAuthContext,
  { application, activation }: EnvelopeParameters,
  request: Pick<EncryptedRequest, 'temporaryKeyId' | 'ephemeralPublicKey' | 'nonce' | 'timestamp'>,
): Promise<void> {
  const { temporaryKeyId, ephemeralPublicKey, nonce, timestamp } = request
  if (timestamp === undefined || nonce === undefined) return
  const [type, identifier]: readonly [UniqueValueType, string] =
    temporaryKeyId !== undefined
      ? ['ECIES_TEMPORARY_KEY', temporaryKeyId]
      : activation !== undefined
        ? ['ECIES_ACTIVATION_SCOPE', activation.activation_id]
        : ['ECIES_APPLICATION_SCOPE', application.applicationKey]
  const first = await insertUniqueValue(db, {
    unique_value: uniqueValue(type, identifier, { ephemeralPublicKey, nonce }),
    type: uniqueValueTypes[type],
    // The time may be ahead by the tolerance, and is then good for twice as long.
    timestamp_expires: new Date(clock.now().getTime() + 2 * settings.requestExpiration),
  })
  if (!first) throw refuse('ERR0024', { reason: 'replay' })
}
