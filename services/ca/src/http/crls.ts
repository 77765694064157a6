import { bytesEqual, derToPem } from '@cloudsigner/pki'
import type { HttpServer } from '@cloudsigner/service'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { currentCrl } from '../actions/refresh-crl.ts'
import { type Authority, authorities, type CaContext, findAuthorityByDn } from '../context.ts'
import { isoSecond } from '../domain/moments.ts'
import { CaProblem } from '../domain/problem.ts'
import { publicPaths } from '../domain/public-urls.ts'
import { parseStoreKey } from '../domain/store-key.ts'
import { binaryResponses, sendBytes } from './binary.ts'

const Hash = Type.Optional(Type.String({ maxLength: 64, description: 'Base64 of a SHA-1' }))
const StoreQuery = Type.Object({
  iHash: Hash,
  sHash: Hash,
  sKIDHash: Hash,
  delta: Type.Optional(Type.String({ maxLength: 8 })),
  partition: Type.Optional(Type.String({ maxLength: 8 })),
})
const NameQuery = Type.Object({
  cmd: Type.String({ maxLength: 16 }),
  issuer: Type.String({ maxLength: 512 }),
  format: Type.Optional(Type.String({ maxLength: 8 })),
})

const noCrl = () => new CaProblem('ca_not_found', 'There is no CRL of this issuer here.')

/** CRLs, by RFC 4387 store and by the issuer's name. */
export function crlRoutes(server: HttpServer, context: CaContext): void {
  server.get(
    publicPaths.crlStore,
    {
      schema: {
        querystring: StoreQuery,
        response: binaryResponses(['application/pkix-crl', 'application/x-pem-file'], 400, 404),
      },
    },
    async (request, reply) => {
      const { iHash, sHash, sKIDHash, delta, partition = '0' } = request.query
      const hash = parseStoreKey(iHash ?? sHash ?? sKIDHash)
      const ca = authorities(context).find((candidate) =>
        sKIDHash === undefined || iHash !== undefined || sHash !== undefined
          ? bytesEqual(context.crypto.digest('SHA-1', candidate.certificate.subject.der), hash)
          : bytesEqual(candidate.certificate.extensions.subjectKeyIdentifier ?? new Uint8Array(), hash),
      )
      // This CA makes neither delta CRLs nor partitions.
      if (!ca || delta !== undefined || partition !== '0') throw noCrl()
      return sendCrl(reply, context, ca)
    },
  )

  server.get(
    publicPaths.crlByName,
    {
      schema: {
        querystring: NameQuery,
        response: binaryResponses(['application/pkix-crl', 'application/x-pem-file'], 400, 404),
      },
    },
    async (request, reply) => {
      const { cmd, issuer, format } = request.query
      const ca = cmd === 'crl' ? findAuthorityByDn(context, issuer) : null
      if (!ca) throw noCrl()
      return sendCrl(reply, context, ca, format?.toUpperCase() === 'PEM')
    },
  )
}

async function sendCrl(reply: FastifyReply, context: CaContext, ca: Authority, asPem = false): Promise<FastifyReply> {
  const { crl, thisUpdate } = await currentCrl(context, ca)
  // A CRL may be replaced at any revocation: caches ask again.
  reply.header('Cache-Control', 'no-cache').header('Last-Modified', new Date(isoSecond(thisUpdate)).toUTCString())
  if (asPem) return sendBytes(reply, 'application/x-pem-file', new TextEncoder().encode(derToPem(crl, 'X509 CRL')))
  return sendBytes(reply, 'application/pkix-crl', crl)
}
