import type { Migration } from '@cloudsigner/service'
import { sql } from 'kysely'
import { callbackMigration } from './callback-urls.ts'
import { operationMigration } from './operation-migration.ts'

/** Name of the service's PostgreSQL schema. */
export const POWERAUTH_SCHEMA = 'powerauth'

/** Identifiers are text and not uuid: what a caller invents is "not found", never a conversion error. */
const initial = [
  sql`create table application (
    application_id text primary key,
    roles text[] not null default '{}',
    timestamp_created timestamptz not null
  )`,
  sql`create table application_version (
    application_id text not null references application,
    application_version_id text not null,
    application_key text not null unique,
    application_secret_sealed bytea not null,
    supported boolean not null,
    timestamp_created timestamptz not null,
    primary key (application_id, application_version_id)
  )`,
  sql`create table master_keypair (
    application_id text primary key references application,
    public_key bytea not null,
    private_key_sealed bytea not null,
    timestamp_created timestamptz not null
  )`,
  sql`create table application_config (
    application_id text not null references application,
    key text not null,
    values text[] not null,
    primary key (application_id, key)
  )`,
  sql`create table activation (
    activation_id text primary key,
    application_id text not null references application,
    user_id text not null,
    activation_code text,
    activation_status text not null
      check (activation_status in ('CREATED', 'PENDING_COMMIT', 'ACTIVE', 'BLOCKED', 'REMOVED')),
    blocked_reason text,
    commit_phase text not null check (commit_phase in ('ON_COMMIT', 'ON_KEY_EXCHANGE')),
    otp_hash text,
    activation_name text,
    extras text,
    platform text,
    device_info text,
    external_id text,
    protocol text not null,
    flags text[] not null default '{}',
    failed_attempts integer not null default 0,
    max_failed_attempts integer not null,
    version integer,
    device_public_key bytea,
    server_public_key bytea,
    server_private_key_sealed bytea,
    ctr_data bytea,
    counter bigint not null default 0,
    timestamp_created timestamptz not null,
    timestamp_expires timestamptz not null,
    timestamp_last_used timestamptz not null,
    timestamp_last_change timestamptz,
    check (activation_status in ('CREATED', 'REMOVED') or (
      device_public_key is not null and server_public_key is not null
      and server_private_key_sealed is not null and ctr_data is not null and version is not null))
  )`,
  // Protocol §3: a code is unique among the activations that wait for it.
  sql`create unique index activation_code_waiting on activation (activation_code) where activation_status = 'CREATED'`,
  sql`create index activation_user on activation (user_id, timestamp_created desc)`,
  sql`create index activation_expiring on activation (timestamp_expires)
    where activation_status in ('CREATED', 'PENDING_COMMIT')`,
  sql`create table activation_history (
    id bigint generated always as identity primary key,
    activation_id text not null references activation,
    activation_status text not null,
    event_reason text,
    external_user_id text,
    activation_name text,
    version integer,
    timestamp_created timestamptz not null
  )`,
  sql`create index activation_history_activation on activation_history (activation_id, timestamp_created)`,
  sql`create table signature_audit (
    id bigint generated always as identity primary key,
    activation_id text not null references activation,
    application_id text not null,
    user_id text not null,
    activation_counter bigint not null,
    activation_ctr_data bytea,
    activation_status text not null,
    additional_info text not null,
    data bytea,
    signature_version text,
    signature_type text not null,
    signature text not null,
    note text not null,
    valid boolean not null,
    version integer not null,
    timestamp_created timestamptz not null
  )`,
  sql`create index signature_audit_user on signature_audit (user_id, timestamp_created desc)`,
  sql`create table token (
    token_id text primary key,
    activation_id text not null references activation,
    token_secret_sealed bytea not null,
    signature_type text not null,
    timestamp_created timestamptz not null
  )`,
  sql`create index token_activation on token (activation_id)`,
  sql`create table temporary_key (
    id text primary key,
    application_key text not null,
    activation_id text references activation,
    public_key bytea not null,
    private_key_sealed bytea not null,
    timestamp_expires timestamptz not null
  )`,
  sql`create index temporary_key_activation on temporary_key (activation_id)`,
  sql`create index temporary_key_expiring on temporary_key (timestamp_expires)`,
  sql`create table unique_value (
    unique_value text primary key,
    type smallint not null,
    timestamp_expires timestamptz not null
  )`,
  sql`create index unique_value_expiring on unique_value (timestamp_expires)`,
  sql`create table integration (
    id text primary key,
    name text not null,
    client_token text not null unique,
    client_secret_hash bytea not null
  )`,
]

export const migrations: readonly Migration[] = [
  {
    name: '0001-powerauth',
    async up(db) {
      for (const statement of initial) await statement.execute(db)
    },
  },
  operationMigration,
  callbackMigration,
]
