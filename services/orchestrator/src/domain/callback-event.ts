import type { CallbackOutcome } from '@cloudsigner/contracts/orchestrator'
import type { SignerCallback } from '@cloudsigner/contracts/signer-callbacks'
import type { Advance, SessionEvent, SessionState } from './signing-session.ts'

export type DocumentCallback = Extract<SignerCallback, { readonly documentId: string }>

/** By what it says it is, not by the members that it has: a callback may carry more than its schema knows. */
export function isOfDocument(callback: SignerCallback): callback is DocumentCallback {
  return callback.callbackType.startsWith('DOCUMENT_')
}

/** What a document's callback means to its session. */
export function sessionEventOf(callback: DocumentCallback, state: SessionState): SessionEvent {
  switch (callback.callbackType) {
    case 'DOCUMENT_SIGNED':
      return { type: 'signed', signature: callback.deviceSignature }
    case 'DOCUMENT_REJECTED':
      return { type: 'rejected' }
    case 'DOCUMENT_EXPIRED': {
      // The signer's clock decides: by ours the time may not be over yet.
      const told = new Date(callback.timestamp)
      return { type: 'time', now: 'waitingUntil' in state && told < state.waitingUntil ? state.waitingUntil : told }
    }
  }
}

const outcomes = { changed: 'applied', unchanged: 'unchanged', forbidden: 'contradicted' } as const

export function callbackOutcome({ outcome }: Advance): CallbackOutcome {
  return outcomes[outcome]
}
