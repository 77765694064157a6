/** Temporary keys of 4.0: the JWT that asks for one and the JWS that brings it (`/pa/v4/keystore/create`). */
import { base64Encode } from '../encoding/base64.ts'
import { utf8, utf8Decode } from '../encoding/bytes.ts'
import type { ApplicationCredentials } from '../v3/application.ts'
import { type Claims, invalidJwt } from '../v3/compact-jws.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import { readHs384, signGeneralJws, signHs384, verifyHs384, verifyJws } from './json-web-signature.ts'
import { KEY_LENGTH, requireKey } from './kdf.ts'
import { deriveApplicationTemporaryKeyMacKey } from './key-tree.ts'
import { answerSharedSecretRequest, startSharedSecretExchange } from './shared-secret.ts'
import { parseSharedSecretRequest, type SharedSecretRequest } from './shared-secret-objects.ts'
import type { SigningKey, VerifyingKey } from './signature-keys.ts'
import type { Algorithm } from './suites.ts'

/** What a request asks for. With `activationId` it is of activation scope. */
export interface TemporaryKeyClaims {
  readonly applicationKey: string
  readonly activationId?: string
  /** Base64, of the client's choice. */
  readonly challenge: string
  readonly sharedSecretRequest: SharedSecretRequest
}

/** What a client has after the exchange. */
export interface TemporaryKey {
  readonly id: string
  /** 32 bytes. */
  readonly secret: Uint8Array
  /** Milliseconds since 1970 by the server's clock. */
  readonly issuedAt: number
  /** Milliseconds since 1970 by the server's clock. Clients let a key go 10 s before. */
  readonly expiresAt: number
}

/** Whose secret a request proves: the application's, or KEY_MAC_GET_ACT_TEMP_KEY of an activation. */
export interface TemporaryKeyScope {
  readonly application: ApplicationCredentials
  readonly activation?: { readonly activationId: string; readonly temporaryKeyMacKey: Uint8Array }
}

/** Client side: a request with fresh keys and challenge, and the only means to read its answer. */
export async function requestTemporaryKey(
  crypto: CryptoProviderV4,
  scope: TemporaryKeyScope,
  algorithm: Algorithm,
): Promise<{
  readonly jwt: string
  /**
   * `signers` are all keys of the suite: the application's master keys in application scope, the activation's server
   * keys in activation scope. Throws `invalid_jwt`, `invalid_key_exchange` or `invalid_public_key`. Expiry is the
   * caller's to watch.
   */
  accept(answer: unknown, signers: readonly VerifyingKey[]): Promise<TemporaryKey>
}> {
  const exchange = await startSharedSecretExchange(crypto, algorithm)
  const { application, activation } = scope
  const claims: TemporaryKeyClaims = {
    applicationKey: application.applicationKey,
    ...(activation && { activationId: activation.activationId }),
    challenge: base64Encode(crypto.random(KEY_LENGTH)),
    sharedSecretRequest: exchange.request,
  }
  return {
    jwt: await signHs384(crypto, await macKeyOf(crypto, scope), { ...claims }),
    async accept(answer, signers) {
      const response = parseClaims(await verifyJws(crypto, signers, answer))
      for (const name of ['applicationKey', 'activationId', 'challenge'] as const) {
        if (response[name] !== claims[name]) throw invalidJwt(`its ${name} is not the request's`)
      }
      return {
        id: text(response, 'sub', 64),
        secret: await exchange.accept(response.sharedSecretResponse),
        issuedAt: time(response, 'iat_ms'),
        expiresAt: time(response, 'exp_ms'),
      }
    },
  }
}

/**
 * Server side, first step: the claims as they stand, unverified, to look up the application and the activation with.
 * Throws `invalid_jwt`, `invalid_key_exchange` or `unsupported_algorithm`.
 */
export function readTemporaryKeyRequest(jwt: unknown): TemporaryKeyClaims {
  return requestClaims(readHs384(jwt))
}

/** Server side, second step. Throws `invalid_jwt`, also where the request is of another scope. */
export async function verifyTemporaryKeyRequest(
  crypto: CryptoProviderV4,
  jwt: unknown,
  scope: TemporaryKeyScope,
): Promise<TemporaryKeyClaims> {
  const claims = requestClaims(await verifyHs384(crypto, await macKeyOf(crypto, scope), jwt))
  if (claims.applicationKey !== scope.application.applicationKey) throw invalidJwt('it names another application')
  if (claims.activationId !== scope.activation?.activationId) throw invalidJwt('its scope is wrong')
  return claims
}

/** Server side, third step: the answer, and the secret to keep under `id` until `expiresAt`. Times in milliseconds. */
export async function issueTemporaryKey(
  crypto: CryptoProviderV4,
  answer: {
    readonly request: TemporaryKeyClaims
    readonly id: string
    readonly issuedAt: number
    readonly expiresAt: number
    readonly signers: readonly SigningKey[]
  },
): Promise<{ readonly jws: string; readonly secret: Uint8Array }> {
  const { request, issuedAt, expiresAt } = answer
  const { response, secret } = await answerSharedSecretRequest(crypto, request.sharedSecretRequest)
  const claims = {
    applicationKey: request.applicationKey,
    ...(request.activationId !== undefined && { activationId: request.activationId }),
    challenge: request.challenge,
    sharedSecretResponse: response,
    iat: Math.floor(issuedAt / 1000),
    exp: Math.floor(expiresAt / 1000),
    iat_ms: issuedAt,
    exp_ms: expiresAt,
    sub: answer.id,
  }
  return { jws: await signGeneralJws(crypto, answer.signers, utf8(JSON.stringify(claims))), secret }
}

async function macKeyOf(crypto: CryptoProviderV4, { application, activation }: TemporaryKeyScope) {
  if (activation === undefined) return deriveApplicationTemporaryKeyMacKey(crypto, application)
  return requireKey(activation.temporaryKeyMacKey, 'temporaryKeyMacKey')
}

function requestClaims(claims: Claims): TemporaryKeyClaims {
  return {
    applicationKey: text(claims, 'applicationKey', 24),
    ...(claims.activationId !== undefined && { activationId: text(claims, 'activationId', 64) }),
    challenge: text(claims, 'challenge', 128),
    sharedSecretRequest: parseSharedSecretRequest(claims.sharedSecretRequest),
  }
}

function parseClaims(payload: Uint8Array): Claims {
  try {
    const value: unknown = JSON.parse(utf8Decode(payload, 'The payload'))
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch (cause) {
    throw invalidJwt('its payload is no JSON', cause)
  }
  throw invalidJwt('its payload is no JSON object')
}

function text(claims: Claims, name: string, maxLength: number): string {
  const value = claims[name]
  if (typeof value !== 'string' || value === '' || value.length > maxLength) throw invalidJwt(`its ${name} is missing`)
  return value
}

function time(claims: Claims, name: string): number {
  const value = claims[name]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw invalidJwt(`its ${name} is missing`)
  return value
}
