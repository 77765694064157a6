import type { RevocationReason, SignerStatus } from '@cloudsigner/contracts/signer'
import type { SignerContext } from '../context.ts'
import { statusEvent } from '../domain/signer-event.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { changeSignerStatus, isFinal } from '../domain/signer-status.ts'
import { erasePrivateKeys } from '../store/credential-store.ts'
import {
  listValidCertificates,
  lockSigner,
  recordRevocation,
  recordRevocationOf,
  setSignerStatus,
  unknownSigner,
} from '../store/signer-store.ts'

export interface StatusChangeRequest {
  readonly signerStatus: SignerStatus
  readonly revocationReason?: RevocationReason
}

/** Reasons that do not end a certificate's life: they cannot be why a signer is REVOKED, which is final. */
const notFinal: ReadonlySet<RevocationReason> = new Set(['NOT_REVOKED', 'REMOVE_FROM_CRL', 'CERTIFICATE_HOLD'])

/**
 * The contract's PUT /signers/{signerId}. The status changes first, so that from here on nothing is signed, and key pairs
 * that are kept here are erased where it is final; then every
 * certificate ever issued to a REVOKED signer that is still valid is revoked at the CA, whether it is stored here or not. Where the CA does not answer the
 * caller is told so, and the same call again takes up what is left.
 */
export async function putSignerStatus(
  context: SignerContext,
  signerId: string,
  request: StatusChangeRequest,
): Promise<void> {
  const reason = request.revocationReason ?? 'UNSPECIFIED'
  if (request.signerStatus === 'REVOKED' && notFinal.has(reason)) {
    throw new SignerProblem('REQUEST_VALIDATION_ERROR', `${reason} is no reason for a revocation that is final`)
  }
  const change = await context.db.transaction().execute(async (transaction) => {
    const signer = await lockSigner(transaction, signerId, 'update')
    if (signer === null) throw unknownSigner(signerId)
    const outcome = changeSignerStatus(signer.status, request.signerStatus, 'api')
    if (outcome === 'changed') {
      const at = context.clock.now()
      await setSignerStatus(transaction, signerId, request.signerStatus, at)
      await context.events.tell(transaction, statusEvent(signer, request.signerStatus, at))
      if (isFinal(request.signerStatus)) await erasePrivateKeys(transaction, signerId)
    }
    return outcome
  })
  if (request.signerStatus === 'REVOKED') await revokeCertificates(context, signerId, reason)
  if (change === 'changed') context.logger.info({ signerId, status: request.signerStatus }, 'signer status changed')
}

async function revokeCertificates(context: SignerContext, signerId: string, reason: RevocationReason): Promise<void> {
  for (const certificate of await listValidCertificates(context.db, signerId, context.clock.now())) {
    await context.ca.revoke(certificate.issuerDn, certificate.serialNumber, reason)
    await recordRevocation(context.db, certificate.id, reason, context.clock.now())
  }
  // What the CA issued and this service never stored, since it was killed in between; and what others revoke on the way.
  const seen = new Set<string>()
  for (;;) {
    const found = await context.ca.findValidCertificates(signerId, context.clock.now())
    const lost = found.filter(({ issuerDn, serialNumber }) => !seen.has(`${issuerDn} ${serialNumber}`))
    for (const { issuerDn, serialNumber, der } of lost) {
      seen.add(`${issuerDn} ${serialNumber}`)
      await context.ca.revoke(issuerDn, serialNumber, reason)
      await recordRevocationOf(context.db, der, reason, context.clock.now())
      context.logger.warn({ signerId, serialNumber }, 'a certificate that was not stored here was revoked')
    }
    if (lost.length === 0) return
  }
}
