import { Agent, type Dispatcher, type RequestInit as UndiciRequestInit, fetch as undiciFetch } from 'undici'

/** PEM. */
export interface MutualTlsCredentials {
  /** Whom this side trusts: nothing else is trusted beside it. */
  readonly ca: string
  /** What this side presents, the leaf first. */
  readonly cert: string
  readonly key: string
}

export interface MutualTlsOptions extends MutualTlsCredentials {
  /** Connections to one origin; 16 where absent. */
  readonly connections?: number
}

/** Connections that present a client certificate. Close it when its client is done. */
export function mutualTlsDispatcher(options: MutualTlsOptions): Dispatcher {
  const { ca, cert, key, connections = 16 } = options
  return new Agent({ connections, connect: { ca, cert, key, rejectUnauthorized: true, minVersion: 'TLSv1.2' } })
}

/** A `fetch` whose connections are the dispatcher's, for the `fetch` option of this room's clients. */
export function fetchThrough(dispatcher: Dispatcher): typeof globalThis.fetch {
  // The package's own fetch: Node's built-in one speaks to dispatchers of its own version of undici only.
  const fetch = (input: string | URL | Request, init?: RequestInit) => {
    if (input instanceof Request) throw new TypeError('fetchThrough takes a URL, not a Request')
    return undiciFetch(input, { ...(init as UndiciRequestInit), dispatcher })
  }
  return fetch as unknown as typeof globalThis.fetch
}

export interface MutualTlsFetch {
  readonly fetch: typeof globalThis.fetch
  close(): Promise<void>
}

/** Both in one: `fetch` with a client certificate, and the end of its connections. */
export function mutualTlsFetch(options: MutualTlsOptions): MutualTlsFetch {
  const dispatcher = mutualTlsDispatcher(options)
  return { fetch: fetchThrough(dispatcher), close: () => dispatcher.close() }
}
