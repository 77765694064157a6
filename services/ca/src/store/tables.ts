import type { EjbcaRevocationReason } from '@cloudsigner/contracts/ejbca'
import type { Kysely, Transaction } from 'kysely'
import type { AuthorityRole, Role } from '../domain/roles.ts'

export const caSchema = 'ca'

/** A key this service keeps, and its certificate now. */
export interface CredentialTable {
  role: Role
  /** PKCS #8, sealed under `ca.credential.privateKey:<role>`. */
  private_key: Uint8Array
  certificate: Uint8Array
}

/** Every certificate this service signed or meant to. */
export interface CertificateTable {
  issuer: AuthorityRole
  /** Upper-case hex, two digits an octet. */
  serial_number: string
  /** What was linted, stored before the key signed it. */
  tbs_certificate: Uint8Array
  /** Null between the intent and the deed; stays so where the process died in between. */
  certificate: Uint8Array | null
  subject_dn: string
  /** Upper-case hex of the certificate's subjectKeyIdentifier: what tells its key from others (RFC 7093 §2). */
  subject_key_identifier: string
  username: string | null
  account_binding_id: string | null
  certificate_profile: string | null
  end_entity_profile: string | null
  not_before: Date
  not_after: Date
  issued_at: Date
  revocation_reason: EjbcaRevocationReason
  revoked_at: Date | null
  invalidity_date: Date | null
  /** Of the last change of the revocation. */
  updated_at: Date
}

export interface CrlTable {
  issuer: AuthorityRole
  number: number
  this_update: Date
  next_update: Date
  crl: Uint8Array
}

/** Client certificates that may administer, by SHA-256 of the DER, upper-case hex. */
export interface AdministratorTable {
  fingerprint: string
  name: string
  added_at: Date
}

export interface CaTables {
  credential: CredentialTable
  certificate: CertificateTable
  crl: CrlTable
  administrator: AdministratorTable
}

export type CaDatabase = Kysely<CaTables>
export type CaTransaction = Transaction<CaTables>
