import {
  EmptyResponse,
  ObjectResponse,
  PrivateErrorResponse,
  type PrivateMethod,
  privateMethods,
} from '@cloudsigner/contracts/powerauth-private'
import {
  basicAuthentication,
  createHttpServer,
  documentSecurity,
  type HttpServer,
  type Logger,
} from '@cloudsigner/service'
import type { RouteOptions } from 'fastify'
import Type from 'typebox'
import { Check } from 'typebox/value'
import type { PowerAuthConfig } from '../config.ts'
import { domainErrorOf } from '../domain/errors.ts'
import type { PowerAuthContext } from '../methods/context.ts'
import { isIntegration } from '../methods/integrations.ts'
import { activationHandlers } from './private/activations.ts'
import { applicationHandlers } from './private/applications.ts'
import { authenticationHandlers } from './private/authentication.ts'
import { callbackHandlers } from './private/callbacks.ts'
import { formatPrivateError } from './private/errors.ts'
import type { PrivateHandlers } from './private/handlers.ts'
import { integrationHandlers } from './private/integrations.ts'
import { operationHandlers } from './private/operations.ts'
import { systemHandlers } from './private/system.ts'

/** Context path of the genuine server. */
export const PRIVATE_BASE_PATH = '/powerauth-java-server'

/** Largest request: a signature over data of 3 MB, in Base64. */
const BODY_LIMIT_BYTES = 4_194_304

/** The private API, `/rest/v3`: for back ends, never for devices. */
export async function createPrivateApi(
  config: PowerAuthConfig['privateApi'],
  context: PowerAuthContext,
  logger: Logger,
): Promise<HttpServer> {
  const server = await createHttpServer({
    name: 'powerauth-private',
    title: 'PowerAuth Server, private API',
    version: context.settings.version,
    logger,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    basePath: PRIVATE_BASE_PATH,
    formatError: formatPrivateError,
  })
  server.removeContentTypeParser('text/plain')
  // Answers are typed by the contract; a serialiser per schema would only copy its unions.
  server.setSerializerCompiler(() => JSON.stringify)
  const handlers: PrivateHandlers = {
    ...systemHandlers(context),
    ...applicationHandlers(context),
    ...activationHandlers(context),
    ...authenticationHandlers(context),
    ...operationHandlers(context),
    ...integrationHandlers(context),
    ...callbackHandlers(context),
  }
  // In a scope of its own: health and OpenAPI are for everybody.
  await server.register(async (scope) => {
    if (config.openPrivateApi !== true) {
      const verify = (given: { user: string; password: string }) => isIntegration(context, config.integrations, given)
      scope.addHook('onRequest', basicAuthentication({ realm: 'PowerAuth', verify }))
      documentSecurity(scope as HttpServer, { basic: { type: 'http', scheme: 'basic' } })
    }
    for (const [name, method] of Object.entries(privateMethods)) {
      // The body was validated by the schema of the same row that types the handler.
      const handler = handlers[name as keyof PrivateHandlers] as unknown as (request: unknown) => unknown
      register(scope as HttpServer, name, method, handler)
    }
  })
  return server
}

function register(
  server: HttpServer,
  name: string,
  method: PrivateMethod,
  handler: (request: unknown) => unknown,
): void {
  // Methods without a request are called with `{}`, with an empty requestObject, or with null by the Java client.
  const absentOrNull = (schema: PrivateMethod['request']) => Type.Optional(Type.Union([schema, Type.Null()]))
  const requestObject = Check(method.request, {}) ? absentOrNull(method.request) : method.request
  const body = Type.Object({ requestObject })
  const success = method.response === null ? EmptyResponse : ObjectResponse(method.response)
  const route: RouteOptions = {
    method: 'POST',
    url: `/rest/v3${method.path}`,
    schema: { operationId: name, body, response: { 200: success, '4xx': PrivateErrorResponse } },
    handler: async (request) => {
      const { requestObject } = request.body as { requestObject?: unknown } // validated just before
      try {
        const responseObject = await handler(requestObject ?? {})
        return method.response === null ? { status: 'OK' } : { status: 'OK', responseObject }
      } catch (error) {
        throw domainErrorOf(error)
      }
    },
  }
  server.route(route)
}
