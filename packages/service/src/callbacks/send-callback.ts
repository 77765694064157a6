import { Agent, type Dispatcher, ProxyAgent, request, fetch as undiciFetch } from 'undici'
import type { BasicCredentials } from '../auth/basic-authentication.ts'
import { clientCredentialsAuthorization, type TokenFetch, TokenRequestError } from '../auth/client-credentials.ts'
import type { Clock } from '../clock.ts'
import type { CallbackDestination, CallbackSettings } from './destination.ts'

/** What one attempt came to. `error` is short and without secrets: it is stored and logged. */
export type Delivery = { readonly delivered: true } | { readonly delivered: false; readonly error: string }

/** Connections to one destination. */
export interface CallbackSender {
  send(idempotencyKey: string, body: string, signal: AbortSignal): Promise<Delivery>
  close(): Promise<void>
}

/** How much of an answer is read, so that the connection can be used again; its content is nobody's concern. */
const answerLimit = 64 * 1024

/**
 * POSTs events to a destination. 2xx is a delivery, everything else is not: redirects are not followed, since they would
 * carry credentials and personal data to where nobody configured them.
 */
export function createCallbackSender(
  destination: CallbackDestination,
  settings: CallbackSettings,
  clock: Clock,
): CallbackSender {
  const dispatcher = dispatcherOf(destination, settings)
  const newAuthorization = () => authorizationOf(destination, dispatcher, clock)
  let authorization = newAuthorization()
  const timeout = (settings.connectTimeoutSeconds + settings.responseTimeoutSeconds) * 1000

  async function post(idempotencyKey: string, body: string, signal: AbortSignal): Promise<Delivery> {
    const header = await authorization()
    const response = await request(destination.url, {
      dispatcher,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'idempotency-key': idempotencyKey,
        ...(header === null ? {} : { authorization: header }),
      },
      body,
      signal,
    })
    await response.body.dump({ limit: answerLimit, signal })
    // A token that is not taken any more is not worth keeping.
    if (response.statusCode === 401) authorization = newAuthorization()
    if (response.statusCode >= 200 && response.statusCode < 300) return { delivered: true }
    return { delivered: false, error: `HTTP ${response.statusCode}` }
  }
  return {
    async send(idempotencyKey, body, signal) {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
      try {
        return await post(idempotencyKey, body, bounded)
      } catch (error) {
        return { delivered: false, error: reasonOf(error) }
      }
    },
    close: () => dispatcher.destroy(),
  }
}

function dispatcherOf(
  { clientCertificate, trustedRoots }: CallbackDestination,
  { proxy, connectTimeoutSeconds, responseTimeoutSeconds, concurrency }: CallbackSettings,
): Dispatcher {
  const tls = {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2' as const,
    ...(trustedRoots === undefined ? {} : { ca: trustedRoots }),
    ...(clientCertificate && 'pfx' in clientCertificate
      ? { ...clientCertificate, pfx: Buffer.from(clientCertificate.pfx) }
      : clientCertificate),
  }
  const common = {
    connections: concurrency,
    headersTimeout: responseTimeoutSeconds * 1000,
    bodyTimeout: responseTimeoutSeconds * 1000,
    connect: { timeout: connectTimeoutSeconds * 1000, ...tls },
  }
  if (proxy === undefined) return new Agent(common)
  const token = proxy.credentials === undefined ? {} : { token: basicHeader(proxy.credentials) }
  return new ProxyAgent({ ...common, uri: proxy.url, requestTls: tls, ...token })
}

function authorizationOf(
  { basic, oauth2 }: CallbackDestination,
  dispatcher: Dispatcher,
  clock: Clock,
): () => Promise<string | null> {
  if (oauth2) {
    // The package's own fetch: Node's built-in one speaks to dispatchers of its own version of undici only.
    const fetch: TokenFetch = (uri, init) => undiciFetch(uri, { ...init, dispatcher })
    return clientCredentialsAuthorization(oauth2, clock, fetch)
  }
  const header = basic ? basicHeader(basic) : null
  return async () => header
}

function basicHeader({ user, password }: BasicCredentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`
}

/** Names what went wrong without repeating what was sent: undici's messages carry addresses at most. */
function reasonOf(error: unknown): string {
  if (error instanceof TokenRequestError) return error.message
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError') return 'no answer in time'
  if (error.name === 'AbortError') return 'interrupted'
  const code = 'code' in error ? String(error.code) : error.name
  return code.slice(0, 100)
}
