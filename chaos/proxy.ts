/**
 * A plain round-robin proxy before replicas. What it could not hand over it hands to the next replica; what it did hand
 * over it asks again for only where HTTP says that asking twice is asking once (RFC 9110 §9.2.2), and there is no body.
 */
import { once } from 'node:events'
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { pipeline } from 'node:stream'

export interface ProxyRoute {
  /** On 127.0.0.1. */
  readonly port: number
  /** Ports of the replicas on 127.0.0.1. */
  readonly replicas: readonly number[]
  /** `tcp` passes connections through whole: for TLS that ends at the service. */
  readonly kind: 'http' | 'tcp'
}

export interface Proxy {
  close(): Promise<void>
}

const host = '127.0.0.1'

export async function startProxy(routes: readonly ProxyRoute[]): Promise<Proxy> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const sockets = new Set<Socket>()
  const servers = routes.map((route): Server => (route.kind === 'http' ? httpProxy(route, agent) : tcpProxy(route)))
  for (const [index, server] of servers.entries()) {
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    server.listen(routes[index]?.port, host)
    await once(server, 'listening')
  }
  return {
    async close() {
      agent.destroy()
      await Promise.all(
        servers.map((server) => {
          const closed = once(server, 'close')
          server.close()
          for (const socket of sockets) socket.destroy()
          return closed
        }),
      )
    },
  }
}

/** The replicas in the order to try them, each time another first. */
function inTurns(replicas: readonly number[]): () => readonly number[] {
  let next = 0
  return () => {
    const first = next++ % replicas.length
    return [...replicas.slice(first), ...replicas.slice(0, first)]
  }
}

function httpProxy({ replicas }: ProxyRoute, agent: Agent): Server {
  const order = inTurns(replicas)
  return createServer((request, response) => forward(request, response, order(), agent))
}

const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE'])

/** A PowerAuth code is good for one request: with it, not even a GET may be sent twice. */
const isRepeatable = ({ method, headers }: IncomingMessage): boolean =>
  idempotent.has(method ?? '') && !hasBody(headers) && headers['x-powerauth-authorization'] === undefined

const hasBody = (headers: IncomingMessage['headers']): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  [port, ...others]: readonly number[],
  agent: Agent,
): void {
  if (port === undefined) return void badGateway(response)
  const { method, url, headers } = request
  const outgoing = httpRequest({ host, port, agent, method, path: url, headers })
  let handedOver = false
  let answered = false
  const handOver = () => {
    handedOver = true
    if (hasBody(headers)) pipeline(request, outgoing, () => undefined)
    else outgoing.end()
  }
  // Nothing of a body is read before there is somebody to read it.
  outgoing.on('socket', (socket) => (socket.connecting ? socket.once('connect', handOver) : handOver()))
  outgoing.on('response', (answer) => {
    answered = true
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    // Broken off in the middle: the client must not take what came for the whole.
    pipeline(answer, response, (error) => error && response.destroy())
  })
  outgoing.on('error', () => {
    if (answered || response.destroyed) return void response.destroy()
    if (!handedOver || isRepeatable(request)) return forward(request, response, others, agent)
    badGateway(response)
  })
  response.on('close', () => response.writableEnded || outgoing.destroy())
}

function badGateway(response: ServerResponse): void {
  if (response.headersSent || response.destroyed) return void response.destroy()
  response.writeHead(502, { 'content-type': 'text/plain', connection: 'close' }).end('No replica answered.\n')
}

function tcpProxy({ replicas }: ProxyRoute): Server {
  const order = inTurns(replicas)
  return createTcpServer((client) => {
    client.on('error', () => client.destroy())
    passThrough(client, order())
  })
}

function passThrough(client: Socket, [port, ...others]: readonly number[]): void {
  if (port === undefined) return void client.destroy()
  const replica = connect({ host, port })
  const refused = () => passThrough(client, others)
  replica.once('error', refused)
  replica.once('connect', () => {
    replica.off('error', refused)
    pipeline(client, replica, () => client.destroy())
    pipeline(replica, client, () => replica.destroy())
  })
}
