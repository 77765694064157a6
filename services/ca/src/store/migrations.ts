import type { Migration } from '@cloudsigner/service'
import { sql } from 'kysely'

/** Forward only; PostgreSQL 15 SQL. */
export const caMigrations: readonly Migration[] = [
  {
    name: '0001-certificates',
    async up(db) {
      await sql`
        create table credential (
          role text primary key,
          private_key bytea not null,
          certificate bytea not null
        )`.execute(db)
      await sql`
        create table certificate (
          issuer text not null,
          serial_number text not null,
          tbs_certificate bytea not null,
          certificate bytea,
          subject_dn text not null,
          username text,
          account_binding_id text,
          certificate_profile text,
          end_entity_profile text,
          not_before timestamptz not null,
          not_after timestamptz not null,
          issued_at timestamptz not null,
          revocation_reason text not null,
          revoked_at timestamptz,
          invalidity_date timestamptz,
          updated_at timestamptz not null,
          primary key (issuer, serial_number),
          check ((revocation_reason = 'NOT_REVOKED') = (revoked_at is null))
        )`.execute(db)
      await sql`create index certificate_by_serial on certificate (serial_number)`.execute(db)
      await sql`create index certificate_by_username on certificate (username)`.execute(db)
      await sql`create index certificate_by_end on certificate (not_after, issuer, serial_number)`.execute(db)
      await sql`create index certificate_revoked on certificate (issuer) where revoked_at is not null`.execute(db)
      await sql`create index certificate_changed on certificate (issuer, updated_at)`.execute(db)
      await sql`
        create table crl (
          issuer text not null,
          number bigint not null,
          this_update timestamptz not null,
          next_update timestamptz not null,
          crl bytea not null,
          primary key (issuer, number)
        )`.execute(db)
      await sql`
        create table administrator (
          fingerprint text primary key,
          name text not null,
          added_at timestamptz not null
        )`.execute(db)
    },
  },
]
