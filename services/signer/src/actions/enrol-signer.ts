import { newUuid, type SignerContext } from '../context.ts'
import { readCertificationRequest, requireActivationOf, requireSelfSigned } from '../domain/certification-request.ts'
import { requireSameDeviceKey } from '../domain/device-key-binding.ts'
import { checkIssuedCertificate } from '../domain/issued-certificate.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { requireActiveSigner } from '../domain/signer-status.ts'
import { erasePrivateKey } from '../store/credential-store.ts'
import {
  type Enrolment,
  findSigner,
  type IssuedCertificate,
  insertCertificate,
  insertSigner,
  lockSigner,
  type Signer,
  setCurrentCertificate,
} from '../store/signer-store.ts'

export interface EnrolmentRequest {
  readonly signerId: string
  readonly userId: string
  readonly csr: string
}

import { deviceKeyOf } from './known-device-key.ts'

/**
 * Enrols a signer, or an existing ACTIVE one again. A certificate is asked for only where the CSR's key, its
 * self-signature and the activation's device key are proven to be one: docs/decisions/0006-csr-key-is-device-key.md
 * gives the argument for steps 2 and 4 together.
 */
export async function enrolSigner(context: SignerContext, request: EnrolmentRequest): Promise<void> {
  const { signerId, userId } = request
  // 1. The CSR is one, for a key of the kind that devices have.
  const csr = readCertificationRequest(request.csr)
  // 2. It is signed by the key that it names.
  await requireSelfSigned(csr, context.crypto)
  // 3. An existing signer may enrol again, with the device key that it has.
  const existing = await findSigner(context.db, signerId)
  if (existing !== null) {
    requireMayEnrolAgain(existing, userId)
    requireSameDeviceKey(await deviceKeyOf(context, existing), csr.subjectPublicKeyInfo)
  }
  requireActivationOf(await context.devices.getActivation(signerId), userId)
  // 4. It is signed by the activation's device key.
  if (!(await context.devices.verifyDeviceSignature(signerId, csr.certificationRequestInfo, csr.signature))) {
    throw new SignerProblem('CSR_INVALID_SIGNATURE_ERROR', "The CSR is not signed by the activation's device key")
  }
  // 5. The CA issues, and what it issued is what was asked for.
  await certify(context, {
    signerId,
    userId,
    certificationRequest: csr.der,
    subjectPublicKeyInfo: csr.subjectPublicKeyInfo,
    credentialId: null,
  })
}

/** A request for a certificate whose every claim is proven. */
export interface ProvenRequest {
  readonly signerId: string
  readonly userId: string
  /** DER, for `subjectPublicKeyInfo`. */
  readonly certificationRequest: Uint8Array
  readonly subjectPublicKeyInfo: Uint8Array
  /** The key pair of Cloud mode that it is for; null in External mode. */
  readonly credentialId: string | null
}

/** Has the CA issue, checks what it issued, and makes it the signer's current certificate. */
export async function certify(context: SignerContext, request: ProvenRequest): Promise<IssuedCertificate> {
  const { signerId, userId, certificationRequest, credentialId } = request
  const issued = await context.ca.enrol({ username: signerId, accountBindingId: userId, certificationRequest })
  const at = context.clock.now()
  const { issuer, serialNumber, der, notBefore, notAfter } = await checkIssuedCertificate(
    issued,
    request.subjectPublicKeyInfo,
    at,
    context.crypto,
  )
  const certificate = {
    id: newUuid(context.crypto),
    credentialId,
    issuerDn: issuer.rfc4514,
    serialNumber,
    der,
    chain: issued.chain,
    notBefore,
    notAfter,
  }
  await store(context, { signerId, userId, certificationRequest, certificate, at })
  context.logger.info({ signerId, serialNumber, mode: credentialId === null ? 'EXTERNAL' : 'CLOUD' }, 'signer enrolled')
  return certificate
}

export function requireMayEnrolAgain(signer: Signer, userId: string): void {
  requireActiveSigner(signer.status)
  if (signer.userId !== userId) {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The signer belongs to another user')
  }
}

/**
 * The certificate is recorded whatever happened to the signer while the CA worked, so that a later revocation finds it;
 * it becomes the signer's current one only where the signer still may enrol.
 */
async function store(context: SignerContext, enrolment: Enrolment): Promise<void> {
  const refusal = await context.db.transaction().execute(async (transaction) => {
    const made = await insertSigner(transaction, enrolment)
    const existing = made ? null : await lockSigner(transaction, enrolment.signerId, 'update')
    await insertCertificate(transaction, enrolment)
    if (existing === null) return null
    try {
      requireMayEnrolAgain(existing, enrolment.userId)
    } catch (error) {
      // A key pair of a signer that must not sign is of no use to anybody but a thief.
      if (enrolment.certificate.credentialId !== null) {
        await erasePrivateKey(transaction, enrolment.certificate.credentialId)
      }
      return error
    }
    await setCurrentCertificate(transaction, enrolment)
    return null
  })
  if (refusal !== null) throw refusal
}
