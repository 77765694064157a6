/**
 * The phone's app and the two APIs that it calls, as one origin (docs/decisions/0009): no CORS, one certificate, and a
 * policy that lets the page talk to nobody else. A bank has such a front already, and puts the built files there.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
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
  close(): Promise<void>
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
  const silent = silentConnections(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new ListenError(`Port ${port} of ${host} is not to be had for the app: ${cause.message}.`, { cause }))
    })
    server.listen(port, host, resolve)
  })
  return { close: () => drain(server, silent) }
}

/** Seconds that answers under way may take once the front closes: those of the services behind it have as many. */
const graceSeconds = 10

/** Connections that never sent a request: browsers open some ahead, and to Node they are not idle. */
function silentConnections(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>()
  server.on('connection', (socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  server.on('request', ({ socket }) => silent.delete(socket))
  return silent
}

async function drain(server: Server, silent: ReadonlySet<Socket>): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000)
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const socket of silent) socket.destroy()
  await closed
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
