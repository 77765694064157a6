import { type Signal, useSignal } from '@preact/signals'
import { messages } from '../i18n/index.ts'
import type { NoticeKind } from '../parts/notice.tsx'
import { DocumentRefused } from '../phone/document-refused.ts'
import { type OpenedDocument, signDocument } from '../phone/documents.ts'
import { useApp } from '../state/app.ts'
import { troubleOf } from '../state/trouble.ts'

export interface Outcome {
  readonly kind: NoticeKind
  readonly title?: string
  readonly text: string
}

/** Signs documents that were read, one after the other, by one proof of the person. */
export function useSigning(): {
  readonly sign: (documents: readonly OpenedDocument[]) => Promise<boolean>
  readonly outcome: Signal<Outcome | undefined>
} {
  const { session, authorization, reviews } = useApp()
  const outcome = useSignal<Outcome | undefined>(undefined)
  const sign = async (documents: readonly OpenedDocument[]): Promise<boolean> => {
    const texts = messages.value.document
    const [only, another] = documents
    if (only === undefined) return false
    const title = another === undefined ? texts.signTitle(only.document.name) : texts.signManyTitle(documents.length)
    outcome.value = undefined
    const pending = [...documents]
    try {
      const signed = await authorization.perform({
        title,
        // The vault with the signing key opens by the PIN, unless PowerAuth is told otherwise.
        biometryAllowed: false,
        async perform(authentication) {
          // After a wrong PIN the rest is tried again, and nothing twice.
          for (let next = pending[0]; next !== undefined; next = pending[0]) {
            await signDocument(session.phone, next, authentication)
            reviews.remove(next.document.documentId)
            pending.shift()
          }
          return documents.length
        },
      })
      if (signed === undefined) return false
      outcome.value = { kind: 'success', text: texts.signed(signed) }
      return true
    } catch (error) {
      outcome.value = failure(error)
      return false
    }
  }
  return { sign, outcome }
}

/** A server that asked for something else than what was shown is told of loudly. */
export function failure(error: unknown): Outcome {
  const { document, troubles } = messages.value
  if (!(error instanceof DocumentRefused)) return { kind: 'error', text: troubles[troubleOf(error)] }
  const text = `${document.refusals[error.refusal]} ${document.refusedText}`
  return { kind: 'error', title: document.refusedTitle, text }
}
