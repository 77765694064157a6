import { createHttpServer, type HttpServer, type Logger } from '@cloudsigner/service'
import type { PowerAuthContext } from '../methods/context.ts'
import { activationRoutes } from './public/activation.ts'
import { formatPublicError } from './public/errors.ts'
import { mobileTokenRoutes } from './public/mobile-token.ts'
import { mobileTokenDecisionRoutes } from './public/mobile-token-decisions.ts'
import { signatureRoutes } from './public/signature.ts'
import { systemRoutes } from './public/system.ts'
import { tokenRoutes } from './public/token.ts'
import { vaultRoutes } from './public/vault.ts'

/** Context path of the genuine enrollment server. */
export const PUBLIC_BASE_PATH = '/enrollment-server'

const BODY_LIMIT_BYTES = 262_144

/** The public API, `/pa/v3`: for devices. Bodies stay bytes, since authentication codes cover every one of them. */
export async function createPublicApi(context: PowerAuthContext, logger: Logger): Promise<HttpServer> {
  const server = await createHttpServer({
    name: 'powerauth-public',
    title: 'PowerAuth, public API',
    version: context.settings.version,
    logger,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    basePath: PUBLIC_BASE_PATH,
    formatError: formatPublicError,
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  // Schemas are here for OpenAPI: handlers validate, when they know what a body must be.
  server.setValidatorCompiler(() => () => true)
  server.setSerializerCompiler(() => JSON.stringify)
  systemRoutes(server, context)
  activationRoutes(server, context)
  tokenRoutes(server, context)
  vaultRoutes(server, context)
  mobileTokenRoutes(server, context)
  mobileTokenDecisionRoutes(server, context)
  await server.register(async (scope) => signatureRoutes(scope as HttpServer, context))
  return server
}
