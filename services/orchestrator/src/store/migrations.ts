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
  {
    name: '0002-cloud-mode',
    async up(db) {
      await sql`
        alter table activation add column mode text check (mode in ('EXTERNAL', 'CLOUD'))`.execute(db)
      await sql`update activation set mode = 'EXTERNAL' where enrolled_at is not null`.execute(db)
      await sql`
        alter table activation add check ((mode is null) = (enrolled_at is null))`.execute(db)
      await sql`
        alter table session
          add column approval_id text,
          add column approval text,
          add column operation_id text unique,
          drop constraint session_status_check`.execute(db)
      await sql`
        alter table session
          add constraint session_status_check check (
            status in ('RECEIVED', 'PREPARED', 'WAITING', 'SIGNED', 'REJECTED', 'EXPIRED', 'REFUSED')),
          add check ((approval_id is null) = (approval is null)),
          add check (case when status = 'PREPARED' then approval_id is not null and operation_id is null
                          else (operation_id is null) = (approval_id is null) end),
          add check (signer_document_id is not null or approval_id is null)`.execute(db)
      await sql`create index session_unfinished on session (created_at) where status in ('RECEIVED', 'PREPARED')`.execute(
        db,
      )
    },
  },
  {
    name: '0003-callbacks',
    async up(db) {
      await sql`
        create table received_callback (
          idempotency_key text primary key,
          source text not null check (source in ('signer', 'powerauth')),
          type text not null,
          subject text not null,
          outcome text not null check (outcome in ('applied', 'unchanged', 'unknown', 'contradicted')),
          received_at timestamptz not null
        )`.execute(db)
      await sql`create index received_callback_by_age on received_callback (received_at)`.execute(db)
      await sql`
        alter table activation
          add column activation_status text,
          add column signer_status text`.execute(db)
    },
  },
]
