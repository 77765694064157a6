import type { Migration } from '@cloudsigner/service'
import { sql } from 'kysely'

/** Forward only; PostgreSQL 15 SQL. */
export const orchestratorMigrations: readonly Migration[] = [
  {
    name: '0001-people-activations-sessions',
    async up(db) {
      await sql`
        create table person (
          user_id text primary key,
          given_name text not null,
          surname text not null,
          country text not null,
          identity_type text not null,
          identity_value text not null,
          created_at timestamptz not null
        )`.execute(db)
      await sql`
        create table activation (
          activation_id text primary key,
          user_id text not null references person (user_id),
          started_at timestamptz not null,
          enrolled_at timestamptz
        )`.execute(db)
      await sql`create index activation_of_user on activation (user_id)`.execute(db)
      await sql`
        create table session (
          id uuid primary key,
          user_id text not null references person (user_id),
          activation_id text not null references activation (activation_id),
          name text not null,
          file_name text not null,
          blob text not null unique,
          size bigint not null,
          status text not null check (status in ('RECEIVED', 'WAITING', 'SIGNED', 'REJECTED', 'EXPIRED', 'REFUSED')),
          signer_document_id text,
          hash text,
          waiting_until timestamptz,
          signature text,
          reason text,
          revision integer not null,
          created_at timestamptz not null,
          check ((status in ('RECEIVED', 'REFUSED')) = (signer_document_id is null)),
          check ((signer_document_id is null) = (hash is null) and (hash is null) = (waiting_until is null)),
          check ((status = 'SIGNED') = (signature is not null)),
          check ((status = 'REFUSED') = (reason is not null))
        )`.execute(db)
      await sql`create index session_of_user on session (user_id, created_at)`.execute(db)
    },
  },
]
