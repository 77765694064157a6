/**
 * The state machine of a signing session, whole and in one file, without I/O: copy it into your own back end.
 *
 *   RECEIVED ── prepared ──▶ WAITING ── signed ────▶ SIGNED
 *      │  └─ prepared ─▶ PREPARED ─┘├── rejected ──▶ REJECTED
 *      └── refused ──▶ REFUSED      └── timed out ─▶ EXPIRED
 *
 * RECEIVED: the bank's PDF is stored here; the signer has not answered yet. A session that a crash left RECEIVED is
 *   prepared again: preparing twice makes a second document at the signer, which times out unused.
 * PREPARED, in Cloud mode alone: the signer has made the `Approval`, and PowerAuth has no operation for it yet. A session
 *   that a crash left PREPARED gets one: it is looked for by the session's id first, so that there is never a second.
 * WAITING: there is something to sign, and the phone may show, sign or reject. External mode signs `hash`; Cloud mode
 *   approves the operation and signs the approval.
 * SIGNED, REJECTED, EXPIRED, REFUSED: final.
 *
 * Store the state that `advance` gives before telling anybody of it. Every event may come twice (a phone repeats a call
 * whose answer got lost): a repetition of what already happened is `unchanged`, anything else out of turn is refused.
 */

export type SessionState =
  | { readonly status: 'RECEIVED' }
  | ({ readonly status: 'PREPARED'; readonly approval: Approval } & Prepared)
  | ({ readonly status: 'WAITING'; readonly release: Release | null } & Prepared)
  | ({ readonly status: 'SIGNED'; readonly signature: string; readonly release: Release | null } & Prepared)
  | ({ readonly status: 'REJECTED'; readonly release: Release | null } & Prepared)
  | ({ readonly status: 'EXPIRED'; readonly release: Release | null } & Prepared)
  | { readonly status: 'REFUSED'; readonly reason: string }

/** What the signer answered to the upload. */
export interface Prepared {
  /** The document's id at the signer. */
  readonly signerDocumentId: string
  /** Base64 of the signed attributes: what the device signs in External mode. */
  readonly hash: string
  /** When nobody waits any more: the signer, or the approval. */
  readonly waitingUntil: Date
}

/** Cloud mode: what the signer wants signed before it uses the key. */
export interface Approval {
  readonly approvalId: string
  /** Base64 of the DER Approval. */
  readonly toBeSigned: string
}

/** Cloud mode: the approval, and the PowerAuth operation that its user is to approve. null in External mode. */
export interface Release extends Approval {
  readonly operationId: string
}

export type SessionEvent =
  /** The signer took the document; with an approval where the signer is of Cloud mode. */
  | ({ readonly type: 'prepared'; readonly approval: Approval | null } & Prepared)
  /** The signer does not take the document, ever: the sentence says why. */
  | { readonly type: 'refused'; readonly reason: string }
  /** Cloud mode: PowerAuth has the operation. */
  | { readonly type: 'operationCreated'; readonly operationId: string }
  /** The signer took the device's signature (Base64 DER): over `hash`, or over the approval. */
  | { readonly type: 'signed'; readonly signature: string }
  /** The user said no. */
  | { readonly type: 'rejected' }
  /** Cloud mode: the operation ended without an approval (too many wrong PINs, cancelled, its time over). */
  | { readonly type: 'operationEnded' }
  /** The clock was looked at. */
  | { readonly type: 'time'; readonly now: Date }

export type Advance =
  | { readonly outcome: 'changed'; readonly state: SessionState }
  | { readonly outcome: 'unchanged'; readonly state: SessionState }
  /** The event has no place here; the sentence is for the caller. */
  | { readonly outcome: 'forbidden'; readonly state: SessionState; readonly reason: string }

export function advance(state: SessionState, event: SessionEvent): Advance {
  switch (event.type) {
    case 'prepared':
      return advancePrepared(state, event)
    case 'refused':
      if (state.status === 'RECEIVED') return changed({ status: 'REFUSED', reason: event.reason })
      return state.status === 'REFUSED' ? unchanged(state) : forbidden(state, 'refused')
    case 'operationCreated':
      return advanceOperation(state, event.operationId)
    case 'signed':
      // The signer decides whether a signature came in time: what it took is SIGNED, even if our clock says EXPIRED.
      if (state.status === 'WAITING' || state.status === 'EXPIRED') {
        return changed({ ...state, status: 'SIGNED', signature: event.signature })
      }
      return state.status === 'SIGNED' && state.signature === event.signature
        ? unchanged(state)
        : forbidden(state, 'signed')
    case 'rejected':
      if (state.status === 'WAITING') return changed({ ...state, status: 'REJECTED' })
      return state.status === 'REJECTED' ? unchanged(state) : forbidden(state, 'rejected')
    case 'operationEnded':
      return state.status === 'WAITING' && state.release !== null
        ? changed({ ...state, status: 'EXPIRED' })
        : unchanged(state)
    case 'time':
      return advanceTime(state, event.now)
  }
}

function advancePrepared(state: SessionState, event: SessionEvent & { readonly type: 'prepared' }): Advance {
  const { type: _, approval, ...prepared } = event
  if (state.status === 'RECEIVED') {
    return changed(
      approval === null
        ? { status: 'WAITING', release: null, ...prepared }
        : { status: 'PREPARED', approval, ...prepared },
    )
  }
  const same = 'signerDocumentId' in state && state.signerDocumentId === prepared.signerDocumentId
  return same ? unchanged(state) : forbidden(state, 'prepared again')
}

function advanceOperation(state: SessionState, operationId: string): Advance {
  if (state.status === 'PREPARED') {
    const { approval, status: _, ...prepared } = state
    return changed({ ...prepared, status: 'WAITING', release: { ...approval, operationId } })
  }
  const same = 'release' in state && state.release?.operationId === operationId
  return same ? unchanged(state) : forbidden(state, 'put to approval')
}

function advanceTime(state: SessionState, now: Date): Advance {
  if (!('waitingUntil' in state) || now < state.waitingUntil) return unchanged(state)
  if (state.status === 'WAITING') return changed({ ...state, status: 'EXPIRED' })
  if (state.status !== 'PREPARED') return unchanged(state)
  const { approval: _, ...prepared } = state
  return changed({ ...prepared, status: 'EXPIRED', release: null })
}

/** What the phone sends: in Cloud mode with the operation that its user has approved. */
export interface PhoneSignature {
  readonly signature: string
  readonly operationId: string | null
}

/**
 * Whether the phone may send this signature (or repeat one); asked before the signer is. What is for another operation,
 * or of the other mode, is no signature of this session.
 */
export function maySign(state: SessionState, sent: PhoneSignature, now: Date): Advance {
  const { state: current } = advance(state, { type: 'time', now })
  if (current.status !== 'WAITING' && current.status !== 'SIGNED') return forbidden(current, 'signed')
  if ((current.release?.operationId ?? null) !== sent.operationId) {
    return forbidden(current, current.release === null ? 'signed by an operation' : 'signed by another operation')
  }
  if (current.status === 'WAITING') return unchanged(current)
  return current.signature === sent.signature ? unchanged(current) : forbidden(current, 'signed')
}

const changed = (state: SessionState): Advance => ({ outcome: 'changed', state })
const unchanged = (state: SessionState): Advance => ({ outcome: 'unchanged', state })
const forbidden = (state: SessionState, what: string): Advance => ({
  outcome: 'forbidden',
  state,
  reason: `The document is ${state.status} and cannot be ${what}`,
})
