import type { PhoneDocument, SessionDocument } from '@cloudsigner/contracts/orchestrator'
import { advance } from '../domain/signing-session.ts'
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
    status: state.status,
    createdAt: session.createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }
}

/** The same for the phone, with what it is to sign while the document waits. */
export function phoneView(session: Session, now: Date, waitingTimeoutSeconds: number): PhoneDocument {
  const { state } = advance(session.state, { type: 'time', now })
  const hash = state.status === 'WAITING' ? state.hash : null
  return { ...sessionView(session, now, waitingTimeoutSeconds), hash }
}
