import type { VaultUnlockRequest, VaultUnlockResponse } from '@cloudsigner/contracts/powerauth-private'
import { VaultUnlockPayload, type VaultUnlockResult } from '@cloudsigner/contracts/powerauth-public'
import {
  authenticationCodeFormat,
  base64Encode,
  encryptVaultKey,
  parseProtocolVersion,
} from '@cloudsigner/powerauth-protocol'
import { Check } from 'typebox/value'
import { refuse } from '../domain/errors.ts'
import { findActivation } from '../store/activations.ts'
import { getKeys } from './activation-keys.ts'
import type { PowerAuthContext } from './context.ts'
import { getSupportedApplication, openEnvelope } from './envelopes.ts'
import { verifyCode } from './verify-code.ts'

/** KEY_ENCRYPTION_VAULT for a device that proves its PIN, and tells why (protocol §10). */
export async function vaultUnlock(
  context: PowerAuthContext,
  request: VaultUnlockRequest,
): Promise<VaultUnlockResponse> {
  const { activationId, applicationKey, signatureType } = request
  const { crypto, settings } = context
  const allowed = settings.vaultByBiometry ? ['POSSESSION_KNOWLEDGE', 'POSSESSION_BIOMETRY'] : ['POSSESSION_KNOWLEDGE']
  if (!allowed.includes(signatureType)) throw refuse('ERR0012', { signatureType })
  const version = parseProtocolVersion(request.protocolVersion ?? request.signatureVersion)
  const application = await getSupportedApplication(context, context.db, applicationKey)
  const activation = await findActivation(context.db, activationId)
  if (activation === undefined) throw refuse('ERR0009', { activationId })
  const parameters = { version, sharedInfo1: '/pa/vault/unlock', application, activation } as const
  const envelope = await openEnvelope(context, parameters, request)
  const payload = envelope.json()
  if (!Check(VaultUnlockPayload, payload)) throw refuse('ERR0024', { reason: 'vault unlock payload' })
  const { signatureValid } = await verifyCode(context, {
    activationId,
    applicationKey,
    code: request.signature,
    format: authenticationCodeFormat(parseProtocolVersion(request.signatureVersion)),
    version: request.signatureVersion,
    readings: [{ type: signatureType, data: request.signedData }],
    additionalInfo: { VAULT_UNLOCKED_REASON: payload.reason ?? 'NOT_SPECIFIED' },
  })
  if (!signatureValid) return { encryptedData: null, mac: null, nonce: null, timestamp: null, signatureValid }
  const { keys } = await getKeys(context, activation)
  const encryptedVaultKey = await encryptVaultKey(crypto, keys.transportKey, keys.vaultEncryptionKey)
  const result: VaultUnlockResult = { encryptedVaultEncryptionKey: base64Encode(encryptedVaultKey) }
  const { encryptedData, mac, nonce, timestamp } = await envelope.answer(result)
  return { encryptedData, mac, nonce: nonce ?? null, timestamp: timestamp ?? null, signatureValid }
}
