import type { Migration } from '@cloudsigner/service'
import { sql } from 'kysely'

const statements = [
  sql`create table operation_template (
    id bigint generated always as identity primary key,
    template_name text not null unique,
    operation_type text not null,
    data_template text not null,
    signature_types text[] not null,
    max_failure_count integer not null check (max_failure_count > 0),
    expiration bigint not null check (expiration > 0),
    risk_flags text,
    proximity_check_enabled boolean not null
  )`,
  // A template may be changed or removed while operations made of it live on: they keep what they were made with.
  sql`create table operation (
    operation_id text primary key,
    user_id text,
    applications text[] not null,
    external_id text,
    activation_flag text,
    operation_type text not null,
    template_name text not null,
    data text not null,
    parameters text not null,
    additional_data text not null,
    status text not null check (status in ('PENDING', 'APPROVED', 'REJECTED', 'CANCELED', 'EXPIRED', 'FAILED')),
    status_reason text,
    signature_types text[] not null,
    failure_count integer not null default 0,
    max_failure_count integer not null check (max_failure_count > 0),
    risk_flags text,
    totp_seed_sealed bytea,
    activation_id text references activation,
    timestamp_created timestamptz not null,
    timestamp_expires timestamptz not null,
    timestamp_finalized timestamptz,
    check (failure_count <= max_failure_count),
    check (status <> 'APPROVED' or user_id is not null)
  )`,
  sql`create index operation_user on operation (user_id, timestamp_created desc)`,
  sql`create index operation_external on operation (external_id, timestamp_created desc) where external_id is not null`,
  sql`create index operation_expiring on operation (timestamp_expires) where status = 'PENDING'`,
]

export const operationMigration: Migration = {
  name: '0002-operations',
  async up(db) {
    for (const statement of statements) await statement.execute(db)
  },
}
