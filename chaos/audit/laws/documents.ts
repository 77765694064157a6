import type { Attempt } from '../claims.ts'
import type { Law } from '../law.ts'

/** What the calls on a document allow it to be, at the signer and at the bank alike. */
export function allowedStates(attempts: readonly Attempt[]): readonly string[] {
  const tried = (act: Attempt['act']) => attempts.some((each) => each.act === act)
  const done = (act: Attempt['act']) => attempts.some((each) => each.act === act && each.ended === 'acknowledged')
  const signed = done('sign') || done('download')
  // Of two answers that exclude one another, one was wrong.
  if (signed && done('reject')) return []
  if (signed) return ['SIGNED']
  if (done('reject')) return ['REJECTED']
  // SIGNING: Cloud mode, an approval is consumed and the file is not there yet.
  return ['WAITING', ...(tried('sign') ? ['SIGNING', 'SIGNED'] : []), ...(tried('reject') ? ['REJECTED'] : [])]
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

export const documentLaws: readonly Law[] = [
  {
    says: 'a document that was accepted is there, in a state that the answers allow, with what was given to be signed',
    judge({ claims, rows }, { check }) {
      const documents = new Map(rows.documents.map((row) => [row.id, row]))
      for (const { via, ended, facts, activationId } of claims.of('upload')) {
        if (via !== 'signer' || ended !== 'acknowledged') continue
        const id = facts.documentId ?? ''
        const row = documents.get(id)
        const allowed = allowedStates(claims.on(id))
        check(id, row !== undefined, 'the document is gone')
        if (row === undefined) continue
        check(
          id,
          allowed.includes(row.status),
          `the document is ${row.status}; the answers allow ${allowed.join(', ') || 'none'}`,
        )
        check(id, row.signer_id === activationId, `the document is of the signer ${row.signer_id}`)
        check(id, base64(row.signed_attributes) === facts.hash, 'other bytes were given to be signed than are stored')
      }
    },
  },
  {
    says: 'a document is of one upload, and an upload makes one document at most',
    judge({ claims, rows }, { check }) {
      const uploads = new Set(claims.of('upload').flatMap(({ via, name }) => (via === 'signer' ? [name] : [])))
      const sessions = new Set(rows.sessions.map(({ id }) => id))
      const seen = new Set<string>()
      for (const { id, external_id } of rows.documents) {
        // A bank that was killed prepares a session twice, and says so.
        check(id, sessions.has(external_id) || uploads.has(external_id), 'nobody uploaded the document')
        check(id, sessions.has(external_id) || !seen.has(external_id), `${external_id} made two documents`)
        seen.add(external_id)
      }
    },
  },
  {
    says: 'a SIGNED document has its signature and its two segments; any other has its original alone',
    judge({ rows }, { check }) {
      const segments = Map.groupBy(rows.segments, (row) => row.document_id)
      for (const { id, status, signature, signature_level } of rows.documents) {
        const positions = (segments.get(id) ?? []).map(({ position }) => position).join()
        const signed = status === 'SIGNED'
        check(id, ['WAITING', 'SIGNING', 'SIGNED', 'REJECTED'].includes(status), `${status} is no state`)
        check(id, positions === (signed ? '0,1' : '0'), `the document is ${status} and has segments ${positions}`)
        check(id, signed === (signature !== null && signature_level !== null), `${status}, and a signature or none`)
      }
    },
  },
  {
    says: 'no signature stands in two documents',
    judge({ rows }, { check }) {
      const seen = new Map<string, string>()
      for (const { id, signature } of rows.documents) {
        if (signature === null) continue
        const text = base64(signature)
        check(id, !seen.has(text), `it has the signature of ${seen.get(text)}`)
        seen.set(text, id)
      }
    },
  },
]
