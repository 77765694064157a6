/**
 * EJBCA Community's REST API v1: the subset for certificates and CAs, as its server and its real clients write it on the wire.
 * Bodies are snake_case, query parameters are not. Unknown members are ignored, in requests as in answers.
 */
import { type Static, Type } from 'typebox'

/** `error_code` is the HTTP status. */
export const EjbcaError = Type.Object({ error_code: Type.Integer(), error_message: Type.String() })
export type EjbcaError = Static<typeof EjbcaError>

/** ISO 8601, UTC, whole seconds: `2038-01-19T03:14:07Z`. */
const Instant = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$' })
/** RFC 4648 §4, no line breaks. */
const Base64 = Type.String({ pattern: '^[A-Za-z0-9+/]*={0,2}$' })

/** Upper-case hex, no prefix, no leading zero. */
const SerialNumber = Type.String({ minLength: 1, description: 'Hex' })

export const ResourceStatus = Type.Object({
  status: Type.String(),
  version: Type.String(),
  revision: Type.String(),
})
export type ResourceStatus = Static<typeof ResourceStatus>

export const CaInfo = Type.Object({
  id: Type.Integer({ minimum: -0x8000_0000, maximum: 0x7fff_ffff }),
  name: Type.String(),
  subject_dn: Type.String(),
  issuer_dn: Type.String(),
  expiration_date: Instant,
  external: Type.Optional(Type.Boolean()),
})
export const CaInfos = Type.Object({ certificate_authorities: Type.Array(CaInfo) })
export type CaInfos = Static<typeof CaInfos>

export const CaParams = Type.Object({
  subject_dn: Type.String({ minLength: 1, maxLength: 512, description: 'Distinguished name of the CA' }),
})
/** Text `true` or `false`, as query strings have it. */
const Flag = Type.Optional(Type.Boolean({ default: false }))
export const CaListQuery = Type.Object({ includeExternal: Flag })
export const LatestCrlQuery = Type.Object({
  deltaCrl: Flag,
  crlPartitionIndex: Type.Optional(Type.Integer({ minimum: 0, maximum: 0x7fff_ffff, default: 0 })),
})
/** `true` where a CA issues delta CRLs; ours does not. */
export const CreateCrlQuery = Type.Object({ deltacrl: Type.Optional(Type.Literal(false)) })

export const LatestCrl = Type.Object({ crl: Base64, response_format: Type.String() })
export type LatestCrl = Static<typeof LatestCrl>

const CrlVersions = Type.Record(Type.String(), Type.Integer())
export const CreatedCrl = Type.Object({
  issuer_dn: Type.String(),
  latest_crl_version: Type.Integer(),
  latest_delta_crl_version: Type.Integer(),
  latest_partition_crl_versions: CrlVersions,
  latest_partition_delta_crl_versions: CrlVersions,
  all_success: Type.Boolean(),
})

/** POST v1/certificate/pkcs10enroll. A member of null counts as absent, as Jackson has it. */
const Text = (maxLength: number) => Type.Optional(Type.Union([Type.String({ maxLength }), Type.Null()]))
const NameValues = Type.Optional(
  Type.Union([
    Type.Array(Type.Object({ name: Type.String({ maxLength: 256 }), value: Type.String({ maxLength: 4096 }) }), {
      maxItems: 64,
    }),
    Type.Null(),
  ]),
)
export const EnrollRequest = Type.Object({
  certificate_request: Type.String({
    minLength: 1,
    maxLength: 32_768,
    description: 'PKCS#10: PEM, or Base64 of the DER',
  }),
  certificate_profile_name: Type.String({ minLength: 1, maxLength: 250 }),
  end_entity_profile_name: Type.String({ minLength: 1, maxLength: 250 }),
  certificate_authority_name: Type.String({ minLength: 1, maxLength: 250 }),
  username: Type.String({ minLength: 1, maxLength: 250, pattern: '^[^\\u0000-\\u001f\\u007f]+$' }),
  password: Text(250),
  account_binding_id: Text(250),
  include_chain: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  email: Text(250),
  response_format: Type.Optional(Type.Union([Type.Enum(['DER', 'PEM', 'PKCS7']), Type.Null()])),
  subject_dn: Text(4096),
  extension_data: NameValues,
  custom_data: NameValues,
  start_time: Text(40),
  end_time: Text(40),
})
export type EnrollRequest = Static<typeof EnrollRequest>

export const EnrolledCertificate = Type.Object({
  certificate: Type.String(),
  serial_number: SerialNumber,
  response_format: Type.String(),
  certificate_chain: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
})
export type EnrolledCertificate = Static<typeof EnrolledCertificate>

export const CertificateParams = Type.Object({
  issuer_dn: Type.String({ minLength: 1, maxLength: 512 }),
  certificate_serial_number: Type.String({ pattern: '^(0[xX])?[0-9a-fA-F]{1,40}$' }),
})

/** RFC 5280 §5.3.1 as EJBCA spells the reasons. */
export const ejbcaRevocationReasons = [
  'NOT_REVOKED',
  'UNSPECIFIED',
  'KEY_COMPROMISE',
  'CA_COMPROMISE',
  'AFFILIATION_CHANGED',
  'SUPERSEDED',
  'CESSATION_OF_OPERATION',
  'CERTIFICATE_HOLD',
  'REMOVE_FROM_CRL',
  'PRIVILEGES_WITHDRAWN',
  'AA_COMPROMISE',
] as const
export const EjbcaRevocationReason = Type.Enum([...ejbcaRevocationReasons])
export type EjbcaRevocationReason = (typeof ejbcaRevocationReasons)[number]

/** Dates are checked by the handler: ISO 8601, not in the future, not long past. */
export const RevokeQuery = Type.Object({
  reason: EjbcaRevocationReason,
  date: Type.Optional(Type.String({ maxLength: 40 })),
  invalidity_date: Type.Optional(Type.String({ maxLength: 40 })),
})

export const RevocationStatus = Type.Object({
  issuer_dn: Type.String(),
  serial_number: Type.String(),
  revoked: Type.Boolean(),
  revocation_reason: Type.String(),
  revocation_date: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  invalidity_date: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  message: Type.Optional(Type.Union([Type.String(), Type.Null()])),
})
export type RevocationStatus = Static<typeof RevocationStatus>

export const ExpireQuery = Type.Object({
  days: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 0x7fff_ffff, default: 0 })),
  maxNumberOfResults: Type.Integer({ minimum: 1, maximum: 0x7fff_ffff }),
})

/** A certificate in a list. `certificate` is Base64 of Base64 of the DER in searches, Base64 of the DER in `expire`. */
export const FoundCertificate = Type.Object({
  certificate: Base64,
  serial_number: SerialNumber,
  response_format: Type.String(),
  certificate_profile: Type.Optional(Type.String()),
  end_entity_profile: Type.Optional(Type.String()),
})
export type FoundCertificate = Static<typeof FoundCertificate>

export const ExpiringCertificates = Type.Object({
  pagination_rest_response_component: Type.Object({
    more_results: Type.Boolean(),
    next_offset: Type.Integer(),
    number_of_results: Type.Integer(),
  }),
  certificates_rest_response: Type.Object({ certificates: Type.Array(FoundCertificate) }),
})

const searchProperties = [
  'QUERY',
  'SERIAL_NUMBER',
  'SUBJECT_DN',
  'SUBJECT_ALT_NAME',
  'USERNAME',
  'EXTERNAL_ACCOUNT_BINDING_ID',
  'END_ENTITY_PROFILE',
  'CERTIFICATE_PROFILE',
  'CA',
  'STATUS',
  'ISSUED_DATE',
  'EXPIRE_DATE',
  'REVOCATION_DATE',
  'UPDATE_TIME',
] as const

/** POST v1/certificate/search. Which operation and value go with which property is the handler's to check, and how often each may stand. */
export const SearchRequest = Type.Object({
  max_number_of_results: Type.Integer({ minimum: 1, maximum: 400 }),
  criteria: Type.Array(
    Type.Object({
      property: Type.Enum([...searchProperties]),
      value: Type.String({ minLength: 1, maxLength: 1024 }),
      operation: Type.Enum(['EQUAL', 'LIKE', 'BEGINS_WITH', 'BEFORE', 'AFTER']),
    }),
    { minItems: 1, maxItems: 100 },
  ),
})
export type SearchRequest = Static<typeof SearchRequest>

export const SearchResult = Type.Object({
  certificates: Type.Array(FoundCertificate),
  more_results: Type.Boolean(),
})
export type SearchResult = Static<typeof SearchResult>
