import { type Evidence, sha256 } from '../evidence.ts'
import type { Law } from '../law.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

export const blobLaws: readonly Law[] = [
  {
    says: 'every segment is stored whole, with the digest that its row has',
    async judge({ rows, blobs: { signer } }, { check }) {
      for (const { blob, size, digest, intact } of rows.segments) {
        const stored = signer.sizes.get(blob)
        check(blob, stored !== undefined, 'the blob is gone')
        if (stored === undefined) continue
        check(blob, stored === size, `the blob has ${stored} bytes, the segment ${size}`)
        check(blob, sha256(await signer.read(blob)) === hex(digest), "the blob does not have the segment's digest")
        check(blob, intact !== false, 'the service found it damaged')
      }
    },
  },
  {
    says: 'every blob is named by a segment, or written down as stray, and never both',
    judge({ rows, blobs: { signer } }, { check }) {
      const named = new Set(rows.segments.map(({ blob }) => blob))
      for (const blob of signer.sizes.keys())
        check(blob, named.has(blob) || rows.strayBlobs.has(blob), 'the blob is an orphan')
      for (const blob of rows.strayBlobs)
        check(blob, !named.has(blob), 'a blob that a document needs would be swept away')
    },
  },
  {
    says: "the bank's copies are the documents that were handed in, and each has its session",
    async judge(evidence, { check }) {
      const { rows, claims, blobs } = evidence
      const uploads = new Map(claims.of('upload').map((each) => [each.name, each]))
      const known = new Set(rows.sessions.map(({ blob }) => blob))
      for (const blob of blobs.orchestrator.sizes.keys()) check(blob, known.has(blob), 'the blob is an orphan')
      for (const { id, blob, name, size, status } of rows.sessions) {
        if (!blobs.orchestrator.sizes.has(blob)) {
          check(id, status === 'RECEIVED' || status === 'REFUSED', `the session is ${status} and its file is gone`)
          continue
        }
        // Killed between file and row: the session is RECEIVED and is refused when it is taken up.
        if (size === 0) check(id, status === 'RECEIVED' || status === 'REFUSED', `${status}, and its size is not known`)
        const original = uploads.get(name)?.original
        const digest = sha256(await blobs.orchestrator.read(blob))
        check(id, digest === original, 'the file is not the one that was handed in')
      }
    },
  },
  {
    says: 'what was uploaded is what is stored, to the byte',
    async judge(evidence, { check }) {
      for (const { documentId, blob, original } of originalsOf(evidence)) {
        check(documentId, original !== undefined, 'nobody handed in this document')
        if (original === undefined || !evidence.blobs.signer.sizes.has(blob)) continue
        const stored = await evidence.blobs.signer.read(blob)
        check(documentId, Buffer.from(stored).equals(evidence.original(original)), 'it is not what was uploaded')
      }
    },
  },
]

/** Each document's first segment, and the digest of what was uploaded for it: by the signer's API or through the bank. */
export function originalsOf({ rows, claims }: Pick<Evidence, 'rows' | 'claims'>) {
  const uploads = new Map(claims.of('upload').map((each) => [each.name, each.original]))
  const sessionNames = new Map(rows.sessions.map(({ id, name }) => [id, name]))
  const firsts = new Map(rows.segments.filter(({ position }) => position === 0).map((row) => [row.document_id, row]))
  return rows.documents.map(({ id, external_id }) => ({
    documentId: id,
    blob: firsts.get(id)?.blob ?? '',
    original: uploads.get(sessionNames.get(external_id) ?? external_id),
  }))
}
