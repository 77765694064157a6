import { readApproval } from '@cloudsigner/pki'
import { isSignedBy } from '../device-signature.ts'
import { sha256 } from '../evidence.ts'
import type { Law } from '../law.ts'

export const releaseLaws: readonly Law[] = [
  {
    says: 'a key that is kept is used once for each release: what it signed was released, and by the answer that says so',
    judge({ claims, rows }, { check }) {
      const kept = new Set(rows.certificates.flatMap(({ id, credential_id }) => (credential_id === null ? [] : [id])))
      const releases = Map.groupBy(rows.releases, (row) => row.document_id)
      for (const { id, status, certificate_id, signature_level } of rows.documents) {
        const [release, ...more] = releases.get(id) ?? []
        const isReleased = kept.has(certificate_id) && (status === 'SIGNED' || status === 'SIGNING')
        check(id, (release !== undefined) === isReleased, `${status}, and it has a release or none`)
        check(id, more.length === 0, 'it was released more than once')
        if (release === undefined) continue
        check(id, release.signed === (status === 'SIGNED'), `${status}, and its release says otherwise`)
        check(id, status !== 'SIGNED' || signature_level === release.signature_level, 'signed at another level')
      }
      for (const { documentId, ended, release } of claims.of('sign')) {
        if (ended !== 'acknowledged' || release === undefined) continue
        const [row] = releases.get(documentId) ?? []
        const same = row?.approval_id === release.approvalId && row.operation_id === release.operationId
        check(documentId, same, 'the release that was answered is not the one that is stored')
      }
    },
  },
  {
    says: "no release without the signature of the signer's device over an approval of that very document",
    judge({ rows }, { check }) {
      const documents = new Map(rows.documents.map((row) => [row.id, row]))
      const certificates = new Map(rows.certificates.map((row) => [row.id, row]))
      const approvals = new Map(rows.approvals.map((row) => [row.id, row]))
      const devices = new Map(rows.activations.map((row) => [row.activation_id, row.device_public_key]))
      for (const { document_id: id, approval_id, signature } of rows.releases) {
        const approval = approvals.get(approval_id)
        const document = documents.get(id)
        check(id, approval !== undefined && document !== undefined, 'the approval or the document is gone')
        if (approval === undefined || document === undefined) continue
        const { signerId, credential, documents: approved } = readApproval(new Uint8Array(approval.to_be_signed))
        const [only] = approved
        check(id, approved.length === 1 && only?.documentId === id, 'the approval is of another document')
        const hash = only && Buffer.from(only.dtbsr).toString('hex')
        check(id, hash === sha256(document.signed_attributes), 'the approval is of another hash')
        check(id, signerId === document.signer_id, 'the approval is of another signer')
        const certificate = certificates.get(document.certificate_id)?.certificate ?? new Uint8Array()
        check(id, Buffer.from(credential).toString('hex') === sha256(certificate), 'it is for another certificate')
        const isDevices = isSignedBy(devices.get(document.signer_id), approval.to_be_signed, signature)
        check(id, isDevices, 'the device did not sign the approval')
      }
    },
  },
  {
    says: "no approval and no operation released twice, and each operation was approved by the signer's device for that approval",
    judge({ rows, claims }, { check }) {
      const approvals = new Map(rows.approvals.map((row) => [row.id, row]))
      const documents = new Map(rows.documents.map((row) => [row.id, row]))
      const signers = new Map(rows.signers.map((row) => [row.id, row]))
      const operations = new Map(rows.operations.map((row) => [row.operation_id, row]))
      const seen = new Set<string>()
      for (const { document_id: id, approval_id, operation_id } of rows.releases) {
        for (const used of [approval_id, operation_id]) {
          check(id, !seen.has(used), `${used} was used before`)
          seen.add(used)
        }
        const operation = operations.get(operation_id)
        const signerId = documents.get(id)?.signer_id ?? ''
        check(id, operation?.status === 'APPROVED', `the operation is ${operation?.status ?? 'gone'}`)
        check(id, operation?.user_id === signers.get(signerId)?.user_id, "the operation is not the signer's")
        check(id, operation?.decided_by === signerId, "the operation was not approved by the signer's device")
        const hash = sha256(approvals.get(approval_id)?.to_be_signed ?? new Uint8Array())
        check(id, operation?.data.startsWith(`A0*T${hash}*`) ?? false, 'the operation is for another approval')
      }
      for (const { operationId, ended } of claims.of('approve'))
        if (ended === 'acknowledged')
          check(operationId, operations.get(operationId)?.status === 'APPROVED', 'an approval was taken back')
    },
  },
  {
    says: 'what released one document released no other, however it was tried',
    judge({ claims }, { check }) {
      for (const { documentId, ended } of claims.of('misuse'))
        check(documentId, ended !== 'acknowledged', 'it was signed')
    },
  },
]
