import { parseCertificationRequest } from '@cloudsigner/pki'
import { newUuid, type SignerContext } from '../context.ts'
import { requireActivationOf } from '../domain/certification-request.ts'
import { checkIssuedCertificate } from '../domain/issued-certificate.ts'
import { certificateEvent } from '../domain/signer-event.ts'
import { requireActiveSigner } from '../domain/signer-status.ts'
import type { RenewableSigner } from '../store/expiry-store.ts'
import {
  type Enrolment,
  getCertificate,
  insertCertificate,
  lockSigner,
  setCurrentCertificate,
} from '../store/signer-store.ts'

/**
 * Enrols a signer again with the CSR that it was last enrolled with: in External mode the device's, in Cloud mode that of
 * the key pair kept here. The key stays; documents that wait with the former certificate can be signed as long as that is
 * in force. Whatever fails leaves the signer as it was.
 */
export async function renewSigner(context: SignerContext, signer: RenewableSigner): Promise<void> {
  const { signerId, userId, certificationRequest } = signer
  // 1. The device is still that user's: the CSR's proofs were checked at enrolment, and may be out of date.
  requireActivationOf(await context.devices.getActivation(signerId), userId)
  // 2. The CA issues, for the same key.
  const former = await getCertificate(context.db, signer.certificateId)
  const { subjectPublicKeyInfo } = parseCertificationRequest(certificationRequest)
  const issued = await context.ca.enrol({ username: signerId, accountBindingId: userId, certificationRequest })
  const at = context.clock.now()
  const certificate = await checkIssuedCertificate(issued, subjectPublicKeyInfo, at, context.crypto)
  // 3. It becomes the signer's.
  const renewal: Enrolment = {
    signerId,
    userId,
    certificationRequest,
    certificate: {
      id: newUuid(context.crypto),
      credentialId: former.credentialId,
      issuerDn: certificate.issuer.rfc4514,
      serialNumber: certificate.serialNumber,
      der: certificate.der,
      chain: issued.chain,
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
    },
    at,
  }
  await store(context, signer, renewal)
  context.logger.info({ signerId, serialNumber: certificate.serialNumber }, 'signer renewed')
}

/**
 * The certificate is recorded whatever happened meanwhile, so that a later revocation finds it. It becomes the current one
 * only where the signer is still ACTIVE and still has the certificate that this one renews: who enrolled again in between
 * has brought another key.
 */
async function store(context: SignerContext, signer: RenewableSigner, renewal: Enrolment): Promise<void> {
  const refusal = await context.db.transaction().execute(async (transaction) => {
    const current = await lockSigner(transaction, signer.signerId, 'update')
    await insertCertificate(transaction, renewal)
    try {
      requireActiveSigner(current?.status ?? 'REMOVED')
    } catch (error) {
      return error
    }
    if (current?.certificateId !== signer.certificateId) return null
    await setCurrentCertificate(transaction, renewal)
    await context.events.tell(transaction, certificateEvent('RENEWED', signer, renewal.certificate, renewal.at))
    return null
  })
  if (refusal !== null) throw refusal
}
