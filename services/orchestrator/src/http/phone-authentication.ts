import { authorizationHeader, tokenHeader } from '@cloudsigner/contracts/orchestrator'
import { ProtocolError, parseAuthorizationHeader, parseTokenHeader } from '@cloudsigner/powerauth-protocol'
import { documentSecurity, type HttpServer } from '@cloudsigner/service'
import type { FastifyRequest } from 'fastify'
import type { Caller, PowerAuth } from '../adapters/power-auth.ts'
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
  documentSecurity(scope, {
    code: {
      type: 'apiKey',
      in: 'header',
      name: authorizationHeader,
      description: 'An authentication code of PowerAuth over method, path and body.',
    },
    token: {
      type: 'apiKey',
      in: 'header',
      name: tokenHeader,
      description: "A token's digest, as PowerAuth's tokens are sent. For GET alone.",
    },
  })
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
  const code = read(request.headers[authorizationHeader], parseAuthorizationHeader)
  if (code !== null) {
    const uriId = request.url.split('?')[0] ?? ''
    // What changes something takes two factors: who found the phone has one of them in hand.
    if (request.method !== 'GET' && code.type === 'possession') return null
    const call = { method: request.method, uriId, body: request.rawBody ?? new Uint8Array() }
    return powerAuth.verifyCode(code, call)
  }
  const token = read(request.headers[tokenHeader], parseTokenHeader)
  return token !== null && request.method === 'GET' ? powerAuth.verifyToken(token) : null
}

/** Null for a header that is missing, comes more than once, or does not have its form. */
function read<Header>(header: string | string[] | undefined, parse: (text: string) => Header): Header | null {
  if (typeof header !== 'string') return null
  try {
    return parse(header)
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}
