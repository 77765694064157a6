import { isSignedBy } from '../device-signature.ts'
import type { Law } from '../law.ts'
import { allowedStates } from './documents.ts'

export const sessionLaws: readonly Law[] = [
  {
    says: "a document that the bank accepted is there, in a state that the answers allow, and of the bank's user",
    judge({ claims, rows }, { check }) {
      const sessions = new Map(rows.sessions.map((row) => [row.id, row]))
      for (const { via, ended, facts, userId, name } of claims.of('upload')) {
        if (via !== 'bank' || ended !== 'acknowledged') continue
        const id = facts.documentId ?? ''
        const row = sessions.get(id)
        check(id, row !== undefined, 'the session is gone')
        if (row === undefined) continue
        const allowed = allowedStates(claims.on(id))
        check(id, allowed.includes(row.status), `the session is ${row.status}; the answers allow ${allowed.join(', ')}`)
        check(id, row.user_id === userId && row.name === name, 'the session is of somebody or something else')
        for (const each of claims.on(id))
          if (each.facts.hash !== undefined) check(id, each.facts.hash === row.hash, 'the phone was shown another hash')
      }
    },
  },
  {
    says: 'a session that is SIGNED or REJECTED is so at the signer, with the same hash and the same signature',
    judge({ rows }, { check }) {
      const documents = new Map(rows.documents.map((row) => [row.id, row]))
      const releases = new Set(rows.releases.map((row) => row.document_id))
      const approvals = new Map(rows.approvals.map((row) => [row.document_id, row]))
      const devices = new Map(rows.activations.map((row) => [row.activation_id, row.device_public_key]))
      const base64 = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('base64')
      for (const { id, status, signer_document_id, hash, signature } of rows.sessions) {
        if (signer_document_id === null) continue
        const row = documents.get(signer_document_id)
        check(id, row?.external_id === id, 'the document at the signer is gone, or of another session')
        if (row === undefined) continue
        check(id, base64(row.signed_attributes) === hash, 'bank and signer have different hashes')
        // The signer decides first: killed in between, the bank still waits and asks again.
        const fits =
          status === row.status || status === 'WAITING' || (status === 'PREPARED' && row.status === 'WAITING')
        check(id, fits, `the bank says ${status}, the signer ${row.status}`)
        if (signature === null) continue
        // In Cloud mode it is the device's over the approval, and a phone that repeats its call makes another.
        const approval = approvals.get(row.id)
        const isSame = releases.has(row.id)
          ? approval !== undefined &&
            isSignedBy(devices.get(row.signer_id), approval.to_be_signed, fromBase64(signature))
          : signature === base64(row.signature)
        check(id, isSame, 'bank and signer have different signatures')
      }
    },
  },
]

const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
