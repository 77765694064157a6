import { Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Clock } from '../clock.ts'

/** How a service gets a token of its own (RFC 6749 §4.4). */
export interface ClientCredentials {
  readonly tokenUri: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scope?: string
}

export class TokenRequestError extends Error {
  override readonly name = 'TokenRequestError'
}

/** As much of `fetch` as a token takes; the platform's is one, and undici's with a dispatcher of the caller's. */
export type TokenFetch = (
  uri: string,
  init: {
    readonly method: 'POST'
    readonly headers: Record<string, string>
    readonly body: URLSearchParams
    readonly redirect: 'error'
    readonly signal: AbortSignal
  },
) => Promise<{ readonly ok: boolean; readonly status: number; json(): Promise<unknown> }>

const TokenResponse = Type.Object({
  access_token: Type.String({ minLength: 1 }),
  token_type: Type.String(),
  expires_in: Type.Optional(Type.Number({ minimum: 0 })),
})

const timeoutMilliseconds = 5_000
/** Seconds before its end at which a token is fetched anew. */
const margin = 30
/** Seconds for which a token without `expires_in` is kept. */
const shortLife = 60

/**
 * Gives the Authorization header of calls: a bearer token, kept until shortly before it expires and fetched once however
 * many calls wait for it. TokenRequestError where the authorization server does not give one.
 */
export function clientCredentialsAuthorization(
  credentials: ClientCredentials,
  clock: Clock,
  fetch: TokenFetch = globalThis.fetch,
): () => Promise<string> {
  let kept: { readonly header: string; readonly until: number } | null = null
  let fetching: Promise<string> | null = null

  async function fetchHeader(): Promise<string> {
    const { token, lifetime } = await requestToken(credentials, fetch)
    const header = `Bearer ${token}`
    kept = { header, until: clock.now().getTime() + Math.max(0, lifetime - margin) * 1000 }
    return header
  }

  return async () => {
    if (kept && clock.now().getTime() < kept.until) return kept.header
    fetching ??= fetchHeader().finally(() => {
      fetching = null
    })
    return fetching
  }
}

async function requestToken({ tokenUri, clientId, clientSecret, scope }: ClientCredentials, fetch: TokenFetch) {
  // RFC 6749 §2.3.1: both parts are form-encoded before they become Basic.
  const basic = [clientId, clientSecret].map(encodeURIComponent).join(':')
  const response = await fetch(tokenUri, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(basic).toString('base64')}`, accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope ? { scope } : {}) }),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMilliseconds),
  }).catch((cause: unknown) => {
    throw new TokenRequestError('The authorization server does not answer', { cause })
  })
  const answer: unknown = await response.json().catch(() => null)
  if (!response.ok || !Check(TokenResponse, answer) || answer.token_type.toLowerCase() !== 'bearer') {
    throw new TokenRequestError(`The authorization server gave no bearer token (HTTP ${response.status})`)
  }
  return { token: answer.access_token, lifetime: answer.expires_in ?? shortLife }
}
