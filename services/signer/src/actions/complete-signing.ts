import { bytesEqual } from '@cloudsigner/pki'
import { newUuid, type SignerContext } from '../context.ts'
import { seal, unseal } from '../domain/cloud-secrets.ts'
import { verifyByDeviceKey } from '../domain/device-key-binding.ts'
import { approvalHashOf, readStoredApproval, requireApprovalOf } from '../domain/document-approval.ts'
import { requireInForce } from '../domain/issued-certificate.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { requireActiveSigner } from '../domain/signer-status.ts'
import { findApproval } from '../store/approval-store.ts'
import { type Credential, getCredential } from '../store/credential-store.ts'
import { getDocument, listSegments, type StoredDocument } from '../store/document-store.ts'
import { type Claim, findRelease, giveUpClaim, type Release } from '../store/release-store.ts'
import { getCertificate, getSigner } from '../store/signer-store.ts'
import { pinnedDeviceKey } from './known-device-key.ts'
import { embed, requireNotRevoked, storeSigned, timeStampsFor } from './signed-revision.ts'

/** Longer than a time-stamp and a disk take. */
export const claimSeconds = 30

export function newClaim(context: SignerContext): Claim {
  return { id: newUuid(context.crypto), until: new Date(context.clock.now().getTime() + claimSeconds * 1000) }
}

/** A document that is SIGNING, with all that proves that its signer's device released the key which is to sign it. */
export interface ReleasedDocument {
  readonly document: StoredDocument
  readonly credential: Credential
  readonly release: Release
}

/**
 * SIGNING → SIGNED, by whoever holds the claim: the only place where a key that is kept here is used. A claim that leads
 * to nothing is given up, so that the next call, or the job, need not wait for it to run out.
 */
export async function completeSigning(
  context: SignerContext,
  { document, credential, release }: ReleasedDocument,
  claimId: string,
): Promise<void> {
  const { documentId, signerId } = document
  const { level, operationId } = release
  await givingUp(context, documentId, claimId, async () => {
    const tsa = timeStampsFor(context, level)
    const signature = await signWith(context, credential, document.signedAttributes)
    const revision = await embed(context, document, signature, tsa)
    if (!(await storeSigned(context, document, { signature, level, revision }, claimId))) {
      throw new SignerProblem('DOCUMENT_SIGNING_ERROR', 'Signing took too long, or the document is gone')
    }
  })
  context.logger.info({ documentId, signerId, operationId }, 'document signed by approval')
}

/**
 * The same for a document that was released earlier, where a crash, or an authority that was away, came between. It
 * believes no row: whatever says that the document was released is proven again.
 */
export async function resumeSigning(context: SignerContext, documentId: string, claimId: string): Promise<void> {
  const released = await givingUp(context, documentId, claimId, () => proveReleased(context, documentId))
  await completeSigning(context, released, claimId)
}

async function givingUp<Result>(
  context: SignerContext,
  documentId: string,
  claimId: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    await giveUpClaim(context.db, documentId, claimId)
    throw error
  }
}

async function proveReleased(context: SignerContext, documentId: string): Promise<ReleasedDocument> {
  const { db, crypto, secretBox } = context
  const document = await getDocument(db, documentId)
  const release = await findRelease(db, documentId)
  const certificate = await getCertificate(db, document.certificateId)
  const { credentialId } = certificate
  if (document.status !== 'SIGNING' || release === null || credentialId === null) throw notReleased()
  // 1. The signer may sign, with a certificate that is valid; nothing stored is known to be damaged.
  requireActiveSigner((await getSigner(db, document.signerId)).status)
  requireInForce(certificate, context.clock.now())
  await requireNotRevoked(context, certificate)
  await listSegments(db, documentId)
  // 2. This service released it, by this approval and operation …
  const approval = await findApproval(db, release.approvalId)
  if (approval === null) throw notReleased()
  const intent = unseal(secretBox, 'intent', release.sealedIntent, documentId)
  if (!bytesEqual(intent, intentOf(release, approvalHashOf(approval.der, crypto)))) throw notReleased()
  // 3. … which the device signed, and which is of the document as it is stored now.
  const credential = await getCredential(db, credentialId)
  const deviceKey = pinnedDeviceKey(context, credential, document.signerId)
  if (!(await verifyByDeviceKey(deviceKey, release.signature, approval.der, crypto))) throw notReleased()
  requireApprovalOf(readStoredApproval(approval.der), document, certificate.der, crypto)
  return { document, credential, release }
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

async function signWith(
  context: SignerContext,
  { credentialId, sealedPrivateKey }: Credential,
  data: Uint8Array,
): Promise<Uint8Array> {
  if (sealedPrivateKey === null) {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', "The signer's key has been erased")
  }
  const pkcs8 = unseal(context.secretBox, 'privateKey', sealedPrivateKey, credentialId)
  const key = context.cloudKeys.open(pkcs8)
  pkcs8.fill(0)
  return key.sign(data)
}
