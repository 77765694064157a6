import { createHttpServer, type HttpFault, type HttpServer, type Logger, type ServiceError } from '@cloudsigner/service'
import type { CaContext } from '../context.ts'
import { CaProblem } from '../domain/problem.ts'
import { publicPaths } from '../domain/public-urls.ts'
import { binaryResponses } from './binary.ts'
import { certificateStoreRoutes } from './certificate-store.ts'
import { crlRoutes } from './crls.ts'
import { ocspRoutes } from './ocsp.ts'
import { timeStampRoutes } from './time-stamps.ts'

/** The largest OCSP or time-stamp request that is read. */
const bodyLimitBytes = 16 * 1024

/** What relying parties need, open to everybody, over plain HTTP (RFC 5280 §8). */
export async function createPublicServer(
  options: { readonly logger: Logger; readonly version: string },
  context: CaContext,
): Promise<HttpServer> {
  const server = await createHttpServer({
    name: 'ca-public',
    title: 'Public web of the CloudSigner CA: CRL, OCSP, CA certificates, time-stamps',
    version: options.version,
    logger: options.logger,
    bodyLimitBytes,
    requestTimeoutSeconds: 30,
    formatError,
  })
  // Requests are of the two binary types that their routes name.
  server.removeAllContentTypeParsers()
  crlRoutes(server, context)
  certificateStoreRoutes(server, context)
  ocspRoutes(server, context)
  timeStampRoutes(server, context)
  server.get(publicPaths.health, { schema: { response: binaryResponses(['text/plain']) } }, async (_request, reply) =>
    reply.type('text/plain').send('ALLOK'),
  )
  return server
}

function formatError(error: ServiceError | HttpFault) {
  const status =
    error instanceof CaProblem
      ? error.status
      : 'status' in error && typeof error.status === 'number'
        ? error.status
        : 500
  return { status, body: { error_code: status, error_message: status === 500 ? 'General failure.' : error.message } }
}
