import {
  CaInfos,
  CaListQuery,
  CaParams,
  CreateCrlQuery,
  CreatedCrl,
  EjbcaError,
  LatestCrl,
  LatestCrlQuery,
} from '@cloudsigner/contracts/ejbca'
import { derToPem, encodeBase64 } from '@cloudsigner/pki'
import type { HttpServer } from '@cloudsigner/service'
import { currentCrl, makeCrl } from '../actions/refresh-crl.ts'
import { type Authority, authorities, type CaContext, chainOf, findAuthorityByDn } from '../context.ts'
import { javaHashCode } from '../domain/distinguished-name.ts'
import { isoSecond } from '../domain/moments.ts'
import { CaProblem } from '../domain/problem.ts'
import { binaryResponses } from './binary.ts'
import { statusRoute } from './status.ts'

const refusals = { 400: EjbcaError, 403: EjbcaError, 404: EjbcaError }

/** v1/ca. */
export function caResource(server: HttpServer, context: CaContext): void {
  statusRoute(server, '/v1/ca/status')

  server.get(
    '/v1/ca',
    { schema: { querystring: CaListQuery, response: { 200: CaInfos, 400: EjbcaError, 403: EjbcaError } } },
    async () => ({ certificate_authorities: authorities(context).map(caInfo) }),
  )

  server.get(
    '/v1/ca/:subject_dn/certificate/download',
    {
      schema: {
        params: CaParams,
        response: { ...binaryResponses(['application/octet-stream'], 400, 403, 404) },
      },
    },
    async (request, reply) => {
      const ca = getAuthority(context, request.params.subject_dn)
      const pem = chainOf(context, ca.role).map(({ der }) => derToPem(der, 'CERTIFICATE'))
      const fileName = `${ca.certificate.subject.rfc4514}.cacert.pem`.replace(/[^A-Za-z0-9 ,.=_-]/g, '')
      return reply
        .type('application/octet-stream')
        .header('Content-Disposition', `attachment; filename="${fileName}"`)
        .send(pem.join(''))
    },
  )

  server.get(
    '/v1/ca/:subject_dn/getLatestCrl',
    {
      config: { access: 'certificate' },
      schema: { params: CaParams, querystring: LatestCrlQuery, response: { 200: LatestCrl, ...refusals } },
    },
    async (request) => {
      const ca = getAuthority(context, request.params.subject_dn)
      const { deltaCrl = false, crlPartitionIndex = 0 } = request.query
      // This CA makes neither delta CRLs nor partitions.
      if (deltaCrl || crlPartitionIndex !== 0) throw new CaProblem('certificate_not_found', 'No such CRL exists.')
      const { crl } = await currentCrl(context, ca)
      return { crl: encodeBase64(crl), response_format: 'DER' }
    },
  )

  server.post(
    '/v1/ca/:subject_dn/createcrl',
    { schema: { params: CaParams, querystring: CreateCrlQuery, response: { 200: CreatedCrl, ...refusals } } },
    async (request) => {
      const ca = getAuthority(context, request.params.subject_dn)
      const { number } = await makeCrl(context, ca)
      return {
        issuer_dn: request.params.subject_dn,
        latest_crl_version: number,
        latest_delta_crl_version: 0,
        latest_partition_crl_versions: {},
        latest_partition_delta_crl_versions: {},
        all_success: true,
      }
    },
  )
}

/** CaProblem 'ca_not_found'. */
export function getAuthority(context: CaContext, dn: string): Authority {
  const ca = findAuthorityByDn(context, dn)
  if (!ca) throw new CaProblem('ca_not_found', `CA '${dn}' does not exist.`)
  return ca
}

function caInfo(ca: Authority) {
  const { subject, issuer, notAfter } = ca.certificate
  return {
    id: javaHashCode(subject.rfc4514),
    name: ca.name,
    subject_dn: subject.rfc4514,
    issuer_dn: issuer.rfc4514,
    expiration_date: isoSecond(notAfter),
    external: false,
  }
}
