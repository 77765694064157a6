import { type Migration, makeCallbackTables } from '@cloudsigner/service'
import { sql } from 'kysely'

/** Forward only; PostgreSQL 15 SQL. */
export const signerMigrations: readonly Migration[] = [
  {
    name: '0001-signers-and-documents',
    async up(db) {
      await sql`
        create table signer (
          id text primary key,
          user_id text not null,
          status text not null check (status in ('ACTIVE', 'BLOCKED', 'REMOVED', 'REVOKED', 'EXPIRED')),
          certification_request bytea not null,
          certificate_id uuid not null,
          created_at timestamptz not null,
          changed_at timestamptz not null
        )`.execute(db)
      await sql`
        create table certificate (
          id uuid primary key,
          signer_id text not null references signer (id),
          issuer_dn text not null,
          serial_number text not null,
          certificate bytea not null,
          chain jsonb not null,
          not_before timestamptz not null,
          not_after timestamptz not null,
          issued_at timestamptz not null,
          revoked_at timestamptz,
          revocation_reason text,
          unique (issuer_dn, serial_number)
        )`.execute(db)
      // A signer's first certificate is written in the transaction that makes the signer, after it.
      await sql`
        alter table signer add constraint signer_certificate
          foreign key (certificate_id) references certificate (id) deferrable initially deferred`.execute(db)
      await sql`create index certificate_of_signer on certificate (signer_id)`.execute(db)
      await sql`
        create table document (
          id uuid primary key,
          signer_id text not null references signer (id),
          certificate_id uuid not null references certificate (id),
          external_id text not null,
          name text not null,
          file_name text not null,
          status text not null check (status in ('WAITING', 'SIGNED', 'REJECTED')),
          signed_attributes bytea not null,
          plan jsonb not null,
          created_at timestamptz not null,
          waiting_until timestamptz not null,
          changed_at timestamptz not null,
          signature bytea,
          signature_level text,
          check ((status = 'SIGNED') = (signature is not null and signature_level is not null))
        )`.execute(db)
      await sql`create index document_of_signer on document (signer_id)`.execute(db)
      await sql`
        create table segment (
          document_id uuid not null references document (id) on delete cascade,
          position integer not null check (position >= 0),
          blob text not null unique,
          size bigint not null check (size > 0),
          digest bytea not null,
          primary key (document_id, position)
        )`.execute(db)
      await sql`create table stray_blob (name text primary key, since timestamptz not null)`.execute(db)
      await sql`create index stray_blob_by_age on stray_blob (since)`.execute(db)
    },
  },
  {
    name: '0002-segments-read-back',
    async up(db) {
      // null: not read back yet.
      await sql`alter table segment add column intact boolean`.execute(db)
      await sql`create index segment_to_read_back on segment (document_id, position) where intact is null`.execute(db)
    },
  },
  {
    name: '0003-cloud-mode',
    async up(db) {
      await sql`
        create table challenge (
          id uuid primary key,
          signer_id text not null,
          user_id text not null,
          to_be_signed bytea not null,
          created_at timestamptz not null,
          consumed_at timestamptz
        )`.execute(db)
      await sql`create index challenge_by_age on challenge (created_at)`.execute(db)
      // The signer may not exist yet: the key pair is stored before the CA is asked for its certificate.
      await sql`
        create table credential (
          id uuid primary key,
          signer_id text not null,
          key_algorithm text not null,
          sealed_private_key bytea,
          sealed_device_key bytea not null,
          created_at timestamptz not null
        )`.execute(db)
      await sql`create index credential_of_signer on credential (signer_id)`.execute(db)
      // null: of External mode, where the device keeps the key.
      await sql`alter table certificate add column credential_id uuid references credential (id)`.execute(db)
      await sql`create index certificate_of_credential on certificate (credential_id)`.execute(db)
      await sql`
        create table approval (
          id uuid primary key,
          document_id uuid not null unique references document (id) on delete cascade,
          to_be_signed bytea not null,
          created_at timestamptz not null
        )`.execute(db)
      // Outlives its document: an approval and an operation are used once and for all.
      await sql`
        create table release (
          approval_id uuid primary key,
          operation_id text not null unique,
          document_id uuid not null unique,
          signature bytea not null,
          sealed_intent bytea not null,
          signature_level text not null,
          released_at timestamptz not null,
          claim uuid,
          claimed_until timestamptz,
          signed_at timestamptz
        )`.execute(db)
      await sql`alter table document drop constraint document_status_check`.execute(db)
      await sql`
        alter table document add constraint document_status_check
          check (status in ('WAITING', 'SIGNING', 'SIGNED', 'REJECTED'))`.execute(db)
      await sql`create index document_being_signed on document (id) where status = 'SIGNING'`.execute(db)
    },
  },
  {
    name: '0004-callbacks',
    async up(db) {
      await makeCallbackTables(db)
      await sql`alter table signer add column renewal_tried_at timestamptz`.execute(db)
      await sql`alter table document add column timed_out_at timestamptz`.execute(db)
      await sql`create index document_waiting on document (waiting_until)
        where status = 'WAITING' and timed_out_at is null`.execute(db)
    },
  },
]
