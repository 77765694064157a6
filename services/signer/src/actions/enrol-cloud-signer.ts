import type { CloudKeyAlgorithm } from '@cloudsigner/contracts/cloud-mode'
import {
  assembleCertificationRequest,
  buildCertificationRequestInfo,
  type KeySigner,
  type Name,
} from '@cloudsigner/pki'
import { newUuid, type SignerContext } from '../context.ts'
import { requireActivationOf } from '../domain/certification-request.ts'
import { cloudKeyKind } from '../domain/cloud-key-kind.ts'
import { seal } from '../domain/cloud-secrets.ts'
import { cloudSubject } from '../domain/cloud-subject.ts'
import {
  requireDeviceKey,
  requireSameDeviceKey,
  requireUsableChallenge,
  usedChallenge,
  verifyByDeviceKey,
} from '../domain/device-key-binding.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { consumeChallenge, findChallenge } from '../store/challenge-store.ts'
import { insertCredential } from '../store/credential-store.ts'
import { findSigner } from '../store/signer-store.ts'
import { certify, requireMayEnrolAgain } from './enrol-signer.ts'
import { deviceKeyOf } from './known-device-key.ts'

export interface CloudEnrolmentRequest {
  readonly signerId: string
  readonly userId: string
  readonly keyAlgorithm: CloudKeyAlgorithm
  /** RFC 4514; null for a pseudonym. */
  readonly subject: string | null
  /** DER SubjectPublicKeyInfo. */
  readonly devicePublicKey: Uint8Array
  readonly challengeId: string
  /** DER, over the challenge's binding. */
  readonly signature: Uint8Array
}

/**
 * Enrols a signer whose key pair is kept here, or an existing ACTIVE one again with a new key pair, and pins the device
 * key. The certificate's DER.
 */
export async function enrolCloudSigner(context: SignerContext, request: CloudEnrolmentRequest): Promise<Uint8Array> {
  const { signerId, userId, devicePublicKey, challengeId, signature } = request
  // 1. Algorithm, subject and key are such as are known here.
  const kind = cloudKeyKind(request.keyAlgorithm)
  const subject = cloudSubject(request.subject, signerId, context.crypto)
  requireDeviceKey(devicePublicKey)
  // 2. The challenge was made for this signer and user, is unused and in time.
  const challenge = await findChallenge(context.db, challengeId)
  if (challenge === null) throw new SignerProblem('ERROR_RESOURCE_NOT_FOUND', 'There is no such challenge')
  requireUsableChallenge(challenge, request, context.clock.now())
  // 3. An existing signer may enrol again, with the device key that it has.
  const existing = await findSigner(context.db, signerId)
  if (existing !== null) {
    requireMayEnrolAgain(existing, userId)
    requireSameDeviceKey(await deviceKeyOf(context, existing), devicePublicKey)
  }
  // 4. The activation is in use, and the user's.
  requireActivationOf(await context.devices.getActivation(signerId), userId)
  // 5. The challenge is signed by the key that is to be pinned …
  if (!(await verifyByDeviceKey(devicePublicKey, signature, challenge.toBeSigned, context.crypto))) {
    throw new SignerProblem('CSR_INVALID_SIGNATURE_ERROR', 'The challenge is not signed by devicePublicKey')
  }
  // 6. … which is the activation's device key.
  if (!(await context.devices.verifyDeviceSignature(signerId, challenge.toBeSigned, signature))) {
    throw new SignerProblem('CSR_INVALID_SIGNATURE_ERROR', "The challenge is not signed by the activation's device key")
  }
  // 7. It is used up by one call; only then is there a key pair, stored before anybody certifies it.
  if (!(await consumeChallenge(context.db, challengeId, context.clock.now()))) throw usedChallenge()
  const { credentialId, key } = await generate(context, request, kind)
  // 8. The CA issues, and what it issued is what was asked for.
  const certificationRequest = await requestFor(key, subject)
  const certificate = await certify(context, {
    signerId,
    userId,
    certificationRequest,
    subjectPublicKeyInfo: key.subjectPublicKeyInfo,
    credentialId,
  })
  return certificate.der
}

async function generate(
  context: SignerContext,
  { signerId, keyAlgorithm, devicePublicKey }: CloudEnrolmentRequest,
  kind: Parameters<SignerContext['cloudKeys']['generate']>[0],
): Promise<{ readonly credentialId: string; readonly key: KeySigner }> {
  const { secretBox, crypto } = context
  const { signer: key, pkcs8 } = await context.cloudKeys.generate(kind)
  const credentialId = newUuid(crypto)
  const sealedPrivateKey = seal(secretBox, 'privateKey', pkcs8, credentialId)
  pkcs8.fill(0)
  const sealedDeviceKey = seal(secretBox, 'deviceKey', devicePublicKey, credentialId, signerId)
  const createdAt = context.clock.now()
  await insertCredential(context.db, {
    credentialId,
    signerId,
    keyAlgorithm,
    sealedPrivateKey,
    sealedDeviceKey,
    createdAt,
  })
  return { credentialId, key }
}

async function requestFor(key: KeySigner, subject: Name): Promise<Uint8Array> {
  const { subjectPublicKeyInfo, signatureAlgorithm } = key
  const info = buildCertificationRequestInfo({ subject, subjectPublicKeyInfo })
  return assembleCertificationRequest(info, await key.sign(info), signatureAlgorithm)
}
