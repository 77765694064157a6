/** Documents on this phone: fetched, checked, and signed as they were shown. */
import { encodeBase64, toHex } from '@cloudsigner/pki'
import type { Authentication } from '@cloudsigner/powerauth-sdk'
import type { AppPhone, FileAnswer, PhoneDocument } from './app-phone.ts'
import { DocumentRefused } from './document-refused.ts'
import { comparisonCode, rebuild, requireApprovalHash, requireSameApproval, requireSameAttributes } from './prepared.ts'
import { findSigner, requireOwnCertificate } from './signer.ts'

/** A document that waits, and what signing it means, computed from the bytes that are shown. */
export interface OpenedDocument {
  readonly kind: 'waiting'
  readonly document: PhoneDocument
  /** The prepared file, its signature still empty. */
  readonly bytes: Uint8Array
  readonly comparisonCode: string
  /** Of the signature field that waits; its widget shows where the signature will be, if it is to be seen. */
  readonly fieldName: string
  /** The length of what the bank handed in. */
  readonly originalSize: number
  /** Signed attributes or, in Cloud mode, the approval: DER. */
  readonly toBeSigned: Uint8Array
  /** Cloud mode: the operation to approve besides. */
  readonly operationId: string | undefined
}

export interface FinishedDocument {
  readonly kind: 'finished'
  readonly document: PhoneDocument
  /** Signed, where it is signed. */
  readonly bytes: Uint8Array
}

export type ShownDocument = OpenedDocument | FinishedDocument

/** More than this is not read on a phone. */
const MAX_BYTES = 128 * 1024 * 1024

/** Throws DocumentRefused where the server asks for anything but a signature over just this document. */
export async function fetchDocument(phone: AppPhone, documentId: string): Promise<ShownDocument> {
  const document = await phone.bank().getDocument(documentId)
  if (document.status === 'WAITING') return openWaiting(phone, document)
  return { kind: 'finished', document, bytes: await bytesOf(await phone.bank().downloadDocument(documentId)) }
}

async function openWaiting(phone: AppPhone, document: PhoneDocument): Promise<OpenedDocument> {
  const [signer, bytes] = await Promise.all([
    findSigner(phone),
    phone.bank().downloadPrepared(document.documentId).then(bytesOf),
  ])
  if (signer === undefined) throw new DocumentRefused('other_certificate')
  requireOwnCertificate(phone, signer)
  const { certificate } = signer
  const file = { bytes, originalSize: document.size }
  const rebuilt = await rebuild(file, certificate, phone.crypto)
  const { fieldName } = rebuilt
  const code = comparisonCode(file, phone.crypto)
  const shown = { kind: 'waiting', document, ...file, fieldName, comparisonCode: code } as const
  const { approval, hash, signerDocumentId, activationId } = document
  if (signer.mode === 'EXTERNAL') {
    return { ...shown, toBeSigned: requireSameAttributes(hash, rebuilt), operationId: undefined }
  }
  if (approval === null || signerDocumentId === null || activationId !== phone.powerAuth.activationId) {
    throw new DocumentRefused('other_approval')
  }
  const approved = { signerId: activationId, documentId: signerDocumentId, certificate }
  const toBeSigned = requireSameApproval(approval.toBeSigned, approved, rebuilt, phone.crypto)
  return { ...shown, toBeSigned, operationId: approval.operationId }
}

/** Signs what `openWaiting` has computed, and nothing that came later. */
export async function signDocument(phone: AppPhone, opened: OpenedDocument, authentication: Authentication) {
  const { document, toBeSigned, operationId } = opened
  if (operationId !== undefined) await approveOperation(phone, operationId, toBeSigned, authentication)
  const signature = encodeBase64(await phone.sign(authentication, toBeSigned))
  return phone.bank(authentication).signDocument(document.documentId, signature, operationId)
}

export function rejectDocument(phone: AppPhone, { document }: OpenedDocument, authentication: Authentication) {
  return phone.bank(authentication).rejectDocument(document.documentId)
}

/**
 * The operation counts wrong PINs and shows in the history; what releases the key is the signature. It is approved only
 * where it carries the hash of this very approval.
 */
async function approveOperation(phone: AppPhone, id: string, approval: Uint8Array, authentication: Authentication) {
  const mobileToken = phone.mobileToken('en')
  const operation = await mobileToken.detail(id)
  requireApprovalHash(operation.data, toHex(phone.crypto.digest('SHA-256', approval)))
  // A call whose answer was lost is made again: the operation is approved already then.
  if (operation.status !== 'APPROVED') await mobileToken.authorize(operation, authentication)
}

async function bytesOf({ body }: FileAnswer): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  const reader = body.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length
    if (size > MAX_BYTES) {
      await reader.cancel()
      throw new DocumentRefused('not_prepared')
    }
    chunks.push(new Uint8Array(part.value))
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer())
}
