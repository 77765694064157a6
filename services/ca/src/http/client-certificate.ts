import { TLSSocket } from 'node:tls'
import { toHex } from '@cloudsigner/pki'
import { documentSecurity, type HttpServer } from '@cloudsigner/service'
import type { FastifyRequest } from 'fastify'
import type { CaContext } from '../context.ts'
import { CaProblem } from '../domain/problem.ts'
import { parseSerialNumber } from '../domain/serial-number.ts'
import { isAdministrator } from '../store/administrators.ts'
import { findRevocation } from '../store/certificates.ts'

/** How far a route asks into its caller: nobody, any client certificate of ours that is not revoked, an administrator's. */
export type AccessLevel = 'open' | 'certificate' | 'administrator'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** EJBCA's authentication of a route; `administrator` where absent. */
    readonly access?: AccessLevel
  }
}

/** EJBCA's authentication by TLS client certificate, for every route registered after it. */
export function authenticateByCertificate(server: HttpServer, context: CaContext): void {
  const scheme = { certificate: { type: 'mutualTLS' } } as const
  documentSecurity(server, scheme, (route) => route.config?.access !== 'open')
  server.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access ?? 'administrator'
    if (access === 'open') return
    const fingerprint = await clientFingerprint(context, request)
    request.principal = fingerprint
    if (access === 'administrator' && !(await isAdministrator(context.db, fingerprint))) {
      throw new CaProblem('not_authorized', 'Administrator is not authorized to resource /administrator. Msg: .', {
        fingerprint,
      })
    }
  })
}

/** Of the certificate that TLS checked against the management CA (signature, validity); CaProblem 'not_authenticated'. */
async function clientFingerprint(context: CaContext, request: FastifyRequest): Promise<string> {
  const socket = request.raw.socket
  const certificate = socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate() : undefined
  if (!certificate) {
    throw new CaProblem('not_authenticated', 'Error no client certificate or OAuth token received for authentication.')
  }
  const revocation = await findRevocation(context.db, 'management', parseSerialNumber(certificate.serialNumber))
  if (revocation?.reason !== 'NOT_REVOKED') {
    throw new CaProblem('not_authenticated', 'The client certificate is revoked or was not issued by this CA.')
  }
  return toHex(context.crypto.digest('SHA-256', certificate.raw))
}
