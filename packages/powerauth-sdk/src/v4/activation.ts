/** Activation by code: two nested envelopes of application scope, and the keys that both sides then share. */
import {
  correctTypedActivationCode,
  isActivationCode,
  ProtocolError,
  parseActivationQrCode,
  verifyActivationCodeSignature as verifySignatureOfFormer,
} from '@cloudsigner/powerauth-protocol'
import {
  type AgreedActivation,
  computeActivationFingerprint,
  deriveBranch,
  deriveFactorKeys,
  deriveVaultKeys,
  type KeyPairs,
  protectKnowledgeKey,
  sealRecord,
  startActivation,
  verifyActivationCodeSignature,
} from '@cloudsigner/powerauth-protocol/v4'
import type { ActivationRequest } from '../activation.ts'
import { members, textMember } from '../http-client.ts'
import { requirePassword } from '../knowledge.ts'
import { PowerAuthError } from '../power-auth-error.ts'
import { readingAnswer } from '../protocol-context.ts'
import type { ActivationRecord } from './activation-record.ts'
import type { Context } from './context.ts'
import type { Encryption } from './encryption.ts'

const SALT_LENGTH = 32

/** Keys that were agreed on but not stored yet. */
export interface ExchangedActivation {
  readonly activationId: string
  readonly fingerprint: string
  readonly agreed: AgreedActivation
  readonly deviceKeys: KeyPairs
}

export async function exchangeKeys(
  context: Context,
  encryption: Encryption,
  request: ActivationRequest,
): Promise<ExchangedActivation> {
  const code = await checkedCode(context, request.code)
  const device = await startActivation(context.crypto, context.algorithm)
  const inner = await encryption.encrypt('/pa/activation', {
    ...device.request,
    activationName: request.name,
    ...(request.otp !== undefined && { activationOtp: request.otp }),
    platform: request.platform ?? 'unknown',
    ...(request.deviceInfo !== undefined && { deviceInfo: request.deviceInfo }),
    ...(request.extras !== undefined && { extras: request.extras }),
  })
  const outer = await encryption.encrypt('/pa/generic/application', {
    type: 'CODE',
    identityAttributes: { code },
    customAttributes: {},
    activationData: inner.request,
  })
  const layer1 = members(await outer.send('/pa/v4/activation/create', encryption.header()))
  const layer2 = members(await inner.decrypt(layer1.activationData))
  return readingAnswer(async () => {
    const activationId = textMember(layer2, 'activationId')
    const agreed = await device.accept(layer2)
    const fingerprint = await computeActivationFingerprint(context.crypto, { ...agreed, activationId })
    return { activationId, fingerprint, agreed, deviceKeys: device.deviceKeys }
  })
}

/** The record to store, and the biometry key for those who want it. What opens the rest is wiped. */
export async function recordOf(
  context: Context,
  exchanged: Pick<ExchangedActivation, 'activationId' | 'agreed' | 'deviceKeys'>,
  password: string,
): Promise<{ readonly record: ActivationRecord; readonly biometryKey: Uint8Array }> {
  const { crypto, application } = context
  const { activationId, agreed, deviceKeys } = exchanged
  requirePassword(password)
  const { activationSecret } = agreed
  const { possessionKey, knowledgeKey, biometryKey } = await deriveFactorKeys(crypto, activationSecret)
  const { kekDevicePrivate } = await deriveVaultKeys(crypto, activationSecret)
  const knowledgeSalt = crypto.random(SALT_LENGTH)
  const sealed = { kind: 'enc/kek-device-private', activationId } as const
  const { mlDsa } = deviceKeys
  const record: ActivationRecord = {
    activationId,
    applicationKey: application.applicationKey,
    algorithm: agreed.algorithm,
    serverPublicKeys: agreed.serverPublicKeys,
    devicePublicKeys: agreed.devicePublicKeys,
    possessionKey,
    protectedKnowledgeKey: await protectKnowledgeKey(crypto, knowledgeKey, password, knowledgeSalt),
    knowledgeSalt,
    kdkUtility: await deriveBranch(crypto, activationSecret, 'utility'),
    sealedEcdsaKey: await sealRecord(crypto, kekDevicePrivate, sealed, deviceKeys.ecdsa.privateKey),
    ...(mlDsa && { sealedMlDsaSeed: await sealRecord(crypto, kekDevicePrivate, sealed, mlDsa.seed) }),
    ctrData: agreed.ctrData,
    ctrByte: 0,
    pending: 'activation',
    tokens: {},
  }
  const secrets = [activationSecret, knowledgeKey, kekDevicePrivate, deviceKeys.ecdsa.privateKey]
  for (const secret of [...secrets, ...(mlDsa ? [mlDsa.seed] : [])]) secret.fill(0)
  return { record, biometryKey }
}

/** Throws `invalid_activation_code` or `activation_signature_invalid`. */
async function checkedCode(context: Context, text: string): Promise<string> {
  const typed = correctTypedActivationCode(text)
  if (isActivationCode(typed)) return typed
  try {
    const { code, signature } = parseActivationQrCode(text)
    if (signature !== undefined && !(await signedByMaster(context, code, signature))) {
      throw new PowerAuthError('activation_signature_invalid')
    }
    return code
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    const code = cause.code === 'invalid_encoding' ? 'activation_signature_invalid' : 'invalid_activation_code'
    throw new PowerAuthError(code, undefined, { cause })
  }
}

/** A QR code has room for ECDSA: by the key of P-384, or that of P-256 where phones of 3.x scan the same one. */
async function signedByMaster({ crypto, application }: Context, code: string, signature: string): Promise<boolean> {
  const { ES384, ES256 } = application.masterPublicKeys
  const key = { algorithm: 'ES384', publicKey: ES384 } as const
  if (await verifyActivationCodeSignature(crypto, key, code, signature)) return true
  return ES256 !== undefined && verifySignatureOfFormer(crypto, ES256, code, signature)
}
