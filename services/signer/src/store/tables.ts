import type { DocumentStatus, RevocationReason, SignatureLevel, SignerStatus } from '@cloudsigner/contracts/signer'
import type { ColumnType, JSONColumnType, Kysely, Transaction } from 'kysely'

/** Rows of the schema `signer`, as migrations.ts makes them. */
export interface SignerTables {
  signer: SignerRow
  certificate: CertificateRow
  document: DocumentRow
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
}

interface DocumentRow {
  id: string
  signer_id: string
  /** Fixed at upload, since the signed attributes name it. */
  certificate_id: string
  external_id: string
  name: string
  file_name: string
  status: DocumentStatus
  /** DER SET OF: what the device signs. */
  signed_attributes: Uint8Array
  /** The SignaturePlan of pades, as JSON. */
  plan: JSONColumnType<object>
  created_at: ColumnType<Date, Date, never>
  waiting_until: Date
  changed_at: Date
  signature: Uint8Array | null
  signature_level: SignatureLevel | null
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
