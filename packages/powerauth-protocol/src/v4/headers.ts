/** The three X-PowerAuth headers of 4.0. */
import { formatHeader, parseHeader } from '../encoding/header-members.ts'
import { type AuthenticationCodeType, parseAuthenticationCodeType } from './authentication-code.ts'
import { parseProtocolVersion, VERSION } from './version.ts'

/** X-PowerAuth-Authorization. */
export interface AuthorizationHeader {
  readonly activationId: string
  readonly applicationKey: string
  /** Base64 of 16 bytes. */
  readonly nonce: string
  readonly type: AuthenticationCodeType
  readonly code: string
}

/** X-PowerAuth-Encryption. Left out where an authorization header of 4.0 travels with the request. */
export interface EncryptionHeader {
  readonly applicationKey: string
  /** Present in activation scope. */
  readonly activationId?: string
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
}

/** One to three components of 32 bytes in Base64. */
const codePattern = /^(?:[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{128})$/

export function formatAuthorizationHeader(header: AuthorizationHeader): string {
  return formatHeader({
    pa_activation_id: header.activationId,
    pa_application_key: header.applicationKey,
    pa_nonce: header.nonce,
    pa_auth_code_type: header.type,
    pa_auth_code: header.code,
    pa_version: VERSION,
  })
}

/** Throws `invalid_header`, or `unsupported_version` where it is of another version. */
export function parseAuthorizationHeader(text: string): AuthorizationHeader {
  const members = parseHeader(text)
  parseProtocolVersion(members.get('pa_version'))
  return {
    activationId: members.uuid('pa_activation_id'),
    applicationKey: members.base64('pa_application_key', 16),
    nonce: members.base64('pa_nonce', 16),
    type: members.read('pa_auth_code_type', parseAuthenticationCodeType),
    code: members.matching('pa_auth_code', codePattern),
  }
}

export function formatEncryptionHeader(header: EncryptionHeader): string {
  const { applicationKey, activationId } = header
  return formatHeader({ application_key: applicationKey, activation_id: activationId, version: VERSION })
}

/** Throws `invalid_header`, or `unsupported_version`. */
export function parseEncryptionHeader(text: string): EncryptionHeader {
  const members = parseHeader(text)
  parseProtocolVersion(members.get('version'))
  const activation = members.has('activation_id') ? { activationId: members.uuid('activation_id') } : {}
  return { applicationKey: members.base64('application_key', 16), ...activation }
}

export function formatTokenHeader(header: TokenHeader): string {
  return formatHeader({
    token_id: header.tokenId,
    token_digest: header.tokenDigest,
    nonce: header.nonce,
    timestamp: String(header.timestamp),
    version: VERSION,
  })
}

/** Throws `invalid_header`, or `unsupported_version`. */
export function parseTokenHeader(text: string): TokenHeader {
  const members = parseHeader(text)
  parseProtocolVersion(members.get('version'))
  return {
    tokenId: members.uuid('token_id'),
    tokenDigest: members.base64('token_digest', 32),
    nonce: members.base64('nonce', 16),
    timestamp: members.time('timestamp'),
  }
}
