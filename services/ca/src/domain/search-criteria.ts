import { type EjbcaRevocationReason, ejbcaRevocationReasons, type SearchRequest } from '@cloudsigner/contracts/ejbca'
import { parseIsoDate } from './moments.ts'
import { CaProblem } from './problem.ts'
import { certificateProfiles, endEntityProfiles } from './profiles/profiles.ts'
import { type AuthorityRole, authorityRoles } from './roles.ts'
import { commonNames } from './service-certificates.ts'

/** Criteria of one property are alternatives; properties add up. */
export interface Search {
  readonly limit: number
  readonly texts: readonly TextCriterion[]
  readonly certificateProfiles: readonly string[]
  readonly endEntityProfiles: readonly string[]
  readonly issuers: readonly AuthorityRole[]
  readonly statuses: readonly StatusCriterion[]
  readonly dates: readonly DateCriterion[]
}

export type TextProperty =
  | 'QUERY'
  | 'SERIAL_NUMBER'
  | 'SUBJECT_DN'
  | 'SUBJECT_ALT_NAME'
  | 'USERNAME'
  | 'EXTERNAL_ACCOUNT_BINDING_ID'

export interface TextCriterion {
  readonly property: TextProperty
  readonly match: 'EQUAL' | 'LIKE' | 'BEGINS_WITH'
  readonly value: string
}

/** Active, revoked for any reason, or revoked for that one. */
export type StatusCriterion = 'ACTIVE' | 'REVOKED' | EjbcaRevocationReason

export interface DateCriterion {
  readonly property: 'ISSUED_DATE' | 'EXPIRE_DATE' | 'REVOCATION_DATE' | 'UPDATE_TIME'
  readonly match: 'BEFORE' | 'AFTER'
  readonly value: Date
}

const invalid = (message: string) => new CaProblem('criteria_invalid', message)

/** What the schema leaves open: CaProblem 'criteria_invalid' with EJBCA's sentences. */
export function parseSearch(request: SearchRequest): Search {
  const { max_number_of_results: limit, criteria } = request
  const parsed = criteria.map(parseCriterion)
  assertRepetitions(criteria)
  const of = <K extends Parsed['kind']>(kind: K) =>
    parsed.filter((criterion): criterion is Extract<Parsed, { kind: K }> => criterion.kind === kind)
  return {
    limit,
    texts: of('text'),
    certificateProfiles: of('certificateProfile').map(({ value }) => value),
    endEntityProfiles: of('endEntityProfile').map(({ value }) => value),
    issuers: of('issuer').map(({ value }) => value),
    statuses: of('status').map(({ value }) => value),
    dates: of('date'),
  }
}

type Parsed =
  | ({ readonly kind: 'text' } & TextCriterion)
  | ({ readonly kind: 'date' } & DateCriterion)
  | { readonly kind: 'certificateProfile' | 'endEntityProfile'; readonly value: string }
  | { readonly kind: 'issuer'; readonly value: AuthorityRole }
  | { readonly kind: 'status'; readonly value: StatusCriterion }

type Criterion = SearchRequest['criteria'][number]

function parseCriterion({ property, value, operation }: Criterion): Parsed {
  switch (property) {
    case 'QUERY':
    case 'SERIAL_NUMBER':
    case 'SUBJECT_DN':
    case 'SUBJECT_ALT_NAME':
    case 'USERNAME':
    case 'EXTERNAL_ACCOUNT_BINDING_ID': {
      const allowed = property === 'QUERY' ? (['EQUAL', 'LIKE'] as const) : (['EQUAL', 'LIKE', 'BEGINS_WITH'] as const)
      return { kind: 'text', property, match: operationOf(operation, allowed), value }
    }
    case 'ISSUED_DATE':
    case 'EXPIRE_DATE':
    case 'REVOCATION_DATE':
    case 'UPDATE_TIME': {
      const date = parseIsoDate(value)
      if (!date) throw invalid('Invalid search criteria value, the date is not ISO 8601.')
      return { kind: 'date', property, match: operationOf(operation, ['BEFORE', 'AFTER']), value: date }
    }
    default:
      return parseNamed(property, value, operation)
  }
}

/** Properties that take EQUAL and a name we know. */
function parseNamed(property: Criterion['property'], value: string, operation: Criterion['operation']): Parsed {
  if (property === 'CERTIFICATE_PROFILE') {
    operationOf(operation, ['EQUAL'])
    if (!certificateProfiles.has(value)) throw invalid('Invalid search criteria content, unknown certificate profile.')
    return { kind: 'certificateProfile', value }
  }
  if (property === 'END_ENTITY_PROFILE') {
    operationOf(operation, ['EQUAL'])
    if (!endEntityProfiles.has(value)) throw invalid('Invalid search criteria content, unknown end entity profile.')
    return { kind: 'endEntityProfile', value }
  }
  if (property === 'CA') {
    operationOf(operation, ['EQUAL'])
    const issuer = authorityRoles.find((role) => commonNames[role] === value)
    if (!issuer) throw invalid('Invalid search criteria content, unknown CA.')
    return { kind: 'issuer', value: issuer }
  }
  if (property === 'STATUS') {
    operationOf(operation, ['EQUAL'])
    const status = statuses.get(value)
    if (!status) throw invalid('Invalid search criteria content, unknown status.')
    return { kind: 'status', value: status }
  }
  throw invalid("Invalid search criteria's property, unrecognized.")
}

function operationOf<Operation extends string>(
  operation: Criterion['operation'],
  allowed: readonly Operation[],
): Operation {
  const found = allowed.find((known) => known === operation)
  if (!found) throw invalid("Invalid search criteria's operation, unrecognized for its property.")
  return found
}

/** CERT_ACTIVE, CERT_REVOKED, and REVOCATION_REASON_ before a reason without its underscores. */
const statuses: ReadonlyMap<string, StatusCriterion> = new Map<string, StatusCriterion>([
  ['CERT_ACTIVE', 'ACTIVE'],
  ['CERT_REVOKED', 'REVOKED'],
  ...ejbcaRevocationReasons
    .filter((reason) => reason !== 'NOT_REVOKED')
    .map((reason) => [`REVOCATION_REASON_${reason.replaceAll('_', '')}`, reason] as const),
  ['REVOCATION_REASON_REMOVEFROMCRL', 'REMOVE_FROM_CRL'],
])

const repeatable: readonly unknown[] = ['END_ENTITY_PROFILE', 'CERTIFICATE_PROFILE', 'CA']
const dates: readonly unknown[] = ['ISSUED_DATE', 'EXPIRE_DATE', 'REVOCATION_DATE', 'UPDATE_TIME']

/** Texts once, dates once an operation, statuses once a value. */
function assertRepetitions(criteria: readonly Criterion[]): void {
  const seen = new Set<string>()
  for (const { property, operation, value } of criteria) {
    if (repeatable.includes(property)) continue
    const detail = dates.includes(property) ? operation : property === 'STATUS' ? value : ''
    const key = `${property}|${detail}`
    if (seen.has(key)) throw invalid(`Invalid criteria value, multiple '${property}' properties are not allowed.`)
    seen.add(key)
  }
}
