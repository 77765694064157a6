/** Activation by code: two nested envelopes of application scope, and the keys that both sides then share. */
import {
  agreeActivationKeys,
  base64Decode,
  base64Encode,
  computeActivationFingerprint,
  correctTypedActivationCode,
  decodePublicKey,
  encryptDevicePrivateKey,
  isActivationCode,
  type P256KeyPair,
  ProtocolError,
  parseActivationQrCode,
  verifyActivationCodeSignature,
} from '@cloudsigner/powerauth-protocol'
import type { ActivationRecord } from './activation-record.ts'
import type { Encryption } from './encryption.ts'
import { members, textMember } from './http-client.ts'
import { protectKnowledge } from './knowledge.ts'
import { PowerAuthError } from './power-auth-error.ts'
import { type ProtocolContext, readingAnswer } from './protocol-context.ts'

export interface ActivationRequest {
  /** As the person typed it, or the payload of a QR code or link: `CODE` or `CODE#SIGNATURE`. */
  readonly code: string
  /** What the activation is called in lists. */
  readonly name: string
  readonly platform?: 'ios' | 'android' | 'hw' | 'unknown'
  readonly deviceInfo?: string
  /** A one-time password, where the activation demands one at this step. */
  readonly otp?: string
  readonly extras?: string
}

/** Keys that were exchanged but not stored yet. */
export interface ExchangedActivation {
  readonly activationId: string
  readonly fingerprint: string
  readonly serverPublicKey: Uint8Array
  readonly ctrData: Uint8Array
  readonly device: P256KeyPair
}

export async function exchangeKeys(
  context: ProtocolContext,
  encryption: Encryption,
  request: ActivationRequest,
): Promise<ExchangedActivation> {
  const { crypto } = context
  const code = await checkedCode(context, request.code)
  const device = await crypto.generateP256KeyPair()
  const inner = await encryption.encrypt('/pa/activation', {
    devicePublicKey: base64Encode(device.publicKey),
    activationName: request.name,
    ...(request.extras !== undefined && { extras: request.extras }),
    platform: request.platform ?? 'unknown',
    ...(request.deviceInfo !== undefined && { deviceInfo: request.deviceInfo }),
    ...(request.otp !== undefined && { activationOtp: request.otp }),
  })
  const outer = await encryption.encrypt('/pa/generic/application', {
    type: 'CODE',
    identityAttributes: { code },
    customAttributes: {},
    activationData: inner.request,
  })
  const layer1 = members(await outer.send('/pa/v3/activation/create', encryption.header()))
  const layer2 = members(await inner.decrypt(layer1.activationData))
  return readingAnswer(async () => {
    const activationId = textMember(layer2, 'activationId')
    const serverPublicKey = decodePublicKey(base64Decode(textMember(layer2, 'serverPublicKey'), 'serverPublicKey'))
    const ctrData = base64Decode(textMember(layer2, 'ctrData'), 'ctrData', 16)
    const { publicKey: devicePublicKey } = device
    const fingerprint = await computeActivationFingerprint(crypto, { devicePublicKey, activationId, serverPublicKey })
    return { activationId, fingerprint, serverPublicKey, ctrData, device }
  })
}

/** The record to store, and the biometry key for those who want it. The device's private key is wiped. */
export async function recordOf(
  context: ProtocolContext,
  exchanged: ExchangedActivation,
  password: string,
): Promise<{ readonly record: ActivationRecord; readonly signatureBiometryKey: Uint8Array }> {
  const { crypto, application } = context
  const keys = await agreeActivationKeys(crypto, exchanged.device, exchanged.serverPublicKey)
  const { vaultEncryptionKey } = keys
  const record: ActivationRecord = {
    activationId: exchanged.activationId,
    applicationKey: application.applicationKey,
    serverPublicKey: exchanged.serverPublicKey,
    devicePublicKey: exchanged.device.publicKey,
    transportKey: keys.transportKey,
    signaturePossessionKey: keys.signaturePossessionKey,
    ...(await protectKnowledge(crypto, keys.signatureKnowledgeKey, password)),
    encryptedDevicePrivateKey: await encryptDevicePrivateKey(crypto, vaultEncryptionKey, exchanged.device.privateKey),
    ctrData: exchanged.ctrData,
    ctrByte: 0,
    tokens: {},
  }
  for (const secret of [keys.signatureKnowledgeKey, vaultEncryptionKey, exchanged.device.privateKey]) secret.fill(0)
  return { record, signatureBiometryKey: keys.signatureBiometryKey }
}

/** Throws `invalid_activation_code` or `activation_signature_invalid`. */
async function checkedCode(context: ProtocolContext, text: string): Promise<string> {
  const typed = correctTypedActivationCode(text)
  if (isActivationCode(typed)) return typed
  try {
    const { code, signature } = parseActivationQrCode(text)
    const { masterPublicKey } = context.application
    const valid =
      signature === undefined || (await verifyActivationCodeSignature(context.crypto, masterPublicKey, code, signature))
    if (!valid) throw new PowerAuthError('activation_signature_invalid')
    return code
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    const code = cause.code === 'invalid_encoding' ? 'activation_signature_invalid' : 'invalid_activation_code'
    throw new PowerAuthError(code, undefined, { cause })
  }
}
