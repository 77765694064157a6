import type { Socket } from 'node:net'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import { HttpFault, type ServiceError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { createMethodTable } from './allowed-methods.ts'
import { faultOf } from './fault-of.ts'
import { createValidatorCompiler } from './schema-validators.ts'
import type { SecurityScheme } from './security-schemes.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, once an authentication hook has found out. */
    principal: string | null
  }
}

/** Fastify whose routes are typed by their typebox schemas. */
export type HttpServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

export interface TlsOptions {
  /** PEM. */
  readonly key: string
  /** PEM, the chain after it. */
  readonly cert: string
  /** PEM of the CAs whose client certificates are accepted. */
  readonly clientCa?: string
  /** Refuses, in the handshake, who has no certificate of `clientCa`. */
  readonly requireClientCertificate?: boolean
}

export interface HttpServerOptions {
  readonly name: string
  readonly title: string
  readonly version: string
  readonly logger: Logger
  /** Largest body in bytes, where a route does not say otherwise. */
  readonly bodyLimitBytes: number
  readonly tls?: TlsOptions
  /** Context path, such as `/enrollment-server`: routes are declared without it, and answer below it alone. */
  readonly basePath?: string
  /** Longest time for a whole request to arrive, in seconds; 60 where absent. */
  readonly requestTimeoutSeconds?: number
  /** The service's own error body, for every error of this server. */
  formatError(error: ServiceError | HttpFault): { readonly status: number; readonly body: unknown }
}

/** How often Node looks for requests that are late, in milliseconds; its default is half a minute. */
const connectionsCheckingInterval = 2_000
const longestHeaders = 30_000

/** Request ids a caller may choose: what goes into a log line is bounded. */
const requestIdPattern = /^[A-Za-z0-9_-]{1,64}$/

/**
 * The one way an HTTP door is built: typed and strictly validated routes, bounded bodies and times, OpenAPI 3.1 at
 * `/openapi.json`, `/health`, and one place where errors become answers.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = createFastify(options)
  const methods = createMethodTable()
  server.addHook('onRoute', (route) => methods.add(route))
  server.decorateRequest('principal', null)
  const securitySchemes: Record<string, SecurityScheme> = {}
  server.decorate('securitySchemes', securitySchemes)
  server.setValidatorCompiler(createValidatorCompiler())
  installErrorAnswers(server, options, (path) => methods.methodsAt(path))
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: options.title, version: options.version },
      servers: [{ url: options.basePath ?? '/' }],
      // Their types are those of OpenAPI 3.0, which has no mutualTLS.
      components: { securitySchemes: securitySchemes as Record<string, never> },
    },
  })
  installOpenRoutes(server, options.name)
  return server
}

/** Answers of everyone. They are given by the first hook, before any that the service adds, such as authentication. */
function installOpenRoutes(server: HttpServer, name: string): void {
  const answers: Readonly<Record<string, () => unknown>> = {
    '/openapi.json': () => server.swagger(),
    '/health': () => ({ status: 'UP', service: name }),
  }
  server.addHook('onRequest', async (request, reply) => {
    const { url } = request.routeOptions
    const open = url !== undefined && Object.hasOwn(answers, url) ? answers[url] : undefined
    return open === undefined ? undefined : reply.send(open())
  })
  for (const [path, give] of Object.entries(answers)) server.get(path, { schema: { hide: true } }, async () => give())
}

function createFastify(options: HttpServerOptions): HttpServer {
  const { tls, basePath } = options
  const requestTimeout = (options.requestTimeoutSeconds ?? 60) * 1000
  // Node never ends a late request whose limit is below that of its headers.
  const timeouts = { connectionsCheckingInterval, headersTimeout: Math.min(requestTimeout, longestHeaders) }
  const settings = {
    loggerInstance: options.logger.child({ server: options.name }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimitBytes,
    requestTimeout,
    connectionTimeout: 0,
    keepAliveTimeout: 20_000,
    forceCloseConnections: 'idle' as const,
    // Whoever still gets through while the server drains is served: the service closes its door before all else.
    return503OnClosing: false,
    genReqId: (request: { headers: NodeJS.Dict<string | string[]> }) => requestId(request.headers['x-request-id']),
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) => {
      const { status, body } = options.formatError(faultOf(error))
      reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body))
    },
    clientErrorHandler: (error: Error, socket: Socket) => answerRaw(options, error, socket),
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: false },
    ...(basePath ? { rewriteUrl: (request: { url?: string }) => withoutBasePath(basePath, request.url ?? '/') } : {}),
  }
  const https = tls && {
    key: tls.key,
    cert: tls.cert,
    minVersion: 'TLSv1.2' as const,
    ...(tls.clientCa ? { ca: tls.clientCa, requestCert: true } : {}),
    rejectUnauthorized: tls.requireClientCertificate ?? false,
  }
  // Over TLS or not, the instance is used the same; the two differ in the type of the raw server alone.
  const created = https
    ? fastify({ ...settings, https: { ...https, ...timeouts } })
    : fastify({ ...settings, http: timeouts })
  return (created as unknown as FastifyInstance).withTypeProvider<TypeBoxTypeProvider>() as HttpServer
}

let counter = 0
function requestId(asked: string | string[] | undefined): string {
  if (typeof asked === 'string' && requestIdPattern.test(asked)) return asked
  counter = (counter + 1) % Number.MAX_SAFE_INTEGER
  return `r${counter.toString(36)}`
}

/** Below the context path the rest is the route; beside it there is nothing. */
function withoutBasePath(basePath: string, url: string): string {
  if (!url.startsWith(basePath)) return '/\u{0}outside'
  const rest = url.slice(basePath.length)
  if (rest === '' || rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : '/\u{0}outside'
}

function installErrorAnswers(
  server: HttpServer,
  options: HttpServerOptions,
  methodsAt: (path: string) => readonly string[],
): void {
  server.setErrorHandler((error, request, reply) => answer(options, faultOf(error), request, reply))
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '/'
    const allowed = methodsAt(path)
    const fault =
      allowed.length > 0
        ? new HttpFault('method_not_allowed', `The method ${request.method} is not one of this path.`, {
            headers: { allow: allowed.join(', ') },
          })
        : new HttpFault('not_found', 'There is nothing at this path.')
    return answer(options, fault, request, reply)
  })
}

function answer(
  options: HttpServerOptions,
  fault: ServiceError | HttpFault,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status, body } = options.formatError(fault)
  const facts = { method: request.method, route: request.routeOptions.url, status, code: fault.code }
  if (status >= 500) request.log.error({ ...facts, err: fault }, 'a request failed')
  else request.log.info({ ...facts, reason: fault.message }, 'a request was refused')
  if (fault instanceof HttpFault) reply.headers(fault.headers)
  return reply.code(status).type('application/json; charset=utf-8').send(body)
}

/** Answers what is not HTTP, or came too slowly, and so never became a request. */
function answerRaw(options: HttpServerOptions, error: Error, socket: Socket): void {
  const code = 'code' in error ? error.code : ''
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const fault =
    code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new HttpFault('request_timeout', 'The request did not arrive in time.')
      : code === 'HPE_HEADER_OVERFLOW'
        ? new HttpFault('headers_too_large', 'The headers are larger than the server takes.')
        : new HttpFault('malformed_request', 'This is not an HTTP request.')
  const { status, body } = options.formatError(fault)
  const text = JSON.stringify(body)
  socket.end(
    `HTTP/1.1 ${status} Error\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  )
}
