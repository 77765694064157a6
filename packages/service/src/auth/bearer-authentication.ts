import type { onRequestAsyncHookHandler } from 'fastify'
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { Clock } from '../clock.ts'
import { HttpFault } from '../errors.ts'

export interface BearerAuthenticationOptions {
  readonly realm: string
  /** `iss` that a token must carry, to the letter. */
  readonly issuer: string
  /** `aud` that a token must carry, alone or among others. */
  readonly audience: string
  /** The issuer's keys: an address of its JWK set, or how to find one. */
  readonly keys: URL | JWTVerifyGetKey
  readonly clock: Clock
}

/** Public-key algorithms alone: a token signed by a secret that we too would know proves nothing about its issuer. */
const algorithms = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA']
const longestToken = 8 * 1024
const clockToleranceSeconds = 30

/**
 * A hook for `onRequest`: OAuth 2 bearer tokens (RFC 6750) that are JWTs of one issuer, for one audience, in force. Sets
 * `request.principal` to the token's `sub`; throws HttpFault `unauthenticated`, or `unavailable` where the issuer's keys
 * cannot be fetched.
 */
export function bearerAuthentication(options: BearerAuthenticationOptions): onRequestAsyncHookHandler {
  const keys = options.keys instanceof URL ? createRemoteJWKSet(options.keys, { timeoutDuration: 5_000 }) : options.keys
  const refuse = (error: string | undefined, message: string, cause?: unknown) =>
    new HttpFault('unauthenticated', message, {
      headers: { 'www-authenticate': `Bearer realm="${options.realm}"${error ? `, error="${error}"` : ''}` },
      cause,
    })
  return async (request) => {
    const token = parseBearerAuthorization(request.headers.authorization)
    // RFC 6750 §3.1: who sent no credentials gets no error code.
    if (token === undefined) throw refuse(undefined, 'A bearer token is needed.')
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: options.issuer,
        audience: options.audience,
        algorithms,
        clockTolerance: clockToleranceSeconds,
        currentDate: options.clock.now(),
        requiredClaims: ['exp', 'sub'],
      })
      request.principal = payload.sub ?? null
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || isTokenFault(cause))
        throw refuse('invalid_token', 'The bearer token is not valid here.', cause)
      throw new HttpFault('unavailable', 'The keys of the token issuer cannot be fetched.', { cause })
    }
  }
}

/** Faults of the token, as opposed to those of fetching the issuer's keys. */
function isTokenFault(cause: unknown): boolean {
  return [
    errors.JWTClaimValidationFailed,
    errors.JWTExpired,
    errors.JWTInvalid,
    errors.JWSInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
  ].some((kind) => cause instanceof kind)
}

function parseBearerAuthorization(header: string | undefined): string | undefined {
  if (header === undefined || header.length > longestToken) return undefined
  return /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header)?.[1]
}
