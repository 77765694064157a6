import type {
  CreateTokenRequest,
  CreateTokenResponse,
  RemoveTokenRequest,
  RemoveTokenResponse,
  ValidateTokenRequest,
  ValidateTokenResponse,
} from '@cloudsigner/contracts/powerauth-private'
import type { TokenCreateResponse } from '@cloudsigner/contracts/powerauth-public'
import { base64Decode, base64Encode, parseProtocolVersion, verifyTokenDigest } from '@cloudsigner/powerauth-protocol'
import { refuse } from '../domain/errors.ts'
import { isTimely } from '../domain/moments.ts'
import { uniqueValue, uniqueValueTypes } from '../domain/unique-value.ts'
import { findActivation } from '../store/activations.ts'
import { findApplication } from '../store/applications.ts'
import { seal, unseal } from '../store/sealed.ts'
import { deleteToken, findToken, insertToken } from '../store/tokens.ts'
import { insertUniqueValue } from '../store/unique-values.ts'
import type { PowerAuthContext } from './context.ts'
import { getSupportedApplication, openEnvelope } from './envelopes.ts'
import { newUuid } from './identifiers.ts'

const GENERATION_TRIES = 10

/** A new token of an activation whose code the caller has verified; `signatureType` is what it was verified with. */
export async function createToken(
  context: PowerAuthContext,
  request: CreateTokenRequest,
): Promise<CreateTokenResponse> {
  const { activationId, applicationKey, signatureType } = request
  const { db, secretBox, random, clock } = context
  const version = parseProtocolVersion(request.protocolVersion)
  const application = await getSupportedApplication(context, db, applicationKey)
  const activation = await findActivation(db, activationId)
  if (activation === undefined) throw refuse('ERR0009', { activationId })
  if (activation.activation_status !== 'ACTIVE') throw refuse('ERR0008', { activationId })
  if (activation.application_id !== application.applicationId) throw refuse('ERR0015', { activationId })
  const parameters = { version, sharedInfo1: '/pa/token/create', application, activation } as const
  const envelope = await openEnvelope(context, parameters, request)
  envelope.json()
  const secret = random(16)
  for (let attempt = 0; attempt < GENERATION_TRIES; attempt++) {
    const tokenId = newUuid(random)
    const row = {
      token_id: tokenId,
      activation_id: activationId,
      token_secret_sealed: seal(secretBox, 'tokenSecret', tokenId, secret),
      signature_type: signatureType,
      timestamp_created: clock.now(),
    }
    if (!(await insertToken(db, row))) continue
    const token: TokenCreateResponse = { tokenId, tokenSecret: base64Encode(secret) }
    const { encryptedData, mac, nonce, timestamp } = await envelope.answer(token)
    return { encryptedData, mac, nonce: nonce ?? null, timestamp: timestamp ?? null }
  }
  throw refuse('ERR0019')
}

/** Protocol §9: in time, the digest right, the activation ACTIVE, the nonce new. Throws ERR0024 for time and replay. */
export async function validateToken(
  context: PowerAuthContext,
  request: ValidateTokenRequest,
): Promise<ValidateTokenResponse> {
  const { db, crypto, clock, secretBox, settings } = context
  const { tokenId, nonce, timestamp, tokenDigest } = request
  const version = parseProtocolVersion(request.protocolVersion)
  base64Decode(nonce, 'nonce', 16)
  const tolerance =
    version === '3.0' || version === '3.1' ? settings.extendedRequestExpiration : settings.requestExpiration
  if (!isTimely(timestamp, clock.now(), tolerance)) throw refuse('ERR0024', { reason: 'timestamp' })
  const token = await findToken(db, tokenId)
  if (token === undefined) return invalidToken
  const tokenSecret = unseal(secretBox, 'tokenSecret', tokenId, token.token_secret_sealed)
  const digestValid = await verifyTokenDigest(crypto, { version, tokenSecret, nonce, timestamp, tokenDigest })
  const activation = await findActivation(db, token.activation_id)
  if (!digestValid || activation === undefined) return invalidToken
  const first = await insertUniqueValue(db, {
    unique_value: uniqueValue('MAC_TOKEN', tokenId, { nonce }),
    type: uniqueValueTypes.MAC_TOKEN,
    timestamp_expires: new Date(clock.now().getTime() + 2 * tolerance),
  })
  if (!first) throw refuse('ERR0024', { reason: 'replay' })
  const application = await findApplication(db, activation.application_id)
  return {
    tokenValid: activation.activation_status === 'ACTIVE',
    activationStatus: activation.activation_status,
    blockedReason: activation.blocked_reason,
    activationId: activation.activation_id,
    userId: activation.user_id,
    applicationId: activation.application_id,
    applicationRoles: application?.roles ?? [],
    activationFlags: activation.flags,
    signatureType: token.signature_type,
  }
}

const invalidToken: ValidateTokenResponse = {
  tokenValid: false,
  activationStatus: null,
  blockedReason: null,
  activationId: null,
  userId: null,
  applicationId: null,
  applicationRoles: [],
  activationFlags: [],
  signatureType: null,
}

export async function removeToken(
  { db }: PowerAuthContext,
  { tokenId, activationId }: RemoveTokenRequest,
): Promise<RemoveTokenResponse> {
  return { removed: await deleteToken(db, tokenId, activationId) }
}
