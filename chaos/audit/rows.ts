import type { ReadOnlyDatabase } from './read-only-database.ts'

export interface DocumentRow {
  readonly id: string
  readonly signer_id: string
  readonly certificate_id: string
  readonly external_id: string
  readonly status: string
  readonly signed_attributes: Uint8Array
  readonly signature: Uint8Array | null
  readonly signature_level: string | null
}

export interface SegmentRow {
  readonly document_id: string
  readonly position: number
  readonly blob: string
  readonly size: number
  readonly digest: Uint8Array
  readonly intact: boolean | null
}

export interface SignerRow {
  readonly id: string
  readonly user_id: string
  readonly status: string
  readonly certificate_id: string
}

export interface CertificateRow {
  readonly id: string
  readonly signer_id: string
  readonly serial_number: string
  readonly certificate: Uint8Array
  /** Of Cloud mode. */
  readonly credential_id: string | null
}

/** A key pair that is kept at the signer. */
export interface CredentialRow {
  readonly id: string
  readonly signer_id: string
  readonly usable: boolean
}

export interface ApprovalRow {
  readonly id: string
  readonly document_id: string
  readonly to_be_signed: Uint8Array
}

/** One use of a key that is kept at the signer. */
export interface ReleaseRow {
  readonly approval_id: string
  readonly operation_id: string
  readonly document_id: string
  readonly signature: Uint8Array
  readonly signature_level: string
  readonly signed: boolean
}

export interface OperationRow {
  readonly operation_id: string
  readonly user_id: string | null
  readonly template_name: string
  readonly data: string
  readonly status: string
  /** Of the device that decided; null where none did. */
  readonly decided_by: string | null
}

export interface SessionRow {
  readonly id: string
  readonly user_id: string
  readonly activation_id: string
  readonly name: string
  readonly blob: string
  readonly size: number
  readonly status: string
  readonly signer_document_id: string | null
  readonly hash: string | null
  readonly signature: string | null
}

export interface ActivationRow {
  readonly activation_id: string
  readonly user_id: string
  readonly activation_status: string
  readonly failed_attempts: number
  readonly counter: number
  readonly device_public_key: Uint8Array | null
}

/** One verified authentication code: `activation_counter` is the server's before it. */
export interface CodeRow {
  readonly activation_id: string
  readonly activation_counter: number
  readonly signature: string
  readonly valid: boolean
  readonly note: string
}

export interface IssuedRow {
  readonly issuer: string
  readonly serial_number: string
  readonly certificate: Uint8Array | null
  readonly revoked: boolean
}

export interface CrlRow {
  readonly issuer: string
  readonly number: number
  readonly this_update: Date
  readonly crl: Uint8Array
}

/** An event of an outbox, for one destination. `id` is the Idempotency-Key. */
export interface CallbackRow {
  readonly schema: string
  readonly id: string
  readonly destination: string
  readonly type: string
  readonly subject: string
  readonly status: string
  readonly body: string
}

export interface JobRow {
  readonly schema: string
  readonly kind: string
  readonly state: string
  readonly last_error: string | null
}

/** The rows of every service that the laws speak of. */
export interface Rows {
  readonly documents: readonly DocumentRow[]
  /** By document, then in order. */
  readonly segments: readonly SegmentRow[]
  readonly strayBlobs: ReadonlySet<string>
  readonly signers: readonly SignerRow[]
  readonly certificates: readonly CertificateRow[]
  readonly credentials: readonly CredentialRow[]
  readonly approvals: readonly ApprovalRow[]
  readonly releases: readonly ReleaseRow[]
  readonly operations: readonly OperationRow[]
  readonly sessions: readonly SessionRow[]
  readonly activations: readonly ActivationRow[]
  /** In the order of their verification. */
  readonly codes: readonly CodeRow[]
  readonly issued: readonly IssuedRow[]
  readonly crls: readonly CrlRow[]
  readonly jobs: readonly JobRow[]
  readonly callbacks: readonly CallbackRow[]
  /** Idempotency-Keys of callbacks that the bank took. */
  readonly received: ReadonlySet<string>
}

export async function readRows(db: ReadOnlyDatabase): Promise<Rows> {
  const received = await db.rows<{ key: string }>('select idempotency_key as key from orchestrator.received_callback')
  const strays = await db.rows<{ name: string }>('select name from signer.stray_blob')
  return {
    documents: await db.rows(
      `select id, signer_id, certificate_id, external_id, status, signed_attributes, signature, signature_level
       from signer.document order by id`,
    ),
    segments: await db.rows(
      `select document_id, position, blob, size::int, digest, intact from signer.segment order by document_id, position`,
    ),
    strayBlobs: new Set(strays.map(({ name }) => name)),
    signers: await db.rows('select id, user_id, status, certificate_id from signer.signer'),
    certificates: await db.rows(
      'select id, signer_id, serial_number, certificate, credential_id from signer.certificate',
    ),
    credentials: await db.rows('select id, signer_id, sealed_private_key is not null as usable from signer.credential'),
    approvals: await db.rows('select id, document_id, to_be_signed from signer.approval'),
    releases: await db.rows(
      `select approval_id, operation_id, document_id, signature, signature_level, signed_at is not null as signed
       from signer.release`,
    ),
    operations: await db.rows(
      `select operation_id, user_id, template_name, data, status, additional_data::jsonb ->> 'activationId' as decided_by
       from powerauth.operation`,
    ),
    sessions: await db.rows(
      `select id, user_id, activation_id, name, blob, size::int, status, signer_document_id, hash, signature
       from orchestrator.session`,
    ),
    activations: await db.rows(
      `select activation_id, user_id, activation_status, failed_attempts, counter::int, device_public_key
       from powerauth.activation`,
    ),
    codes: await db.rows(
      `select activation_id, activation_counter::int, signature, valid, note from powerauth.signature_audit order by id`,
    ),
    issued: await db.rows(
      `select issuer, serial_number, certificate, revoked_at is not null as revoked from ca.certificate`,
    ),
    crls: await db.rows('select issuer, number::int, this_update, crl from ca.crl order by issuer, number'),
    jobs: await readJobs(db),
    callbacks: await readCallbacks(db),
    received: new Set(received.map(({ key }) => key)),
  }
}

const schemas = ['powerauth', 'ca', 'signer', 'orchestrator'] as const

async function readJobs(db: ReadOnlyDatabase): Promise<readonly JobRow[]> {
  const of = (schema: string) => `select '${schema}' as schema, kind, state, last_error from ${schema}.job`
  return db.rows(schemas.map(of).join(' union all '))
}

async function readCallbacks(db: ReadOnlyDatabase): Promise<readonly CallbackRow[]> {
  const of = (schema: string) =>
    `select '${schema}' as schema, id, destination, type, subject, status, body from ${schema}.callback_event`
  return db.rows(['powerauth', 'signer'].map(of).join(' union all '))
}
