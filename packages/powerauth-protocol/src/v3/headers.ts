/** The three X-PowerAuth headers: written in the genuine client's order, read in any. */
import { base64Decode } from '../encoding/base64.ts'
import { ProtocolError } from '../protocol-error.ts'
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
  return format({
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
  const members = parse(text)
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
  const activation = header.activationId === undefined ? {} : { activation_id: header.activationId }
  return format({ application_key: header.applicationKey, ...activation, version: header.version })
}

/** Throws `invalid_header`, or `unsupported_version`. */
export function parseEncryptionHeader(text: string): EncryptionHeader {
  const members = parse(text)
  const activation = members.has('activation_id') ? { activationId: members.uuid('activation_id') } : {}
  const applicationKey = members.base64('application_key', 16)
  return { applicationKey, ...activation, version: parseProtocolVersion(members.get('version')) }
}

export function formatTokenHeader(header: TokenHeader): string {
  return format({
    token_id: header.tokenId,
    token_digest: header.tokenDigest,
    nonce: header.nonce,
    timestamp: String(header.timestamp),
    version: header.version,
  })
}

/** Throws `invalid_header`, or `unsupported_version`. */
export function parseTokenHeader(text: string): TokenHeader {
  const members = parse(text)
  const header = {
    tokenId: members.uuid('token_id'),
    tokenDigest: members.base64('token_digest', 32),
    nonce: members.base64('nonce', 16),
    timestamp: Number(members.matching('timestamp', /^[0-9]{9,15}$/)),
  }
  return { ...header, version: parseProtocolVersion(members.get('version')) }
}

const PREFIX = 'PowerAuth '
const MAX_LENGTH = 1024
const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** One to three components: 16 bytes each in Base64, or 8 digits each joined by `-`. */
const codePattern = /^(?:[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{64}|[0-9]{8}(?:-[0-9]{8}){0,2})$/

function format(members: { readonly [name: string]: string | undefined }): string {
  const list = Object.entries(members).map(([name, value]) => `${name}="${value}"`)
  return PREFIX + list.join(', ')
}

function parse(text: string): Members {
  if (typeof text !== 'string' || text.length > MAX_LENGTH || !text.startsWith(PREFIX)) {
    throw new ProtocolError('invalid_header', 'The header is no PowerAuth header')
  }
  const members = new Map<string, string>()
  for (const part of text.slice(PREFIX.length).split(',')) {
    const [, name, value] = /^\s*(\w+)="?([^"\s]*)"?\s*$/.exec(part) ?? []
    if (name === undefined || value === undefined || members.has(name)) {
      throw new ProtocolError('invalid_header', 'The header does not parse as name="value" pairs, each name once')
    }
    members.set(name, value)
  }
  return new Members(members)
}

/** Members of a header, each read with its check. */
class Members {
  readonly #members: ReadonlyMap<string, string>

  constructor(members: ReadonlyMap<string, string>) {
    this.#members = members
  }

  has(name: string): boolean {
    return this.#members.has(name)
  }

  get(name: string): string {
    const value = this.#members.get(name)
    if (value === undefined) throw new ProtocolError('invalid_header', `The header lacks ${name}`)
    return value
  }

  matching(name: string, pattern: RegExp): string {
    const value = this.get(name)
    if (!pattern.test(value)) throw new ProtocolError('invalid_header', `${name} has the wrong form`)
    return value
  }

  uuid(name: string): string {
    return this.matching(name, uuidPattern)
  }

  base64(name: string, length: number): string {
    return this.read(name, (value) => {
      base64Decode(value, name, length)
      return value
    })
  }

  read<T>(name: string, parseValue: (text: string) => T): T {
    const value = this.get(name)
    try {
      return parseValue(value)
    } catch (cause) {
      throw new ProtocolError('invalid_header', `${name} has the wrong form`, { cause })
    }
  }
}
