import {
  buildDeviceKeyBinding,
  bytesEqual,
  type CryptoProvider,
  type DeviceKeyBinding,
  defaultSignatureAlgorithm,
  PkiError,
  readCanonical,
  readDeviceKeyBinding,
  readPublicKeyInfo,
} from '@cloudsigner/pki'
import { SignerProblem } from './signer-problem.ts'

/** How long a challenge may wait for its signature (cloud-mode.md). */
const challengeSeconds = 300

const nonceBytes = 32

/** What a device is to sign, from now on. */
export function newDeviceKeyBinding(
  ids: { readonly signerId: string; readonly userId: string },
  now: Date,
  crypto: Pick<CryptoProvider, 'random'>,
): { readonly der: Uint8Array; readonly notAfter: Date } {
  const notAfter = new Date(Math.floor(now.getTime() / 1000 + challengeSeconds) * 1000)
  const nonce = crypto.random(nonceBytes)
  return { der: buildDeviceKeyBinding({ ...ids, notAfter, nonce }), notAfter }
}

/** What the caller enrols with. */
export interface BoundEnrolment {
  readonly signerId: string
  readonly userId: string
}

/**
 * The challenge is for this signer and user, unused and in time; who and until when is read from what the device signs.
 * REQUEST_VALIDATION_ERROR, ILLEGAL_OPERATION_ERROR.
 */
export function requireUsableChallenge(
  challenge: { readonly toBeSigned: Uint8Array; readonly consumed: boolean },
  enrolment: BoundEnrolment,
  now: Date,
): void {
  const binding = readStoredBinding(challenge.toBeSigned)
  if (binding.signerId !== enrolment.signerId || binding.userId !== enrolment.userId) {
    throw new SignerProblem('REQUEST_VALIDATION_ERROR', 'The challenge was made for another signer or user')
  }
  if (challenge.consumed) throw usedChallenge()
  if (now > binding.notAfter) {
    throw new SignerProblem(
      'ILLEGAL_OPERATION_ERROR',
      `The challenge waited for its signature until ${binding.notAfter.toISOString()}, and that has passed`,
    )
  }
}

function readStoredBinding(der: Uint8Array): DeviceKeyBinding {
  try {
    return readDeviceKeyBinding(der)
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The challenge cannot be read', {}, { cause })
  }
}

export const usedChallenge = () =>
  new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The challenge has been used: each enrols once')

/** A device's public key: on P-256, as the devices' keys of PowerAuth are, and in the one encoding that it has. */
export function requireDeviceKey(subjectPublicKeyInfo: Uint8Array): void {
  try {
    readCanonical(subjectPublicKeyInfo, 1024)
    const key = readPublicKeyInfo(subjectPublicKeyInfo)
    if (key.algorithm !== 'EC' || key.curve !== 'P-256') {
      throw new SignerProblem('REQUEST_VALIDATION_ERROR', 'devicePublicKey is not an EC key on P-256')
    }
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause
    throw new SignerProblem(
      'REQUEST_VALIDATION_ERROR',
      `devicePublicKey cannot be read: ${cause.message}`,
      {},
      { cause },
    )
  }
}

/** The signature over `data` is the device key's (ECDSA with SHA-256, DER). */
export function verifyByDeviceKey(
  deviceKey: Uint8Array,
  signature: Uint8Array,
  data: Uint8Array,
  crypto: Pick<CryptoProvider, 'verify'>,
): Promise<boolean> {
  return crypto.verify(defaultSignatureAlgorithm(deviceKey), deviceKey, signature, data)
}

/**
 * A signer has one device key for life, as an activation has. Who changes PowerAuth's idea of it enrols nobody else in
 * an existing signer's name.
 */
export function requireSameDeviceKey(known: Uint8Array, presented: Uint8Array): void {
  if (!bytesEqual(known, presented)) {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The signer was enrolled with another device key')
  }
}
