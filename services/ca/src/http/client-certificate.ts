import { TLSSocket } from 'node:tls'
import { toHex } from '@cloudsigner/pki'
import { documentSecurity, type HttpServer } from '@cloudsigner/service'
import type { FastifyRequest } from 'fastify'
import type { CaContext } from '../context.ts'
import { CaProblem } from '../domain/problem.ts'
import { parseSerialNumber } from '../domain/serial-number.ts'
import { findStanding } from '../store/administrators.ts'

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
    const caller = clientCertificate(context, request)
    const { fingerprint } = caller
    const standing = await findStanding(context.db, caller)
    if (!standing?.inForce) {
      throw new CaProblem('not_authenticated', 'The client certificate is revoked or was not issued by this CA.')
    }
    request.principal = fingerprint
    if (access === 'administrator' && !standing.isAdministrator) {
      throw new CaProblem('not_authorized', 'Administrator is not authorized to resource /administrator. Msg: .', {
        fingerprint,
      })
    }
  })
}

interface ClientCertificate {
  /** Upper-case hex. */
  readonly serialNumber: string
  /** SHA-256 of the DER, upper-case hex. */
  readonly fingerprint: string
}

/** A connection has one client certificate as long as it lasts: no server of ours renegotiates. */
const ofConnection = new WeakMap<TLSSocket, ClientCertificate>()

/** The certificate that TLS checked against the management CA (signature, validity); CaProblem 'not_authenticated'. */
function clientCertificate(context: CaContext, request: FastifyRequest): ClientCertificate {
  const socket = request.raw.socket
  if (socket instanceof TLSSocket && socket.authorized) {
    const known = ofConnection.get(socket)
    if (known) return known
    const certificate = socket.getPeerX509Certificate()
    if (certificate) {
      const serialNumber = parseSerialNumber(certificate.serialNumber)
      const read = { serialNumber, fingerprint: toHex(context.crypto.digest('SHA-256', certificate.raw)) }
      ofConnection.set(socket, read)
      return read
    }
  }
  throw new CaProblem('not_authenticated', 'Error no client certificate or OAuth token received for authentication.')
}
