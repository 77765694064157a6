import type { CloudKeyAlgorithm } from '@cloudsigner/contracts/cloud-mode'
import type { RevocationReason, SignatureLevel, SignerStatus } from '@cloudsigner/contracts/signer'
import type { ColumnType, Generated, JSONColumnType, Kysely, Transaction } from 'kysely'
import type { StoredDocumentStatus } from '../domain/document-status.ts'

/** Rows of the schema `signer`, as migrations.ts makes them. */
export interface SignerTables {
  signer: SignerRow
  certificate: CertificateRow
  challenge: ChallengeRow
  credential: CredentialRow
  document: DocumentRow
  approval: ApprovalRow
  release: ReleaseRow
  segment: SegmentRow
  stray_blob: StrayBlobRow
}

export type SignerDatabase = Kysely<SignerTables>
export type SignerTransaction = Transaction<SignerTables>

export const signerSchema = 'signer'

interface SignerRow {
  id: string
  user_id: string
  status: SignerStatus
  /** DER of the CSR last enrolled with: renewals send it again. */
  certification_request: Uint8Array
  /** The certificate that new documents are signed with. */
  certificate_id: string
  created_at: Date
  changed_at: Date
  /** When the renewal job last had its turn at the signer. */
  renewal_tried_at: Generated<Date | null>
}

/** Every certificate ever issued to a signer: revocation goes over all that are still valid. */
interface CertificateRow {
  id: string
  signer_id: string
  issuer_dn: string
  /** Upper-case hex, as the CA spells it. */
  serial_number: string
  certificate: Uint8Array
  /** Base64 DER of the issuing CA's certificate and those above it, root last. */
  chain: JSONColumnType<readonly string[]>
  not_before: Date
  not_after: Date
  issued_at: Date
  revoked_at: Date | null
  revocation_reason: RevocationReason | null
  /** Of Cloud mode: the key pair that is kept here. null: the device keeps it. */
  credential_id: string | null
}

/** What a device is to sign to have its key pinned; once. */
interface ChallengeRow {
  id: string
  signer_id: string
  user_id: string
  /** DER DeviceKeyBinding. */
  to_be_signed: Uint8Array
  created_at: Date
  consumed_at: Date | null
}

/** A key pair that is kept here, and the device key that releases it. Without a certificate it is an enrolment that ended early. */
interface CredentialRow {
  id: string
  signer_id: string
  key_algorithm: CloudKeyAlgorithm
  /** PKCS #8, sealed for this row; null once the key is not to be used any more. */
  sealed_private_key: Uint8Array | null
  /** SubjectPublicKeyInfo of the pinned device key, sealed for this row: who writes rows pins nothing. */
  sealed_device_key: Uint8Array
  created_at: Date
}

interface DocumentRow {
  id: string
  signer_id: string
  /** Fixed at upload, since the signed attributes name it. */
  certificate_id: string
  external_id: string
  name: string
  file_name: string
  status: StoredDocumentStatus
  /** DER SET OF: what the device signs. */
  signed_attributes: Uint8Array
  /** The SignaturePlan of pades, as JSON. */
  plan: JSONColumnType<object>
  created_at: ColumnType<Date, Date, never>
  waiting_until: Date
  changed_at: Date
  signature: Uint8Array | null
  signature_level: SignatureLevel | null
  /** When it was told that the document waited in vain: from then on it is not signed, whatever a replica's clock says. */
  timed_out_at: Generated<Date | null>
}

/** What the device is to sign to have a document signed. */
interface ApprovalRow {
  id: string
  document_id: string
  /** DER Approval. */
  to_be_signed: Uint8Array
  created_at: Date
}

/** An approval that was consumed, and the intent to sign: written in the transaction that makes the document SIGNING. */
interface ReleaseRow {
  approval_id: string
  operation_id: string
  document_id: string
  /** The device's, over the approval. */
  signature: Uint8Array
  /** What was released, sealed for the document: who writes rows releases nothing. */
  sealed_intent: Uint8Array
  signature_level: SignatureLevel
  released_at: Date
  /** Who is signing, and until when nobody else does. */
  claim: string | null
  claimed_until: Date | null
  /** From here on nobody gets a claim any more. */
  signed_at: Date | null
}

/** A document is the concatenation of its segments: 0 is the original, each later one an appended revision. */
interface SegmentRow {
  document_id: string
  position: number
  blob: string
  size: number
  /** SHA-256 of the segment, against which the stored blob is read back. */
  digest: Uint8Array
  /** What reading it back showed; null before. */
  intact: boolean | null
}

/** Blobs that no segment names: not yet (the row is written before the blob), or no longer. Swept when old enough. */
interface StrayBlobRow {
  name: string
  since: Date
}
