import {
  CertificateParams,
  EjbcaError,
  EnrolledCertificate,
  EnrollRequest,
  ExpireQuery,
  ExpiringCertificates,
  RevocationStatus,
  RevokeQuery,
  SearchRequest,
  SearchResult,
} from '@cloudsigner/contracts/ejbca'
import { encodeBase64 } from '@cloudsigner/pki'
import type { HttpServer } from '@cloudsigner/service'
import { enrol } from '../actions/enrol.ts'
import { certificateNotFound, revoke } from '../actions/revoke.ts'
import type { CaContext } from '../context.ts'
import { encodeEnrolled } from '../domain/enrolled-format.ts'
import { after, day, isoSecond, parseIsoDate } from '../domain/moments.ts'
import { CaProblem } from '../domain/problem.ts'
import type { Revocation } from '../domain/revocation.ts'
import { parseSearch } from '../domain/search-criteria.ts'
import { displaySerialNumber, parseSerialNumber } from '../domain/serial-number.ts'
import { type ListedCertificate, listExpiring, searchCertificates } from '../store/certificate-lists.ts'
import { findRevocation } from '../store/certificates.ts'
import { getAuthority } from './ca-resource.ts'
import { statusRoute } from './status.ts'

const refusals = { 400: EjbcaError, 403: EjbcaError }
const lookupRefusals = { ...refusals, 404: EjbcaError }

/** v1/certificate: enrolment and revocation. */
export function certificateResource(server: HttpServer, context: CaContext): void {
  statusRoute(server, '/v1/certificate/status')
  enrolment(server, context)
  revocation(server, context)
  lists(server, context)
}

function enrolment(server: HttpServer, context: CaContext): void {
  server.post(
    '/v1/certificate/pkcs10enroll',
    { schema: { body: EnrollRequest, response: { 201: EnrolledCertificate, ...lookupRefusals, 422: EjbcaError } } },
    async (request, reply) => {
      const format = request.body.response_format ?? 'DER'
      const { certificate, serialNumber, chain } = await enrol(context, request.body)
      reply.code(201)
      return {
        certificate: encodeEnrolled(format, certificate, chain),
        serial_number: displaySerialNumber(serialNumber),
        response_format: format,
        ...(request.body.include_chain ? { certificate_chain: chain.map(encodeBase64) } : {}),
      }
    },
  )
}

function revocation(server: HttpServer, context: CaContext): void {
  server.get(
    '/v1/certificate/:issuer_dn/:certificate_serial_number/revocationstatus',
    { schema: { params: CertificateParams, response: { 200: RevocationStatus, ...lookupRefusals } } },
    async (request) => {
      const ca = getAuthority(context, request.params.issuer_dn)
      const serialNumber = parseSerialNumber(request.params.certificate_serial_number)
      const found = await findRevocation(context.db, ca.role, serialNumber)
      if (!found) throw certificateNotFound(ca, displaySerialNumber(serialNumber))
      return revocationStatus(request.params, found)
    },
  )

  server.put(
    '/v1/certificate/:issuer_dn/:certificate_serial_number/revoke',
    {
      schema: {
        params: CertificateParams,
        querystring: RevokeQuery,
        response: { 200: RevocationStatus, ...lookupRefusals, 409: EjbcaError, 422: EjbcaError },
      },
    },
    async (request) => {
      const { reason, date, invalidity_date } = request.query
      const asked = {
        reason,
        date: parseDate(date, 'date'),
        invalidityDate: parseDate(invalidity_date, 'invalidity_date'),
      }
      const ca = getAuthority(context, request.params.issuer_dn)
      const revised = await revoke(context, ca, parseSerialNumber(request.params.certificate_serial_number), asked)
      return {
        ...revocationStatus(request.params, revised),
        // A release is answered with the reason that asked for it.
        revocation_reason: asked.reason,
        message: revised.reason === 'NOT_REVOKED' ? 'Successfully unrevoked' : 'Successfully revoked',
      }
    },
  )
}

function parseDate(text: string | undefined, name: string): Date | null {
  if (text === undefined || text === '') return null
  const date = parseIsoDate(text)
  if (!date) throw new CaProblem('date_invalid', `Invalid ${name} '${text}': ISO 8601 is needed.`)
  return date
}

/** Issuer and serial number are echoed as they were sent: clients compare them as texts. */
function revocationStatus(
  params: { readonly issuer_dn: string; readonly certificate_serial_number: string },
  { reason, revokedAt, invalidityDate }: Revocation,
) {
  return {
    issuer_dn: params.issuer_dn,
    serial_number: params.certificate_serial_number,
    revoked: revokedAt !== null,
    revocation_reason: reason,
    ...(revokedAt ? { revocation_date: isoSecond(revokedAt) } : {}),
    ...(invalidityDate ? { invalidity_date: isoSecond(invalidityDate) } : {}),
  }
}

function lists(server: HttpServer, context: CaContext): void {
  server.post(
    '/v1/certificate/search',
    {
      config: { access: 'certificate' },
      schema: { body: SearchRequest, response: { 200: SearchResult, ...refusals } },
    },
    async (request) => {
      const search = parseSearch(request.body)
      const found = await searchCertificates(context.db, search)
      return {
        certificates: found.slice(0, search.limit).map((row) => ({
          // The server encodes the DER, and its JSON layer encodes those bytes again.
          certificate: encodeBase64(new TextEncoder().encode(encodeBase64(row.certificate))),
          ...listed(row),
          certificate_profile: row.certificateProfile ?? '',
          end_entity_profile: row.endEntityProfile ?? '',
        })),
        more_results: found.length > search.limit,
      }
    },
  )

  server.get(
    '/v1/certificate/expire',
    {
      config: { access: 'certificate' },
      schema: { querystring: ExpireQuery, response: { 200: ExpiringCertificates, ...refusals } },
    },
    async (request) => {
      const { days, offset = 0, maxNumberOfResults: max } = request.query
      const now = context.clock.now()
      const { count, page } = await listExpiring(context.db, { now, until: after(now, days * day), offset, max })
      return {
        pagination_rest_response_component: {
          more_results: count > offset + max,
          next_offset: offset + max,
          number_of_results: count - offset - max,
        },
        certificates_rest_response: {
          certificates: page.map((row) => ({ certificate: encodeBase64(row.certificate), ...listed(row) })),
        },
      }
    },
  )
}

const listed = ({ serialNumber }: ListedCertificate) => ({
  serial_number: displaySerialNumber(serialNumber),
  response_format: 'DER',
})
