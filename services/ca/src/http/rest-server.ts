import type { EjbcaError } from '@cloudsigner/contracts/ejbca'
import {
  createHttpServer,
  HttpFault,
  type HttpServer,
  type Logger,
  type ServiceError,
  type TlsOptions,
} from '@cloudsigner/service'
import { CaProblem } from '../domain/problem.ts'
import { ejbcaSentence } from './schema-sentences.ts'

export const restBasePath = '/ejbca/ejbca-rest-api'

/** A request with the largest CSR and every member at its limit. */
const bodyLimitBytes = 1024 * 1024

/** EJBCA's REST API: its error bodies, its rule for browsers, JSON bodies that may be empty. */
export async function createRestServer(options: {
  readonly logger: Logger
  readonly tls: TlsOptions
  readonly version: string
}): Promise<HttpServer> {
  const server = await createHttpServer({
    name: 'ca-rest',
    title: 'EJBCA REST interface of the CloudSigner CA',
    version: options.version,
    logger: options.logger,
    bodyLimitBytes,
    basePath: restBasePath,
    tls: options.tls,
    formatError,
  })
  refuseForgedBrowserRequests(server)
  acceptEmptyJson(server)
  return server
}

/** `error_code` is the HTTP status, always. */
function formatError(error: ServiceError | HttpFault): { status: number; body: EjbcaError } {
  const { status, message } = described(error)
  return { status, body: { error_code: status, error_message: message } }
}

function described(error: ServiceError | HttpFault): { status: number; message: string } {
  if (error instanceof CaProblem) return error
  if (!(error instanceof HttpFault) || error.code === 'internal') return { status: 500, message: 'General failure.' }
  return { status: error.status, message: ejbcaSentence(error.schemaFaults) ?? error.message }
}

/** What a browser adds to every request, and a page of another origin cannot leave out: such a request must carry a header that page cannot add. */
function refuseForgedBrowserRequests(server: HttpServer): void {
  server.addHook('onRequest', async ({ headers }) => {
    const isBrowser = headers['sec-fetch-mode'] !== undefined || headers['sec-fetch-dest'] !== undefined
    if (isBrowser && headers['x-keyfactor-requested-with'] === undefined) {
      throw new CaProblem('service_disabled', 'This service has been disabled.')
    }
  })
}

/** Clients send `Content-Type: application/json` with no body where an operation has none, as `revoke`. */
function acceptEmptyJson(server: HttpServer): void {
  const parse = server.getDefaultJsonParser('error', 'error')
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString()
    if (text.trim() === '') done(null, undefined)
    else parse(request, text, done)
  })
}
