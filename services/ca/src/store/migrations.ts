import { assembleCertificate, parseCertificate, toHex } from '@cloudsigner/pki'
import type { Migration } from '@cloudsigner/service'
import { type Kysely, sql } from 'kysely'

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
  {
    name: '0002-subject-key-identifiers',
    async up(db) {
      await sql`alter table certificate add column subject_key_identifier text`.execute(db)
      let identified: number
      do identified = await identifySubjectKeys(db)
      while (identified > 0)
      await sql`alter table certificate alter column subject_key_identifier set not null`.execute(db)
      await sql`create index certificate_by_key on certificate (issuer, subject_key_identifier)`.execute(db)
    },
  },
]

interface Unidentified {
  readonly issuer: string
  readonly serial_number: string
  readonly tbs_certificate: Uint8Array
}

/** Names the keys of some certificates that were stored without; gives their number. */
async function identifySubjectKeys(db: Kysely<unknown>): Promise<number> {
  const { rows } = await sql<Unidentified>`
    select issuer, serial_number, tbs_certificate from certificate where subject_key_identifier is null limit 500`.execute(
    db,
  )
  for (const { issuer, serial_number, tbs_certificate } of rows) {
    const { extensions } = parseCertificate(assembleCertificate(tbs_certificate, new Uint8Array()))
    const identifier = toHex(extensions.subjectKeyIdentifier ?? new Uint8Array())
    await sql`
      update certificate set subject_key_identifier = ${identifier}
      where issuer = ${issuer} and serial_number = ${serial_number}`.execute(db)
  }
  return rows.length
}
