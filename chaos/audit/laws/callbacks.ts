import { sha256 } from '../evidence.ts'
import type { Law } from '../law.ts'
import type { CallbackRow, Rows } from '../rows.ts'

export const callbackLaws: readonly Law[] = [
  {
    says: 'what happened is told once to each who asked: every end of a document, every state of operation and activation',
    judge({ rows }, { check }) {
      const told = Map.groupBy(rows.callbacks, (row) => `${row.schema} ${row.destination} ${row.type} ${row.subject}`)
      for (const { key, subject } of owed(rows)) {
        const times = told.get(key)?.length ?? 0
        check(subject, times === 1, `${key} was written down ${times} times`)
      }
    },
  },
  {
    says: 'no callback is lost: each was taken by whom it is for, or is still to be sent',
    judge({ rows, claims }, { check }) {
      const taken = new Set([
        ...rows.received,
        ...claims.callbacks.filter(({ isTaken }) => isTaken).map(({ key }) => key),
      ])
      for (const { id, status, type, subject } of rows.callbacks) {
        check(subject, status !== 'FAILED', `${type} was given up`)
        check(subject, status !== 'COMPLETED' || taken.has(id), `${type} is COMPLETED, and nobody took it`)
      }
    },
  },
  {
    says: 'a callback is the same at each attempt, and none is told that was not written down',
    judge({ rows, claims }, { check }) {
      const events = new Map(rows.callbacks.map((row) => [row.id, row]))
      for (const { key, body } of claims.callbacks) {
        const event = events.get(key)
        check(key, event !== undefined, 'it was never written down')
        if (event !== undefined)
          check(key, sha256(new TextEncoder().encode(event.body)) === body, 'its body is another')
      }
    },
  },
]

/** What has to be written down, for each destination that hears of such a thing at all. */
function owed({ callbacks, documents, operations, activations }: Rows) {
  const hears = (schema: string, kind: string) => {
    const some = callbacks.filter((row: CallbackRow) => row.schema === schema && row.type.startsWith(kind))
    return [...new Set(some.map(({ destination }) => destination))]
  }
  const each = (schema: string, kind: string, things: readonly { readonly subject: string; readonly type: string }[]) =>
    hears(schema, kind).flatMap((destination) =>
      things.map(({ subject, type }) => ({ key: `${schema} ${destination} ${type} ${subject}`, subject })),
    )
  const ended = documents.filter(({ status }) => status === 'SIGNED' || status === 'REJECTED')
  return [
    ...each(
      'signer',
      'DOCUMENT',
      ended.map(({ id, status }) => ({ subject: id, type: `DOCUMENT_${status}` })),
    ),
    ...each(
      'powerauth',
      'OPERATION',
      operations.map(({ operation_id, status }) => ({ subject: operation_id, type: `OPERATION ${status}` })),
    ),
    ...each(
      'powerauth',
      'ACTIVATION',
      activations.map(({ activation_id, activation_status }) => ({
        subject: activation_id,
        type: `ACTIVATION ${activation_status}`,
      })),
    ),
  ]
}
