/** The keys and the context of one ECIES exchange (End-to-end encryption, protocol 3.x). */
import type { CryptoProvider, P256KeyPair } from '../crypto-provider.ts'
import { concat, concatWithSizes, requireLength, utf8 } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { type ApplicationCredentials, requireApplication } from './application.ts'
import { kdfX963 } from './kdf.ts'
import { decodePublicKey } from './p256.ts'
import { type ProtocolVersion, versionTraits } from './version.ts'

/** SH1: a constant for each kind of endpoint, with the scope it belongs to. */
export const sharedInfo1 = {
  '/pa/generic/application': 'application',
  '/pa/generic/activation': 'activation',
  '/pa/activation': 'application',
  '/pa/upgrade': 'activation',
  '/pa/vault/unlock': 'activation',
  '/pa/token/create': 'activation',
  '/pa/recovery/confirm': 'activation',
} as const satisfies Record<string, 'application' | 'activation'>
export type SharedInfo1 = keyof typeof sharedInfo1

/** What both sides know of an exchange before it starts. */
export interface EncryptionParameters {
  readonly version: ProtocolVersion
  readonly sharedInfo1: SharedInfo1
  readonly application: ApplicationCredentials
  /** Given in activation scope, and only there. */
  readonly activation?: { readonly activationId: string; readonly transportKey: Uint8Array }
}

/** Throws `invalid_argument` where scope and constant do not fit. */
export function requireScope(parameters: EncryptionParameters): void {
  requireApplication(parameters.application)
  const scope = parameters.activation === undefined ? 'application' : 'activation'
  if (sharedInfo1[parameters.sharedInfo1] !== scope) {
    throw new ProtocolError('invalid_argument', `${parameters.sharedInfo1} does not belong to ${scope} scope`)
  }
}

/** K_ENC || K_MAC || K_IV of the ECDH secret, which is taken whole and not folded. */
export async function deriveEnvelopeKey(
  crypto: CryptoProvider,
  parameters: EncryptionParameters,
  own: P256KeyPair,
  peerPublicKey: Uint8Array,
  ephemeralPublicKey: Uint8Array,
): Promise<Uint8Array> {
  const secret = await crypto.ecdhP256(own, decodePublicKey(peerPublicKey))
  const version = versionTraits[parameters.version].timestamp ? parameters.version : ''
  const info = concat(utf8(version + parameters.sharedInfo1), ephemeralPublicKey)
  return kdfX963(crypto, secret, info, 48)
}

/** The base of SH2. The secret enters as the ASCII bytes of its Base64 text. */
export async function deriveSharedInfo2(crypto: CryptoProvider, parameters: EncryptionParameters): Promise<Uint8Array> {
  const secret = utf8(parameters.application.applicationSecret)
  if (parameters.activation === undefined) return crypto.sha256(secret)
  return crypto.hmacSha256(requireLength(parameters.activation.transportKey, 16, 'transportKey'), secret)
}

/** version, applicationKey [, activationId] [, temporaryKeyId], each with its size; empty before 3.2. */
export function associatedData(parameters: EncryptionParameters, temporaryKeyId: string | undefined): Uint8Array {
  if (!versionTraits[parameters.version].timestamp) return new Uint8Array()
  const items = [parameters.version, parameters.application.applicationKey]
  if (parameters.activation !== undefined) items.push(parameters.activation.activationId)
  if (temporaryKeyId !== undefined) items.push(temporaryKeyId)
  return concatWithSizes(...items)
}
