/** Hands a request on to a service and its answer back, both as streams: a reverse proxy for one origin. */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'

/** RFC 9110 §7.6.1: these are of one connection, and are not handed on. */
const hopByHop: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['proxy-authenticate', 'proxy-authorization'],
])

const timeoutMs = 120_000

/** `base` is scheme and authority; path and query are the request's own. Answers 503 where nobody answers. */
export async function forward(base: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const send = base.protocol === 'https:' ? httpsRequest : httpRequest
  const { method, url } = request
  // By parts: an address in the request line must not choose the host.
  const upstream = send({
    protocol: base.protocol,
    hostname: base.hostname.replace(/^\[|\]$/g, ''),
    port: base.port,
    method,
    path: url,
    headers: { ...endToEnd(request.headers), host: base.host },
    timeout: timeoutMs,
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve)
    upstream.once('error', reject)
    upstream.once('timeout', () => upstream.destroy(new Error('no answer in time')))
    response.once('close', () => upstream.destroy())
  })
  try {
    // A service that refuses early does not read to the end: its answer counts, not the broken pipe.
    pipeline(request, upstream).catch(() => undefined)
    const answer = await answered
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers))
    await pipeline(answer, response)
  } catch {
    if (response.headersSent) response.destroy()
    else response.writeHead(503, { 'content-type': 'text/plain' }).end('The service does not answer.\n')
  }
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').toLowerCase().split(/\s*,\s*/)
  const kept = Object.entries(headers).filter(([name]) => !hopByHop.has(name) && !named.includes(name))
  return Object.fromEntries(kept)
}
