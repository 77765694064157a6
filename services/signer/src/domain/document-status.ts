import type { DocumentStatus } from '@cloudsigner/contracts/signer'
import { SignerProblem } from './signer-problem.ts'

/**
 * WAITING → SIGNING → SIGNED in Cloud mode: SIGNING from the moment that an approval is consumed until the file is
 * there. To the outside such a document still waits.
 */
export type StoredDocumentStatus = DocumentStatus | 'SIGNING'

/** What the state machine knows of a document. */
export interface DocumentState {
  readonly status: StoredDocumentStatus
  /** From this moment on a WAITING document cannot be signed any more. */
  readonly waitingUntil: Date
}

/**
 * WAITING → SIGNED, once: a signature sent again is refused like any other for a document that is SIGNED already, as the
 * reference does. Throws ILLEGAL_OPERATION_ERROR for what is not waiting, or waits no longer.
 */
export function requireSignable(document: DocumentState, now: Date): void {
  requireWaiting(document.status, 'signed')
  if (now.getTime() >= document.waitingUntil.getTime()) {
    throw new SignerProblem(
      'ILLEGAL_OPERATION_ERROR',
      `The document waited for a signature until ${document.waitingUntil.toISOString()}, and that has passed`,
    )
  }
}

/**
 * WAITING → REJECTED; REJECTED again is a no-op. A timed-out document may still be rejected; one that is SIGNING, where
 * nobody is at it and the signer keeps it from getting SIGNED.
 */
export function rejectDocument(status: StoredDocumentStatus): 'changed' | 'unchanged' {
  if (status === 'REJECTED') return 'unchanged'
  if (status !== 'SIGNING') requireWaiting(status, 'rejected')
  return 'changed'
}

/** The contract's file is the signed one: there is none before, and a rejected document never has one. */
export function requireSigned(status: StoredDocumentStatus): void {
  if (status !== 'SIGNED') {
    throw new SignerProblem(
      'ILLEGAL_OPERATION_ERROR',
      `The document is ${outside(status)}: there is no signed file of it`,
    )
  }
}

/** The contract's statuses are three. */
const outside = (status: StoredDocumentStatus): DocumentStatus => (status === 'SIGNING' ? 'WAITING' : status)

function requireWaiting(status: StoredDocumentStatus, what: string): void {
  if (status === 'SIGNING') {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The document is being signed')
  }
  if (status !== 'WAITING') {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', `The document is ${status} and cannot be ${what}`)
  }
}
