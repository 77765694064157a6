/** The JSON objects of encrypted requests and responses of 4.0, as they travel. */
import { base64Decode } from '../encoding/base64.ts'
import { constantTimeEqual } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { NONCE_LENGTH } from './aead.ts'

export interface EncryptedRequest {
  /** The id (UUID) of the temporary key. */
  readonly temporaryKeyId: string
  /** Base64. */
  readonly encryptedData: string
  /** Base64 of 24 bytes: the nonces of request and response, which differ. */
  readonly nonce: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
}

export interface EncryptedResponse {
  /** Base64. */
  readonly encryptedData: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
}

type Members = Readonly<Record<string, unknown>>

/**
 * Checks that a request has the members of 4.0, each of the right form, and none of 3.x, whose envelopes would be read
 * by weaker rules. Throws `invalid_envelope`. Members of other names are ignored.
 */
export function parseEncryptedRequest(value: unknown): EncryptedRequest {
  const members = membersOf(value)
  refuse(members, ['ephemeralPublicKey', 'mac'])
  const { temporaryKeyId } = members
  if (typeof temporaryKeyId !== 'string' || !/^[0-9A-Za-z-]{1,64}$/.test(temporaryKeyId)) {
    throw invalid('temporaryKeyId is no identifier')
  }
  const nonce = text(members, 'nonce', 2 * NONCE_LENGTH)
  const { request, response } = splitNonce(nonce)
  if (constantTimeEqual(request, response)) throw invalid('the nonces of request and response are the same')
  return { temporaryKeyId, encryptedData: text(members, 'encryptedData'), nonce, timestamp: time(members) }
}

/** The same for a response. Throws `invalid_envelope`. */
export function parseEncryptedResponse(value: unknown): EncryptedResponse {
  const members = membersOf(value)
  refuse(members, ['ephemeralPublicKey', 'mac', 'nonce'])
  return { encryptedData: text(members, 'encryptedData'), timestamp: time(members) }
}

/** N1 || N2: the nonce of the request and that of the response. */
export function splitNonce(nonce: string): { readonly request: Uint8Array; readonly response: Uint8Array } {
  const both = base64Decode(nonce, 'nonce', 2 * NONCE_LENGTH)
  return { request: both.subarray(0, NONCE_LENGTH), response: both.subarray(NONCE_LENGTH) }
}

function membersOf(value: unknown): Members {
  if (typeof value !== 'object' || value === null) throw invalid('An encrypted object must be a JSON object')
  return { ...value }
}

/** Null counts as absent, as in Java. */
function refuse(members: Members, names: readonly string[]): void {
  for (const name of names) {
    if (members[name] !== undefined && members[name] !== null) throw invalid(`${name} is unknown to this version`)
  }
}

function text(members: Members, name: string, length?: number): string {
  const value = members[name]
  if (typeof value !== 'string' || value === '') throw invalid(`${name} is missing`)
  try {
    base64Decode(value, name, length)
  } catch (cause) {
    throw invalid(`${name} has the wrong form`, cause)
  }
  return value
}

function time({ timestamp }: Members): number {
  if (typeof timestamp !== 'number' || !Number.isSafeInteger(timestamp) || timestamp < 0) {
    throw invalid('timestamp is no time')
  }
  return timestamp
}

function invalid(message: string, cause?: unknown): ProtocolError {
  return new ProtocolError('invalid_envelope', message, { cause })
}
