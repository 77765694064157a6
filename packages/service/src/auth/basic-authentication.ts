import { createHash, timingSafeEqual } from 'node:crypto'
import type { onRequestAsyncHookHandler } from 'fastify'
import { HttpFault } from '../errors.ts'

export interface BasicCredentials {
  readonly user: string
  readonly password: string
}

export interface BasicAuthenticationOptions {
  readonly realm: string
  /** True for a known user with the right password; takes the same time for a wrong one as for an unknown user. */
  verify(credentials: BasicCredentials): boolean | Promise<boolean>
}

const longestHeader = 1024

/**
 * A hook for `onRequest`, so that who has no credentials does not get a body parsed. HTTP Basic, RFC 7617, UTF-8.
 * Sets `request.principal`; throws HttpFault `unauthenticated`.
 */
export function basicAuthentication(options: BasicAuthenticationOptions): onRequestAsyncHookHandler {
  const challenge = { 'www-authenticate': `Basic realm="${options.realm}", charset="UTF-8"` }
  return async (request) => {
    const credentials = parseBasicAuthorization(request.headers.authorization)
    if (credentials === undefined)
      throw new HttpFault('unauthenticated', 'Credentials are needed.', { headers: challenge })
    if (!(await options.verify(credentials)))
      throw new HttpFault('unauthenticated', 'The credentials are not right.', { headers: challenge })
    request.principal = credentials.user
  }
}

/** The credentials of an Authorization header; undefined where it has none of the Basic scheme. */
export function parseBasicAuthorization(header: string | undefined): BasicCredentials | undefined {
  if (header === undefined || header.length > longestHeader) return undefined
  const token = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1]
  if (token === undefined) return undefined
  const text = Buffer.from(token, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return undefined
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** A `verify` over a fixed list. Every entry is compared, by digests, in constant time. */
export function fixedCredentials(known: readonly BasicCredentials[]): (given: BasicCredentials) => boolean {
  const digests = known.map(digestOf)
  return (given) => {
    const digest = digestOf(given)
    return digests.reduce((found, each) => timingSafeEqual(each, digest) || found, false)
  }
}

/** Lengths first, so that no other division of the same characters into user and password is the same. */
function digestOf({ user, password }: BasicCredentials): Buffer {
  return createHash('sha256').update(`${user.length}:${user}:${password}`, 'utf8').digest()
}
