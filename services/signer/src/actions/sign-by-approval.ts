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
import { consumeApproval } from '../store/approval-consumption.ts'
import type { StoredApproval } from '../store/approval-store.ts'
import type { Credential } from '../store/credential-store.ts'
import { getDocument, listSegments, type StoredDocument } from '../store/document-store.ts'
import { getReleaseFacts, type ReleaseFacts } from '../store/release-facts.ts'
import { type Claim, claimRelease, findRelease, type Release } from '../store/release-store.ts'
import { getSigner } from '../store/signer-store.ts'
import { claimSeconds, completeSigning, newClaim, resumeSigning, sealIntent } from './complete-signing.ts'
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
  id: string,
  request: ApprovalRequest,
  level: SignatureLevel,
): Promise<void> {
  const document = await getDocument(context.db, id)
  const { documentId } = document
  const facts = await getReleaseFacts(context.db, document, request)
  const { credential } = facts
  if (credential === null) {
    throw new SignerProblem(
      'ILLEGAL_OPERATION_ERROR',
      "The document is of External mode: what completes it is the device's signature, not an approval",
    )
  }
  if (isSameCall(facts.earlier, request)) return answerAgain(context, documentId, level)
  if (document.status === 'SIGNING' && (await isSignedAnew(context, document, { ...facts, credential }, request))) {
    return answerAgain(context, documentId, level)
  }
  const claim = newClaim(context)
  let release: Release
  try {
    const approval = await check(context, document, { ...facts, credential }, request, level)
    release = await consume(context, document, approval, request, level, claim)
  } catch (error) {
    // Refused perhaps because the same call was faster: it has used what this one brings.
    if (isSameCall(await findRelease(context.db, documentId), request)) return answerAgain(context, documentId, level)
    throw error
  }
  await completeSigning(context, { document, credential, release }, claim.id)
}

/** The list of cloud-mode.md, in its order. */
async function check(
  context: SignerContext,
  document: StoredDocument,
  facts: ReleaseFacts & { readonly credential: Credential },
  request: ApprovalRequest,
  level: SignatureLevel,
): Promise<StoredApproval> {
  const { crypto } = context
  const { certificate, credential, approval: stored } = facts
  // 1. The document waits for a signature.
  requireSignable(document, context.clock.now())
  timeStampsFor(context, level)
  // 2. The signer is ACTIVE, its certificate valid, and the one that the approval names; nothing stored is known to be damaged.
  requireActiveSigner(facts.signerStatus)
  requireInForce(certificate, context.clock.now())
  await requireNotRevoked(context, certificate)
  await listSegments(context.db, document.documentId)
  const approval = stored && readStoredApproval(stored.der)
  if (approval) requireNamedCertificate(approval, certificate.der, crypto)
  // 3. The approval is known, in time and unused.
  if (!stored || !approval) throw new SignerProblem('ERROR_RESOURCE_NOT_FOUND', 'There is no such approval')
  requireUnexpired(approval, context.clock.now())
  if (facts.approvalUsed) throw used('approval')
  // 4. It is signed by the device key that was pinned at enrolment.
  const deviceKey = pinnedDeviceKey(context, credential, document.signerId)
  if (!(await verifyByDeviceKey(deviceKey, request.signature, stored.der, crypto))) {
    throw new SignerProblem(
      'DOCUMENT_INVALID_SIGNATURE_ERROR',
      "The approval is not signed by the device key that was pinned at the signer's enrolment",
    )
  }
  // 5. The operation was approved by this user on this device, for this approval, and released nothing before.
  requireApprovedOperation(await context.devices.findOperation(request.operationId), {
    userId: facts.userId,
    activationId: document.signerId,
    approvalHash: approvalHashOf(stored.der, crypto),
  })
  if (facts.operationUsed) throw used('operation')
  // 6. Every hash in the approval is the document's own.
  requireApprovalOf(approval, document, certificate.der, crypto)
  return stored
}

const used = (what: 'approval' | 'operation' | 'approval or operation') =>
  new SignerProblem('ILLEGAL_OPERATION_ERROR', `The ${what} has been used: each releases one signature`)

/** Consuming the approval, recording the intent and the state change, as one. */
async function consume(
  context: SignerContext,
  { documentId, signerId }: StoredDocument,
  { approvalId, der }: StoredApproval,
  { operationId, signature }: ApprovalRequest,
  level: SignatureLevel,
  claim: Claim,
): Promise<Release> {
  const released = { approvalId, operationId }
  const sealedIntent = sealIntent(context, documentId, released, approvalHashOf(der, context.crypto))
  const release: Release = { documentId, ...released, signature, level, sealedIntent }
  const at = context.clock.now()
  const reason = await consumeApproval(context.db, { ...release, signerId }, claim, at)
  if (reason === 'signer not active') requireActiveSigner((await getSigner(context.db, signerId)).status)
  if (reason === 'document not signable') requireSignable(await getDocument(context.db, documentId), at)
  if (reason === 'used before') throw used('approval or operation')
  if (reason !== null)
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The document or its signer changed meanwhile')
  return release
}

function isSameCall(earlier: Release | null, request: ApprovalRequest): boolean {
  return (
    earlier !== null &&
    earlier.approvalId === request.approvalId.toLowerCase() &&
    earlier.operationId === request.operationId &&
    bytesEqual(earlier.signature, request.signature)
  )
}

/**
 * The approval and the operation that released the document, and another signature over that approval by the pinned key:
 * a phone whose call was cut short signs again, and ECDSA gives it other bytes.
 */
async function isSignedAnew(
  context: SignerContext,
  { signerId }: StoredDocument,
  { earlier, approval, credential }: ReleaseFacts & { readonly credential: Credential },
  { operationId, signature }: ApprovalRequest,
): Promise<boolean> {
  if (earlier === null || approval === null) return false
  if (earlier.approvalId !== approval.approvalId || earlier.operationId !== operationId) return false
  return verifyByDeviceKey(pinnedDeviceKey(context, credential, signerId), signature, approval.der, context.crypto)
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
      return resumeSigning(context, documentId, claim.id)
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
