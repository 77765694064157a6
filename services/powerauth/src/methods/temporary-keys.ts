import type {
  CreateTemporaryKeyRequest,
  CreateTemporaryKeyResponse,
  GetEciesDecryptorRequest,
  GetEciesDecryptorResponse,
  RemoveTemporaryKeyRequest,
  RemoveTemporaryKeyResponse,
} from '@cloudsigner/contracts/powerauth-private'
import {
  base64Encode,
  issueTemporaryKey,
  parseProtocolVersion,
  readTemporaryKeyRequest,
  verifyTemporaryKeyRequest,
} from '@cloudsigner/powerauth-protocol'
import { refuse } from '../domain/errors.ts'
import { findActivation } from '../store/activations.ts'
import { seal } from '../store/sealed.ts'
import { deleteTemporaryKey, insertTemporaryKey } from '../store/temporary-keys.ts'
import { getKeys, getMasterPair } from './activation-keys.ts'
import type { PowerAuthContext } from './context.ts'
import { deriveDecryptor, getSupportedApplication, type SupportedApplication } from './envelopes.ts'
import { newUuid } from './identifiers.ts'

/** A key pair of some minutes that requests of 3.3 are encrypted for (protocol §6). */
export async function createTemporaryKey(
  context: PowerAuthContext,
  { jwt }: CreateTemporaryKeyRequest,
): Promise<CreateTemporaryKeyResponse> {
  const { db, crypto, clock, random, secretBox, settings } = context
  const { applicationKey, activationId } = readTemporaryKeyRequest(jwt)
  const application = await getSupportedApplication(context, db, applicationKey)
  const scope = await scopeOf(context, application, activationId)
  const request = await verifyTemporaryKeyRequest(crypto, jwt, { application, ...scope.secrets })
  const pair = await crypto.generateP256KeyPair()
  const id = newUuid(random)
  const issuedAt = clock.now().getTime()
  const expiresAt = issuedAt + settings.temporaryKeyValidity
  await insertTemporaryKey(db, {
    id,
    application_key: applicationKey,
    activation_id: activationId ?? null,
    public_key: pair.publicKey,
    private_key_sealed: seal(secretBox, 'temporaryPrivateKey', id, pair.privateKey),
    timestamp_expires: new Date(expiresAt),
  })
  const answer = { request, id, publicKey: pair.publicKey, issuedAt, expiresAt, signer: scope.signer }
  return { jwt: await issueTemporaryKey(crypto, answer) }
}

/** Who signs the answer, and what authenticates the request. Throws ERR0009, ERR0008, ERR0015. */
async function scopeOf(context: PowerAuthContext, application: SupportedApplication, activationId: string | undefined) {
  const { db } = context
  if (activationId === undefined) {
    return { signer: await getMasterPair(context, db, application.applicationId), secrets: {} }
  }
  const row = await findActivation(db, activationId)
  if (row === undefined) throw refuse('ERR0009', { activationId })
  if (row.activation_status !== 'ACTIVE' && row.activation_status !== 'BLOCKED')
    throw refuse('ERR0008', { activationId })
  if (row.application_id !== application.applicationId) throw refuse('ERR0015', { activationId })
  const { serverPair, keys } = await getKeys(context, row)
  return { signer: serverPair, secrets: { transportKey: keys.transportKey } }
}

export async function removeTemporaryKey(
  { db }: PowerAuthContext,
  { id }: RemoveTemporaryKeyRequest,
): Promise<RemoveTemporaryKeyResponse> {
  return { id, removed: await deleteTemporaryKey(db, id) }
}

/** What a back end decrypts its own endpoints' requests with; SH1 is the generic one of the scope. */
export async function getEciesDecryptor(
  context: PowerAuthContext,
  request: GetEciesDecryptorRequest,
): Promise<GetEciesDecryptorResponse> {
  const version = parseProtocolVersion(request.protocolVersion)
  if ((version === '3.3') !== (typeof request.temporaryKeyId === 'string')) {
    throw refuse('ERR0045', { reason: 'temporaryKeyId belongs to 3.3' })
  }
  const application = await getSupportedApplication(context, context.db, request.applicationKey)
  const activationId = request.activationId ?? undefined
  const activation = activationId === undefined ? undefined : await findActivation(context.db, activationId)
  if (activationId !== undefined) {
    if (activation === undefined) throw refuse('ERR0009', { activationId })
    if (activation.activation_status !== 'ACTIVE') throw refuse('ERR0008', { activationId })
  }
  const scope = activation === undefined ? {} : { activation }
  const sharedInfo1 = activation === undefined ? '/pa/generic/application' : '/pa/generic/activation'
  const { envelopeKey, sharedInfo2 } = await deriveDecryptor(
    context,
    { version, sharedInfo1, application, ...scope },
    {
      ephemeralPublicKey: request.ephemeralPublicKey,
      ...(typeof request.temporaryKeyId === 'string' ? { temporaryKeyId: request.temporaryKeyId } : {}),
      ...(typeof request.nonce === 'string' ? { nonce: request.nonce } : {}),
      ...(typeof request.timestamp === 'number' ? { timestamp: request.timestamp } : {}),
    },
  )
  return { secretKey: base64Encode(envelopeKey), sharedInfo2: base64Encode(sharedInfo2) }
}
