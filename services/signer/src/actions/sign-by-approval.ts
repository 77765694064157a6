import { setTimeout } from 'node:timers/promises'
import type { SignatureLevel } from '@cloudsigner/contracts/signer'
import { bytesEqual } from '@cloudsigner/pki'
import type { SignerContext } from '../context.ts'
import { requireApprovedOperation } from '../domain/approved-operation.ts'
import { verifyByDeviceKey } from '../domain/device-key-binding.ts'
import {
  approvalHashOf,
  readStoredApproval,
  requireApprovalOf,
  requireNamedCertificate,
  requireUnexpired,
} from '../domain/document-approval.ts'
import { requireSignable } from '../domain/document-status.ts'
import { requireInForce } from '../domain/issued-certificate.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { requireActiveSigner } from '../domain/signer-status.ts'
import { findApproval, type StoredApproval } from '../store/approval-store.ts'
import { getDocument, listSegments, markSigning, type StoredDocument } from '../store/document-store.ts'
import { type Claim, claimRelease, findRelease, insertRelease, type Release, wasUsed } from '../store/release-store.ts'
import { getCertificate, getSigner, type IssuedCertificate, lockSigner } from '../store/signer-store.ts'
import { claimSeconds, completeSigning, newClaim, sealIntent } from './complete-signing.ts'
import { pinnedDeviceKey } from './known-device-key.ts'
import { requireNotRevoked, timeStampsFor } from './signed-revision.ts'

/** What a caller brings to have a key released that is kept here. */
export interface ApprovalRequest {
  readonly approvalId: string
  readonly operationId: string
  /** DER, by the device key over the approval. */
  readonly signature: Uint8Array
}

/**
 * POST /documents/{id}/signature in Cloud mode: WAITING → SIGNING with an approval that the device signed, then SIGNED
 * with the key that is kept here. The same call again gives the same answer; where the first one was cut short it ends
 * the work, and may then ask for another level.
 */
export async function signByApproval(
  context: SignerContext,
  documentId: string,
  request: ApprovalRequest,
  level: SignatureLevel,
): Promise<void> {
  const document = await getDocument(context.db, documentId)
  const certificate = await getCertificate(context.db, document.certificateId)
  if (certificate.credentialId === null) {
    throw new SignerProblem(
      'ILLEGAL_OPERATION_ERROR',
      "The document is of External mode: what completes it is the device's signature, not an approval",
    )
  }
  const answeredAgain = async (): Promise<boolean> => {
    if (!(await isSameCall(context, document.documentId, request))) return false
    await answerAgain(context, document.documentId, level)
    return true
  }
  if (await answeredAgain()) return
  const claim = newClaim(context)
  try {
    const cloud = { ...certificate, credentialId: certificate.credentialId }
    const approval = await check(context, document, cloud, request, level)
    await release(context, document, approval, request, level, claim)
  } catch (error) {
    // Refused perhaps because the same call was faster: it has used what this one brings.
    if (await answeredAgain()) return
    throw error
  }
  await completeSigning(context, document.documentId, claim.id, 'just now')
}

/** The list of cloud-mode.md, in its order. */
async function check(
  context: SignerContext,
  document: StoredDocument,
  certificate: IssuedCertificate & { readonly credentialId: string },
  request: ApprovalRequest,
  level: SignatureLevel,
): Promise<StoredApproval> {
  const { crypto } = context
  // 1. The document waits for a signature.
  requireSignable(document, context.clock.now())
  timeStampsFor(context, level)
  // 2. The signer is ACTIVE, its certificate valid, and the one that the approval names.
  const signer = await getSigner(context.db, document.signerId)
  requireActiveSigner(signer.status)
  requireInForce(certificate, context.clock.now())
  await requireNotRevoked(context, certificate)
  await listSegments(context.db, document.documentId)
  const stored = await findApproval(context.db, request.approvalId)
  const approval = stored && readStoredApproval(stored.der)
  if (approval) requireNamedCertificate(approval, certificate.der, crypto)
  // 3. The approval is known, in time and unused.
  if (!stored || !approval) throw new SignerProblem('ERROR_RESOURCE_NOT_FOUND', 'There is no such approval')
  requireUnexpired(approval, context.clock.now())
  if (await wasUsed(context.db, { approvalId: stored.approvalId })) throw usedApproval()
  // 4. It is signed by the device key that was pinned at enrolment.
  const deviceKey = await pinnedDeviceKey(context, certificate.credentialId, document.signerId)
  if (!(await verifyByDeviceKey(deviceKey, request.signature, stored.der, crypto))) {
    throw new SignerProblem(
      'DOCUMENT_INVALID_SIGNATURE_ERROR',
      "The approval is not signed by the device key that was pinned at the signer's enrolment",
    )
  }
  // 5. The operation was approved by this user on this device, for this approval, and released nothing before.
  const needed = {
    userId: signer.userId,
    activationId: signer.signerId,
    approvalHash: approvalHashOf(stored.der, crypto),
  }
  requireApprovedOperation(await context.devices.findOperation(request.operationId), needed)
  if (await wasUsed(context.db, { operationId: request.operationId })) throw usedOperation()
  // 6. Every hash in the approval is the document's own.
  requireApprovalOf(approval, document, certificate.der, crypto)
  return stored
}

const usedApproval = () =>
  new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The approval has been used: each releases one signature')
const usedOperation = () =>
  new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The operation has been used: each releases one signature')

/**
 * Consuming the approval, recording the intent and the state change: one transaction, of which nothing is left where
 * approval, operation or document was taken meanwhile.
 */
async function release(
  context: SignerContext,
  { documentId, signerId }: StoredDocument,
  approval: StoredApproval,
  { operationId, signature }: ApprovalRequest,
  level: SignatureLevel,
  claim: Claim,
): Promise<void> {
  const { approvalId } = approval
  const released = { approvalId, operationId }
  const sealedIntent = sealIntent(context, documentId, released, approvalHashOf(approval.der, context.crypto))
  const intent: Release = { documentId, ...released, signature, level, sealedIntent }
  await context.db.transaction().execute(async (transaction) => {
    const at = context.clock.now()
    const signer = await lockSigner(transaction, signerId, 'share')
    requireActiveSigner(signer?.status ?? 'REMOVED')
    if (!(await insertRelease(transaction, intent, claim, at))) {
      throw (await wasUsed(transaction, { operationId })) ? usedOperation() : usedApproval()
    }
    if (await markSigning(transaction, documentId, at)) return
    requireSignable(await getDocument(transaction, documentId), at)
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The document changed meanwhile')
  })
}

async function isSameCall(context: SignerContext, documentId: string, request: ApprovalRequest): Promise<boolean> {
  const earlier = await findRelease(context.db, documentId)
  return (
    earlier !== null &&
    earlier.approvalId === request.approvalId.toLowerCase() &&
    earlier.operationId === request.operationId &&
    bytesEqual(earlier.signature, request.signature)
  )
}

/** Looks at a document that another call is signing, for as long as a claim lasts and a little more. */
const pollMilliseconds = 50
const polls = (claimSeconds * 1000 + 5000) / pollMilliseconds

async function answerAgain(context: SignerContext, documentId: string, level: SignatureLevel): Promise<void> {
  for (let poll = 0; poll < polls; poll++) {
    const document = await getDocument(context.db, documentId)
    if (document.status !== 'SIGNING') return requireSignedAt(document, level)
    const claim = newClaim(context)
    timeStampsFor(context, level)
    if (await claimRelease(context.db, documentId, level, claim, context.clock.now())) {
      return completeSigning(context, documentId, claim.id, 'earlier')
    }
    await setTimeout(pollMilliseconds)
  }
  throw new SignerProblem('DOCUMENT_SIGNING_ERROR', 'The document is still being signed: repeat the call')
}

function requireSignedAt(document: StoredDocument, level: SignatureLevel): void {
  if (document.status !== 'SIGNED') {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', `The document is ${document.status} and cannot be signed`)
  }
  if (document.signatureLevel !== level) {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', `The document is signed at ${document.signatureLevel} already`)
  }
}
