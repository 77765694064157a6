import { authorizationHeader, tokenHeader } from '@cloudsigner/contracts/orchestrator'
import type { HttpServer } from '@cloudsigner/service'
import type { FastifyRequest } from 'fastify'
import type { Caller, PowerAuth } from '../adapters/power-auth.ts'
import { parseAuthorizationHeader, parseTokenHeader } from '../domain/powerauth-header.ts'
import { Problem } from '../domain/problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body's own bytes: what an authentication code is computed over. Null where there is none. */
    rawBody: Uint8Array | null
    caller: Caller | null
  }
}

/**
 * Every route of the scope needs an authentication code over its method, path and body (PowerAuth asks and counts), or,
 * where nothing is changed, a token. The body is kept as it came, and bounded by the server's limit.
 */
export function authenticatePhones(scope: HttpServer, powerAuth: PowerAuth): void {
  scope.decorateRequest('caller', null)
  scope.decorateRequest('rawBody', null)
  const parseJson = scope.getDefaultJsonParser('error', 'error')
  scope.removeContentTypeParser('application/json')
  scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    request.rawBody = Buffer.from(body)
    parseJson(request, body.toString(), done)
  })
  // Before validation: who is not known hears nothing about schemas.
  scope.addHook('preValidation', async (request) => {
    request.caller = await callerOf(request, powerAuth)
    if (request.caller === null) {
      throw new Problem('UNAUTHORIZED', 'The call has no authentication code or token that verifies')
    }
    request.principal = request.caller.userId
  })
}

/** Of a route in such a scope. */
export function phoneOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('the route is outside the scope of phones')
  return request.caller
}

async function callerOf(request: FastifyRequest, powerAuth: PowerAuth): Promise<Caller | null> {
  const code = parseAuthorizationHeader(single(request.headers[authorizationHeader]))
  if (code !== null) {
    const uriId = request.url.split('?')[0] ?? ''
    // What changes something takes two factors: who found the phone has one of them in hand.
    if (request.method !== 'GET' && code.signatureType === 'possession') return null
    const call = { method: request.method, uriId, body: request.rawBody ?? new Uint8Array() }
    return powerAuth.verifyCode(code, call)
  }
  const token = parseTokenHeader(single(request.headers[tokenHeader]))
  return token !== null && request.method === 'GET' ? powerAuth.verifyToken(token) : null
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}
