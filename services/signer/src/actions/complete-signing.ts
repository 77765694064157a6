import { bytesEqual } from '@cloudsigner/pki'
import { newUuid, type SignerContext } from '../context.ts'
import { seal, unseal } from '../domain/cloud-secrets.ts'
import { verifyByDeviceKey } from '../domain/device-key-binding.ts'
import { approvalHashOf, readStoredApproval, requireApprovalOf } from '../domain/document-approval.ts'
import { requireInForce } from '../domain/issued-certificate.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { requireActiveSigner } from '../domain/signer-status.ts'
import { findApproval } from '../store/approval-store.ts'
import { getCredential } from '../store/credential-store.ts'
import { getDocument, listSegments, type StoredDocument } from '../store/document-store.ts'
import { type Claim, findRelease, giveUpClaim, type Release } from '../store/release-store.ts'
import { getCertificate, getSigner, type IssuedCertificate } from '../store/signer-store.ts'
import { pinnedDeviceKey } from './known-device-key.ts'
import { embed, requireNotRevoked, storeSigned, timeStampsFor } from './signed-revision.ts'

/** Longer than a time-stamp and a disk take. */
export const claimSeconds = 30

export function newClaim(context: SignerContext): Claim {
  return { id: newUuid(context.crypto), until: new Date(context.clock.now().getTime() + claimSeconds * 1000) }
}

/**
 * SIGNING → SIGNED, by whoever holds the claim: at once after the release, or later where a crash or an authority that
 * was away came between. The only place where a key that is kept here is used. It believes no row: whatever says that
 * the document was released is proven again by the device's signature and by the seal of the release.
 */
export async function completeSigning(
  context: SignerContext,
  documentId: string,
  claimId: string,
  begun: 'just now' | 'earlier',
): Promise<void> {
  try {
    await complete(context, documentId, claimId, begun)
  } catch (error) {
    // The next call, or the job, need not wait for the claim to run out.
    await giveUpClaim(context.db, documentId, claimId)
    throw error
  }
}

async function complete(
  context: SignerContext,
  documentId: string,
  claimId: string,
  begun: 'just now' | 'earlier',
): Promise<void> {
  const document = await getDocument(context.db, documentId)
  const release = await findRelease(context.db, documentId)
  if (document.status !== 'SIGNING' || release === null) throw notReleased()
  const certificate = await getCertificate(context.db, document.certificateId)
  // 1. The signer may sign, with a certificate that is in force; nothing stored is known to be damaged.
  const tsa = timeStampsFor(context, release.level)
  requireActiveSigner((await getSigner(context.db, document.signerId)).status)
  requireInForce(certificate, context.clock.now())
  if (begun === 'earlier') await requireNotRevoked(context, certificate)
  await listSegments(context.db, documentId)
  // 2. The document was released, by an approval of it that its signer's device signed.
  const credentialId = await requireReleased(context, document, certificate, release)
  // 3. The key signs; the revision is stored, and the document is SIGNED, if the claim still holds.
  const signature = await signWith(context, credentialId, document.signedAttributes)
  const revision = await embed(context, document, signature, tsa)
  const made = { signature, level: release.level, revision }
  if (!(await storeSigned(context, document, made, claimId))) {
    throw new SignerProblem('DOCUMENT_SIGNING_ERROR', 'Signing took too long, or the document is gone')
  }
  context.logger.info(
    { documentId, signerId: document.signerId, operationId: release.operationId },
    'document signed by approval',
  )
}

async function requireReleased(
  context: SignerContext,
  document: StoredDocument,
  certificate: IssuedCertificate,
  release: Release,
): Promise<string> {
  const { crypto, secretBox } = context
  const stored = await findApproval(context.db, release.approvalId)
  if (stored === null || certificate.credentialId === null) throw notReleased()
  const intent = unseal(secretBox, 'intent', release.sealedIntent, document.documentId)
  if (!bytesEqual(intent, intentOf(release, approvalHashOf(stored.der, crypto)))) throw notReleased()
  const deviceKey = await pinnedDeviceKey(context, certificate.credentialId, document.signerId)
  if (!(await verifyByDeviceKey(deviceKey, release.signature, stored.der, crypto))) throw notReleased()
  requireApprovalOf(readStoredApproval(stored.der), document, certificate.der, crypto)
  return certificate.credentialId
}

const notReleased = () =>
  new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The document is not being signed by what was released for it')

type Released = Pick<Release, 'approvalId' | 'operationId'>

/** What only this service can have written: that it released this document, by which approval and operation. */
export function sealIntent(
  context: SignerContext,
  documentId: string,
  released: Released,
  approvalHash: string,
): Uint8Array {
  return seal(context.secretBox, 'intent', intentOf(released, approvalHash), documentId)
}

function intentOf({ approvalId, operationId }: Released, approvalHash: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([approvalId, operationId, approvalHash]))
}

async function signWith(context: SignerContext, credentialId: string, data: Uint8Array): Promise<Uint8Array> {
  const { sealedPrivateKey } = await getCredential(context.db, credentialId)
  if (sealedPrivateKey === null) {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', "The signer's key has been erased")
  }
  const pkcs8 = unseal(context.secretBox, 'privateKey', sealedPrivateKey, credentialId)
  const key = context.cloudKeys.open(pkcs8)
  pkcs8.fill(0)
  return key.sign(data)
}
