/**
 * The phone's app and the two APIs that it calls, as one origin (docs/decisions/0009): no CORS, one certificate, and a
 * policy that lets the page talk to nobody else. A bank has such a front already, and puts the built files there.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ListenError } from '@cloudsigner/service'
import { forward } from './forward.ts'
import { answerStatic, type StaticFiles } from './static-files.ts'

export interface FrontOptions {
  readonly host: string
  readonly port: number
  /** The built app; asked for with the first request of a page. */
  readonly files: () => Promise<StaticFiles>
  /** Scheme and authority of what answers below a path, such as `/app/`. */
  readonly upstreams: Readonly<Record<`/${string}/`, URL>>
}

export interface Front {
  /** Takes no more connections, and cuts those that are busy after `graceSeconds` (10). */
  close(graceSeconds?: number): Promise<void>
}

/** Throws ListenError. */
export async function startFront(options: FrontOptions): Promise<Front> {
  const { host, port } = options
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else sayPlainly(response, 503, `The app is not there: ${error instanceof Error ? error.message : String(error)}`)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new ListenError(`Port ${port} of ${host} is not to be had for the app: ${cause.message}.`, { cause }))
    })
    server.listen(port, host, resolve)
  })
  return { close: (graceSeconds = 10) => drain(server, graceSeconds) }
}

async function drain(server: Server, graceSeconds: number): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000)
  await new Promise<void>((resolve) => server.close(() => resolve()))
  clearTimeout(cut)
}

async function answer(options: FrontOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [pathname = '/'] = (request.url ?? '/').split('?')
  const prefix = Object.keys(options.upstreams).find((each) => pathname.startsWith(each))
  const upstream = prefix === undefined ? undefined : options.upstreams[prefix as `/${string}/`]
  if (upstream !== undefined) return forward(upstream, request, response)
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return sayPlainly(response, 405, 'There are only files here.')
  if (pathname === '/health') return sayPlainly(response, 200, 'UP')
  if (!(await answerStatic(await options.files(), pathname, request, response))) {
    sayPlainly(response, 404, 'There is no such file.')
  }
}

function sayPlainly(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
  response.end(`${text}\n`)
}
