import type { PhoneApproval, PhoneDocument, SessionDocument } from '@cloudsigner/contracts/orchestrator'
import { advance, type Release } from '../domain/signing-session.ts'
import type { Session } from '../store/sessions.ts'

/** A session as the bank sees it at `now`: one whose time is over is EXPIRED. */
export function sessionView(session: Session, now: Date, waitingTimeoutSeconds: number): SessionDocument {
  const { state } = advance(session.state, { type: 'time', now })
  const expiresAt =
    'waitingUntil' in state ? state.waitingUntil : new Date(session.createdAt.getTime() + waitingTimeoutSeconds * 1000)
  return {
    documentId: session.id,
    userId: session.userId,
    activationId: session.activationId,
    name: session.name,
    fileName: session.fileName,
    size: session.size,
    // Until there is something to sign, it is all one to the bank and the phone.
    status: state.status === 'PREPARED' ? 'RECEIVED' : state.status,
    createdAt: session.createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }
}

/** The same for the phone, with what it is to sign while the document waits. */
export function phoneView(session: Session, now: Date, waitingTimeoutSeconds: number): PhoneDocument {
  const { state } = advance(session.state, { type: 'time', now })
  return {
    ...sessionView(session, now, waitingTimeoutSeconds),
    hash: state.status === 'WAITING' ? state.hash : null,
    approval:
      state.status === 'WAITING' && state.release !== null ? approvalOf(state.release, state.waitingUntil) : null,
    signerDocumentId: 'signerDocumentId' in state ? state.signerDocumentId : null,
  }
}

function approvalOf({ toBeSigned, operationId }: Release, waitingUntil: Date): PhoneApproval {
  return { toBeSigned, operationId, expiresAt: waitingUntil.toISOString() }
}
