import type { Migration } from '@cloudsigner/service'
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
]
