import type { onRequestAsyncHookHandler } from 'fastify'
import type { Clock } from '../clock.ts'
import { HttpFault } from '../errors.ts'
import type { SecurityScheme } from '../http/security-schemes.ts'
import { type BasicCredentials, basicAuthentication, fixedCredentials } from './basic-authentication.ts'
import { bearerAuthentication } from './bearer-authentication.ts'

/** Who may call a service: who bears a token of the bank's authorization server and, in development alone, one credential. */
export interface AccessConfig {
  /** Default 'development'. In 'production' nothing is let in by HTTP Basic. */
  readonly mode?: 'development' | 'production'
  /** HTTP Basic, for development only. */
  readonly credentials?: BasicCredentials
  /** OAuth 2 bearer tokens (RFC 6750) that are JWTs. */
  readonly bearer?: BearerConfig
}

export interface BearerConfig {
  /** `iss`, to the letter. */
  readonly issuer: string
  /** `aud` that names this service. */
  readonly audience: string
  /** Where the issuer publishes its keys (RFC 7517 §5): https, or http on loopback. */
  readonly jwksUri: string
}

/** Faults of the configuration, each as a sentence that stops the start. */
export function assertAccess({ mode, credentials, bearer }: AccessConfig): void {
  if (mode === 'production' && credentials) {
    throw new Error('HTTP Basic is for development: in production there are bearer tokens alone')
  }
  if (!credentials && !bearer) {
    throw new Error("nobody could call the service: tell it the bearer tokens' issuer, audience and JWKS address")
  }
  if (!bearer) return
  if (bearer.issuer === '' || bearer.audience === '') throw new Error('bearer.issuer and bearer.audience must be given')
  const uri = URL.parse(bearer.jwksUri)
  if (uri?.protocol !== 'https:' && !(uri?.protocol === 'http:' && loopback.test(uri.hostname))) {
    throw new Error(`bearer.jwksUri is "${bearer.jwksUri}": keys are fetched over https, or over http on loopback`)
  }
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Its ways in, as an OpenAPI document names them. */
export function schemesOf({ credentials, bearer }: AccessConfig): Readonly<Record<string, SecurityScheme>> {
  return {
    ...(credentials ? { basic: { type: 'http', scheme: 'basic' } } : {}),
    ...(bearer ? { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } : {}),
  }
}

/** The hook for `onRequest` that holds a service to its AccessConfig. Sets `request.principal`; throws HttpFault `unauthenticated`. */
export function authentication(realm: string, access: AccessConfig, clock: Clock): onRequestAsyncHookHandler {
  assertAccess(access)
  const { credentials, bearer } = access
  const byPassword = credentials && basicAuthentication({ realm, verify: fixedCredentials([credentials]) })
  const byToken =
    bearer &&
    bearerAuthentication({
      realm,
      issuer: bearer.issuer,
      audience: bearer.audience,
      keys: new URL(bearer.jwksUri),
      clock,
    })
  return async function authenticate(request, reply) {
    const isBearer = /^bearer /i.test(request.headers.authorization ?? '')
    const hook = isBearer || !byPassword ? byToken : byPassword
    if (!hook) throw new HttpFault('unauthenticated', 'Bearer tokens are not taken here.')
    return hook.call(this, request, reply)
  }
}
