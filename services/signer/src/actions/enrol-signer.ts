import { newUuid, type SignerContext } from '../context.ts'
import { readCertificationRequest, requireActivationOf, requireSelfSigned } from '../domain/certification-request.ts'
import { checkIssuedCertificate } from '../domain/issued-certificate.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { requireActiveSigner } from '../domain/signer-status.ts'
import {
  type Enrolment,
  findSigner,
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
  // 3. An existing signer may enrol again.
  const existing = await findSigner(context.db, signerId)
  if (existing !== null) requireMayEnrolAgain(existing, userId)
  requireActivationOf(await context.devices.getActivation(signerId), userId)
  // 4. It is signed by the activation's device key.
  if (!(await context.devices.verifyDeviceSignature(signerId, csr.certificationRequestInfo, csr.signature))) {
    throw new SignerProblem('CSR_INVALID_SIGNATURE_ERROR', "The CSR is not signed by the activation's device key")
  }
  // 5. The CA issues, and what it issued is what was asked for.
  const issued = await context.ca.enrol({
    username: signerId,
    accountBindingId: userId,
    certificationRequest: csr.der,
  })
  const at = context.clock.now()
  const certificate = await checkIssuedCertificate(issued, csr.subjectPublicKeyInfo, at, context.crypto)
  await store(context, {
    signerId,
    userId,
    certificationRequest: csr.der,
    certificate: {
      id: newUuid(context.crypto),
      issuerDn: certificate.issuer.rfc4514,
      serialNumber: certificate.serialNumber,
      der: certificate.der,
      chain: issued.chain,
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
    },
    at,
  })
  context.logger.info({ signerId, serialNumber: certificate.serialNumber }, 'signer enrolled')
}

function requireMayEnrolAgain(signer: Signer, userId: string): void {
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
      return error
    }
    await setCurrentCertificate(transaction, enrolment)
    return null
  })
  if (refusal !== null) throw refusal
}
