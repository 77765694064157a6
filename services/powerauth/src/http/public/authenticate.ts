import type { SignatureType, ValidateTokenResponse } from '@cloudsigner/contracts/powerauth-private'
import {
  type AuthorizationHeader,
  canonicalQuery,
  normalizeRequest,
  parseAuthorizationHeader,
  parseTokenHeader,
} from '@cloudsigner/powerauth-protocol'
import type { FastifyRequest } from 'fastify'
import type { PowerAuthContext } from '../../methods/context.ts'
import { verifySignature } from '../../methods/signatures.ts'
import { validateToken } from '../../methods/tokens.ts'
import { rawBody, singleHeader } from './body.ts'
import { orRefuse, refusePublicly } from './errors.ts'

export const AUTHORIZATION_HEADER = 'x-powerauth-authorization'
const TOKEN_HEADER = 'x-powerauth-token'

/** Types of two factors, one of them the device. */
export const twoFactorTypes: readonly SignatureType[] = ['POSSESSION_KNOWLEDGE', 'POSSESSION_BIOMETRY']
/** Every type that proves the device. */
export const possessionTypes: readonly SignatureType[] = [
  'POSSESSION',
  ...twoFactorTypes,
  'POSSESSION_KNOWLEDGE_BIOMETRY',
]

export interface Authentication {
  readonly header: AuthorizationHeader
  readonly signatureType: SignatureType
}

/** Reads the authorization header; nothing is verified and nothing counted yet. */
export async function readAuthorization(
  request: FastifyRequest,
  allowed: readonly SignatureType[],
): Promise<Authentication> {
  const text = singleHeader(request, AUTHORIZATION_HEADER)
  if (text === undefined) throw refusePublicly('headerMissing')
  const header = await orRefuse('signatureInvalid', () => parseAuthorizationHeader(text))
  const signatureType = header.type.toUpperCase() as SignatureType // the same six words, in the other case
  if (!allowed.includes(signatureType)) throw refusePublicly('signatureTypeInvalid', { signatureType })
  return { header, signatureType }
}

/**
 * Verifies the authentication code of a request over its body, or over one of `bodies`. Moves the counter, or counts a
 * failure. Throws ERR_AUTHENTICATION.
 */
export async function authenticate(
  context: PowerAuthContext,
  request: FastifyRequest,
  uriId: string,
  { header, signatureType }: Authentication,
  bodies: readonly [Uint8Array, ...Uint8Array[]] = [signedBody(request)],
): Promise<void> {
  const { nonce } = header
  const [data, ...others] = bodies.map((body) => normalizeRequest({ method: request.method, uriId, nonce, body }))
  const { signatureValid } = await orRefuse('signatureError', () =>
    verifySignature(
      context,
      {
        activationId: header.activationId,
        applicationKey: header.applicationKey,
        data: data ?? '',
        signature: header.code,
        signatureType,
        signatureVersion: header.version,
      },
      others,
    ),
  )
  if (!signatureValid) throw refusePublicly('signatureInvalid', { activationId: header.activationId })
}

/** What a code covers: the body's bytes or, of a GET, its query. */
export function signedBody(request: FastifyRequest): Uint8Array {
  if (request.method !== 'GET') return rawBody(request)
  const query = request.url.split('?')[1]
  return query === undefined ? new Uint8Array() : canonicalQuery(formDecode(query))
}

/** The genuine back end decodes the whole query once before it makes it canonical (protocol §8.2). */
function formDecode(query: string): string {
  try {
    return decodeURIComponent(query.replaceAll('+', ' '))
  } catch {
    return query
  }
}

export interface TokenAuthentication extends ValidateTokenResponse {
  readonly activationId: string
}

/** The token header of a request. Throws ERR_AUTHENTICATION. */
export async function authenticateByToken(
  context: PowerAuthContext,
  request: FastifyRequest,
  allowed: readonly SignatureType[],
): Promise<TokenAuthentication> {
  const text = singleHeader(request, TOKEN_HEADER)
  if (text === undefined) throw refusePublicly('headerMissing')
  const { version, ...header } = await orRefuse('tokenInvalid', () => parseTokenHeader(text))
  const token = await orRefuse('tokenInvalid', () => validateToken(context, { ...header, protocolVersion: version }))
  const { activationId, signatureType } = token
  if (!token.tokenValid || activationId === null || signatureType === null) throw refusePublicly('tokenInvalid')
  if (!allowed.includes(signatureType)) throw refusePublicly('signatureTypeInvalid', { signatureType })
  return { ...token, activationId }
}
