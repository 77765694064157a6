/** The three X-PowerAuth headers: written in the genuine client's order, read in any. */
import { formatHeader, parseHeader } from '../encoding/header-members.ts'
import { type AuthenticationCodeType, parseAuthenticationCodeType } from './authentication-code.ts'
import { type ProtocolVersion, parseProtocolVersion } from './version.ts'

/** X-PowerAuth-Authorization. */
export interface AuthorizationHeader {
  readonly activationId: string
  readonly applicationKey: string
  /** Base64 of 16 bytes. */
  readonly nonce: string
  readonly type: AuthenticationCodeType
  readonly code: string
  readonly version: ProtocolVersion
}

/** X-PowerAuth-Encryption. Left out where an authorization header travels with the request. */
export interface EncryptionHeader {
  readonly applicationKey: string
  /** Present in activation scope. */
  readonly activationId?: string
  readonly version: ProtocolVersion
}

/** X-PowerAuth-Token. */
export interface TokenHeader {
  readonly tokenId: string
  /** Base64 of 32 bytes. */
  readonly tokenDigest: string
  /** Base64 of 16 bytes. */
  readonly nonce: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly version: ProtocolVersion
}

export function formatAuthorizationHeader(header: AuthorizationHeader): string {
  return formatHeader({
    pa_activation_id: header.activationId,
    pa_application_key: header.applicationKey,
    pa_nonce: header.nonce,
    pa_signature_type: header.type,
    pa_signature: header.code,
    pa_version: header.version,
  })
}

/** Throws `invalid_header`, or `unsupported_version` where all but the version is well formed. */
export function parseAuthorizationHeader(text: string): AuthorizationHeader {
  const members = parseHeader(text)
  const header = {
    activationId: members.uuid('pa_activation_id'),
    applicationKey: members.base64('pa_application_key', 16),
    nonce: members.base64('pa_nonce', 16),
    type: members.read('pa_signature_type', parseAuthenticationCodeType),
    code: members.matching('pa_signature', codePattern),
  }
  return { ...header, version: parseProtocolVersion(members.get('pa_version')) }
}

export function formatEncryptionHeader(header: EncryptionHeader): string {
  const { applicationKey, activationId } = header
  return formatHeader({ application_key: applicationKey, activation_id: activationId, version: header.version })
}

/** Throws `invalid_header`, or `unsupported_version`. */
export function parseEncryptionHeader(text: string): EncryptionHeader {
  const members = parseHeader(text)
  const activation = members.has('activation_id') ? { activationId: members.uuid('activation_id') } : {}
  const applicationKey = members.base64('application_key', 16)
  return { applicationKey, ...activation, version: parseProtocolVersion(members.get('version')) }
}

export function formatTokenHeader(header: TokenHeader): string {
  return formatHeader({
    token_id: header.tokenId,
    token_digest: header.tokenDigest,
    nonce: header.nonce,
    timestamp: String(header.timestamp),
    version: header.version,
  })
}

/** Throws `invalid_header`, or `unsupported_version`. */
export function parseTokenHeader(text: string): TokenHeader {
  const members = parseHeader(text)
  const header = {
    tokenId: members.uuid('token_id'),
    tokenDigest: members.base64('token_digest', 32),
    nonce: members.base64('nonce', 16),
    timestamp: members.time('timestamp'),
  }
  return { ...header, version: parseProtocolVersion(members.get('version')) }
}

/** One to three components: 16 bytes each in Base64, or 8 digits each joined by `-`. */
const codePattern = /^(?:[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{64}|[0-9]{8}(?:-[0-9]{8}){0,2})$/
