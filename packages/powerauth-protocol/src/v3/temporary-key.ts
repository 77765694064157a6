/** Temporary keys of 3.3: the JWT that asks for one and the JWT that brings it (`/pa/v3/keystore/create`). */
import type { CryptoProvider, P256KeyPair } from '../crypto-provider.ts'
import { base64Decode, base64Encode } from '../encoding/base64.ts'
import { requireLength } from '../encoding/bytes.ts'
import { type ApplicationCredentials, requireApplication } from './application.ts'
import { type Claims, invalidJwt, parseJws, signEs256, signHs256, verifyEs256, verifyHs256 } from './compact-jws.ts'
import { kdfInternal } from './kdf.ts'
import { decodePublicKey } from './p256.ts'

/** What a request asks for. With `activationId` it is of activation scope. */
export interface TemporaryKeyRequestClaims {
  readonly applicationKey: string
  readonly activationId?: string
  /** Base64, of the client's choice. */
  readonly challenge: string
}

export interface TemporaryKeyRequest {
  readonly jwt: string
  readonly claims: TemporaryKeyRequestClaims
}

/** A verified answer. */
export interface TemporaryKey {
  readonly id: string
  readonly publicKey: Uint8Array
  /** Milliseconds since 1970 by the server's clock. */
  readonly issuedAt: number
  /** Milliseconds since 1970 by the server's clock. Clients let a key go 10 s before. */
  readonly expiresAt: number
}

interface ActivationScope {
  readonly activationId: string
  readonly transportKey: Uint8Array
}

/** Client side: a request with a fresh challenge. `issuedAt` in milliseconds. */
export async function createTemporaryKeyRequest(
  crypto: CryptoProvider,
  request: {
    readonly application: ApplicationCredentials
    readonly activation?: ActivationScope
    readonly issuedAt: number
  },
): Promise<TemporaryKeyRequest> {
  const { application, activation } = request
  const claims: TemporaryKeyRequestClaims = {
    applicationKey: requireApplication(application).applicationKey,
    challenge: base64Encode(crypto.random(18)),
    ...(activation !== undefined && { activationId: activation.activationId }),
  }
  const iat = Math.floor(request.issuedAt / 1000)
  const key = await requestKey(crypto, application, activation?.transportKey)
  return { jwt: await signHs256(crypto, key, { alg: 'HS256' }, { ...claims, exp: iat + 300, iat }), claims }
}

/**
 * Server side, first step: the claims as they stand, unverified, to look up the application's secret and the
 * activation's transport key with. Throws `invalid_jwt`.
 */
export function readTemporaryKeyRequest(jwt: unknown): TemporaryKeyRequestClaims {
  const { claims } = parseJws(jwt, 'HS256')
  return {
    applicationKey: text(claims, 'applicationKey', 24),
    challenge: text(claims, 'challenge', 128),
    ...(claims.activationId !== undefined && { activationId: text(claims, 'activationId', 64) }),
  }
}

/** Server side, second step. `transportKey` is given in activation scope, and only there. Throws `invalid_jwt`. */
export async function verifyTemporaryKeyRequest(
  crypto: CryptoProvider,
  jwt: unknown,
  secrets: { readonly application: ApplicationCredentials; readonly transportKey?: Uint8Array },
): Promise<TemporaryKeyRequestClaims> {
  const claims = readTemporaryKeyRequest(jwt)
  if (claims.applicationKey !== secrets.application.applicationKey) throw invalidJwt('it names another application')
  if ((claims.activationId === undefined) !== (secrets.transportKey === undefined))
    throw invalidJwt('its scope is wrong')
  const key = await requestKey(crypto, secrets.application, secrets.transportKey)
  await verifyHs256(crypto, key, parseJws(jwt, 'HS256'))
  return claims
}

/**
 * Server side, third step: the answer. `signer` is the master key in application scope, the activation's server key
 * in activation scope; times in milliseconds.
 */
export async function issueTemporaryKey(
  crypto: CryptoProvider,
  answer: {
    readonly request: TemporaryKeyRequestClaims
    readonly id: string
    readonly publicKey: Uint8Array
    readonly issuedAt: number
    readonly expiresAt: number
    readonly signer: P256KeyPair
  },
): Promise<string> {
  const { request, issuedAt, expiresAt } = answer
  const claims = {
    iat_ms: issuedAt,
    exp_ms: expiresAt,
    sub: answer.id,
    applicationKey: request.applicationKey,
    challenge: request.challenge,
    publicKey: base64Encode(decodePublicKey(answer.publicKey)),
    exp: Math.floor(expiresAt / 1000),
    iat: Math.floor(issuedAt / 1000),
    ...(request.activationId !== undefined && { activationId: request.activationId }),
  }
  return signEs256(crypto, answer.signer, { typ: 'JWT', alg: 'ES256' }, claims)
}

/**
 * Client side: the answer to `request`. `signerPublicKey` is the master public key in application scope, the
 * activation's server public key in activation scope. Throws `invalid_jwt`. Expiry is the caller's to watch.
 */
export async function verifyTemporaryKeyResponse(
  crypto: CryptoProvider,
  response: {
    readonly jwt: unknown
    readonly request: TemporaryKeyRequestClaims
    readonly signerPublicKey: Uint8Array
  },
): Promise<TemporaryKey> {
  const jws = parseJws(response.jwt, 'ES256')
  await verifyEs256(crypto, decodePublicKey(response.signerPublicKey), jws)
  const { claims } = jws
  for (const name of ['applicationKey', 'activationId', 'challenge'] as const) {
    if (claims[name] !== response.request[name]) throw invalidJwt(`its ${name} is not the request's`)
  }
  return {
    id: text(claims, 'sub', 64),
    publicKey: decodePublicKey(base64Decode(text(claims, 'publicKey', 128), 'publicKey')),
    issuedAt: time(claims, 'iat_ms'),
    expiresAt: time(claims, 'exp_ms'),
  }
}

/** The decoded APP_SECRET, in activation scope mixed with KEY_TRANSPORT. */
async function requestKey(
  crypto: CryptoProvider,
  application: ApplicationCredentials,
  transportKey: Uint8Array | undefined,
): Promise<Uint8Array> {
  const secret = base64Decode(application.applicationSecret, 'applicationSecret', 16)
  return transportKey === undefined
    ? secret
    : kdfInternal(crypto, requireLength(transportKey, 16, 'transportKey'), secret)
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
