import type { DocumentStatus } from '@cloudsigner/contracts/signer'
import { SignerProblem } from './signer-problem.ts'

/** What the state machine knows of a document. */
export interface DocumentState {
  readonly status: DocumentStatus
  /** From this moment on a WAITING document cannot be signed any more. */
  readonly waitingUntil: Date
  /** DER ECDSA-Sig-Value that made it SIGNED; null before. */
  readonly signature: Uint8Array | null
}

/**
 * WAITING → SIGNED. `repeated` for the very signature that made it SIGNED: the answer is the same again, and nothing is
 * done. Throws ILLEGAL_OPERATION_ERROR for anything else that is not waiting, or waits no longer.
 */
export function beginSigning(document: DocumentState, signature: Uint8Array, now: Date): 'proceed' | 'repeated' {
  if (document.status === 'SIGNED' && document.signature !== null && sameBytes(document.signature, signature)) {
    return 'repeated'
  }
  requireWaiting(document.status, 'signed')
  if (now.getTime() >= document.waitingUntil.getTime()) {
    throw new SignerProblem(
      'ILLEGAL_OPERATION_ERROR',
      `The document waited for a signature until ${document.waitingUntil.toISOString()}, and that has passed`,
    )
  }
  return 'proceed'
}

/** WAITING → REJECTED; REJECTED again is a no-op. A timed-out document may still be rejected. */
export function rejectDocument(status: DocumentStatus): 'changed' | 'unchanged' {
  if (status === 'REJECTED') return 'unchanged'
  requireWaiting(status, 'rejected')
  return 'changed'
}

/** The contract's file is the signed one: there is none before, and a rejected document never has one. */
export function requireSigned(status: DocumentStatus): void {
  if (status !== 'SIGNED') {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', `The document is ${status}: there is no signed file of it`)
  }
}

function requireWaiting(status: DocumentStatus, what: string): void {
  if (status !== 'WAITING') {
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', `The document is ${status} and cannot be ${what}`)
  }
}

/** Signature values are public: no need for constant time. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
