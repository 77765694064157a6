import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely'
import type { DateCriterion, Search, StatusCriterion, TextCriterion, TextProperty } from '../domain/search-criteria.ts'
import type { CaDatabase, CaTables } from './tables.ts'

export interface ListedCertificate {
  /** DER. */
  readonly certificate: Uint8Array
  /** Upper-case hex, two digits an octet. */
  readonly serialNumber: string
  readonly certificateProfile: string | null
  readonly endEntityProfile: string | null
}

const columns = ['certificate', 'serial_number', 'certificate_profile', 'end_entity_profile'] as const

interface Row {
  readonly certificate: Uint8Array | null
  readonly serial_number: string
  readonly certificate_profile: string | null
  readonly end_entity_profile: string | null
}

const toListed = (row: Row): readonly ListedCertificate[] =>
  row.certificate === null
    ? []
    : [
        {
          certificate: row.certificate,
          serialNumber: row.serial_number,
          certificateProfile: row.certificate_profile,
          endEntityProfile: row.end_entity_profile,
        },
      ]

type Builder = ExpressionBuilder<CaTables, 'certificate'>
type Condition = ExpressionWrapper<CaTables, 'certificate', SqlBool>

/** One more than the limit, where there are more. */
export async function searchCertificates(db: CaDatabase, search: Search): Promise<readonly ListedCertificate[]> {
  let query = db
    .selectFrom('certificate')
    .select([...columns])
    .where('certificate', 'is not', null)
  for (const text of search.texts) query = query.where((where) => textCondition(where, text))
  for (const date of search.dates) query = query.where((where) => dateCondition(where, date))
  if (search.certificateProfiles.length > 0) {
    query = query.where('certificate_profile', 'in', search.certificateProfiles)
  }
  if (search.endEntityProfiles.length > 0) query = query.where('end_entity_profile', 'in', search.endEntityProfiles)
  if (search.issuers.length > 0) query = query.where('issuer', 'in', search.issuers)
  if (search.statuses.length > 0) {
    query = query.where((where) => where.or(search.statuses.map((status) => statusCondition(where, status))))
  }
  const rows = await query
    .orderBy('issued_at')
    .orderBy('serial_number')
    .limit(search.limit + 1)
    .execute()
  return rows.flatMap(toListed)
}

type TextColumn = 'username' | 'subject_dn' | 'serial_number' | 'account_binding_id'

/** What each property looks into; this CA's end entities have no subject alternative names. */
const textColumns: Readonly<Record<TextProperty, readonly TextColumn[]>> = {
  QUERY: ['username', 'subject_dn', 'serial_number'],
  SERIAL_NUMBER: ['serial_number'],
  SUBJECT_DN: ['subject_dn'],
  SUBJECT_ALT_NAME: [],
  USERNAME: ['username'],
  EXTERNAL_ACCOUNT_BINDING_ID: ['account_binding_id'],
}

function textCondition(where: Builder, { property, match, value }: TextCriterion): Condition {
  const escaped = value.replace(/[\\%_]/g, '\\$&')
  return where.or(
    textColumns[property].map((column) => {
      const sought = column === 'serial_number' ? escaped.toUpperCase() : escaped
      if (match === 'EQUAL') return where(column, '=', column === 'serial_number' ? value.toUpperCase() : value)
      return where(column, 'like', match === 'LIKE' ? `%${sought}%` : `${sought}%`)
    }),
  )
}

const dateColumns = {
  ISSUED_DATE: 'issued_at',
  EXPIRE_DATE: 'not_after',
  REVOCATION_DATE: 'revoked_at',
  UPDATE_TIME: 'updated_at',
} as const satisfies Record<DateCriterion['property'], keyof CaTables['certificate']>

function dateCondition(where: Builder, { property, match, value }: DateCriterion): Condition {
  return where.and([where(dateColumns[property], match === 'BEFORE' ? '<' : '>', value)])
}

function statusCondition(where: Builder, status: StatusCriterion): Condition {
  if (status === 'REVOKED') return where.and([where('revoked_at', 'is not', null)])
  return where.and([where('revocation_reason', '=', status === 'ACTIVE' ? 'NOT_REVOKED' : status)])
}

/** Certificates that are not revoked and end between now and then, the first to end first. */
export async function listExpiring(
  db: CaDatabase,
  range: { readonly now: Date; readonly until: Date; readonly offset: number; readonly max: number },
): Promise<{ readonly count: number; readonly page: readonly ListedCertificate[] }> {
  const expiring = db
    .selectFrom('certificate')
    .where('certificate', 'is not', null)
    .where('revocation_reason', '=', 'NOT_REVOKED')
    .where('not_after', '>=', range.now)
    .where('not_after', '<=', range.until)
  const counted = await expiring.select((where) => where.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  const rows = await expiring
    .select([...columns])
    .orderBy('not_after')
    .orderBy('issuer')
    .orderBy('serial_number')
    .offset(range.offset)
    .limit(Math.min(range.max, maxPage))
    .execute()
  return { count: Number(counted.count), page: rows.flatMap(toListed) }
}

/** Certificates in one answer, whatever was asked. */
const maxPage = 1000
