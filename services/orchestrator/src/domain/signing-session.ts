/**
 * The state machine of a signing session, whole and in one file, without I/O: copy it into your own back end.
 *
 *   RECEIVED ── prepared ──▶ WAITING ── signed ────▶ SIGNED
 *      │                        ├────── rejected ──▶ REJECTED
 *      └── refused ──▶ REFUSED  └────── timed out ─▶ EXPIRED
 *
 * RECEIVED: the bank's PDF is stored here; the signer has not answered yet. A session that a crash left RECEIVED is
 *   prepared again: preparing twice makes a second document at the signer, which times out unused.
 * WAITING: the signer has made the bytes to sign (`hash`), and the phone may show, sign or reject.
 * SIGNED, REJECTED, EXPIRED, REFUSED: final.
 *
 * Store the state that `advance` gives before telling anybody of it. Every event may come twice (a phone repeats a call
 * whose answer got lost): a repetition of what already happened is `unchanged`, anything else out of turn is refused.
 */

export type SessionState =
  | { readonly status: 'RECEIVED' }
  | ({ readonly status: 'WAITING' } & Prepared)
  | ({ readonly status: 'SIGNED'; readonly signature: string } & Prepared)
  | ({ readonly status: 'REJECTED' } & Prepared)
  | ({ readonly status: 'EXPIRED' } & Prepared)
  | { readonly status: 'REFUSED'; readonly reason: string }

/** What the signer answered to the upload. */
export interface Prepared {
  /** The document's id at the signer. */
  readonly signerDocumentId: string
  /** Base64 of the bytes that the device signs. */
  readonly hash: string
  /** When the signer stops waiting. */
  readonly waitingUntil: Date
}

export type SessionEvent =
  /** The signer took the document. */
  | ({ readonly type: 'prepared' } & Prepared)
  /** The signer does not take the document, ever: the sentence says why. */
  | { readonly type: 'refused'; readonly reason: string }
  /** The signer took the device's signature (Base64 DER). */
  | { readonly type: 'signed'; readonly signature: string }
  /** The user said no. */
  | { readonly type: 'rejected' }
  /** The clock was looked at. */
  | { readonly type: 'time'; readonly now: Date }

export type Advance =
  | { readonly outcome: 'changed'; readonly state: SessionState }
  | { readonly outcome: 'unchanged'; readonly state: SessionState }
  /** The event has no place here; the sentence is for the caller. */
  | { readonly outcome: 'forbidden'; readonly state: SessionState; readonly reason: string }

export function advance(state: SessionState, event: SessionEvent): Advance {
  switch (event.type) {
    case 'prepared': {
      const { type: _, ...prepared } = event
      if (state.status === 'RECEIVED') return changed({ status: 'WAITING', ...prepared })
      const same = 'signerDocumentId' in state && state.signerDocumentId === prepared.signerDocumentId
      return same ? unchanged(state) : forbidden(state, 'prepared again')
    }
    case 'refused':
      if (state.status === 'RECEIVED') return changed({ status: 'REFUSED', reason: event.reason })
      return state.status === 'REFUSED' ? unchanged(state) : forbidden(state, 'refused')
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
    case 'time': {
      const over = state.status === 'WAITING' && event.now >= state.waitingUntil
      return over ? changed({ ...state, status: 'EXPIRED' }) : unchanged(state)
    }
  }
}

/** Whether the phone may send a signature (or repeat one); asked before the signer is. */
export function maySign(state: SessionState, signature: string, now: Date): Advance {
  const { state: current } = advance(state, { type: 'time', now })
  if (current.status === 'WAITING') return unchanged(current)
  return current.status === 'SIGNED' && current.signature === signature
    ? unchanged(current)
    : forbidden(current, 'signed')
}

const changed = (state: SessionState): Advance => ({ outcome: 'changed', state })
const unchanged = (state: SessionState): Advance => ({ outcome: 'unchanged', state })
const forbidden = (state: SessionState, what: string): Advance => ({
  outcome: 'forbidden',
  state,
  reason: `The document is ${state.status} and cannot be ${what}`,
})
