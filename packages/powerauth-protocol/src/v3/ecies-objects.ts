/** The JSON objects of encrypted requests and responses, as they travel. */
import { base64Decode } from '../encoding/base64.ts'
import { ProtocolError } from '../protocol-error.ts'
import { type ProtocolVersion, versionTraits } from './version.ts'

/** All texts are Base64 except the id; which members are there depends on the version. */
export interface EncryptedRequest {
  /** 3.3: the id (UUID) of the temporary key. */
  readonly temporaryKeyId?: string
  /** The client's ephemeral point. */
  readonly ephemeralPublicKey: string
  readonly encryptedData: string
  readonly mac: string
  /** 3.1 on: 16 bytes. */
  readonly nonce?: string
  /** 3.2 on: milliseconds since 1970. */
  readonly timestamp?: number
}

export interface EncryptedResponse {
  readonly encryptedData: string
  readonly mac: string
  /** 3.2 on: 16 bytes. */
  readonly nonce?: string
  /** 3.2 on: milliseconds since 1970. */
  readonly timestamp?: number
}

/**
 * Checks that a request has exactly the members of its version, each of the right form. Throws `invalid_envelope`.
 * Members of other names are ignored.
 */
export function parseEncryptedRequest(version: ProtocolVersion, value: unknown): EncryptedRequest {
  const traits = versionTraits[version]
  const members = membersOf(value)
  return {
    ...(expect(members, 'temporaryKeyId', traits.temporaryKey) && { temporaryKeyId: uuid(members.temporaryKeyId) }),
    ephemeralPublicKey: text(members, 'ephemeralPublicKey'),
    encryptedData: text(members, 'encryptedData'),
    mac: text(members, 'mac', 32),
    ...(expect(members, 'nonce', traits.nonce) && { nonce: text(members, 'nonce', 16) }),
    ...(expect(members, 'timestamp', traits.timestamp) && { timestamp: time(members.timestamp) }),
  }
}

/** The same for a response. Throws `invalid_envelope`. */
export function parseEncryptedResponse(version: ProtocolVersion, value: unknown): EncryptedResponse {
  const traits = versionTraits[version]
  const members = membersOf(value)
  return {
    encryptedData: text(members, 'encryptedData'),
    mac: text(members, 'mac', 32),
    ...(expect(members, 'nonce', traits.timestamp) && { nonce: text(members, 'nonce', 16) }),
    ...(expect(members, 'timestamp', traits.timestamp) && { timestamp: time(members.timestamp) }),
  }
}

type Members = Readonly<Record<string, unknown>>

function membersOf(value: unknown): Members {
  if (typeof value !== 'object' || value === null) throw invalid('An encrypted object must be a JSON object')
  return { ...value }
}

/** Whether the member belongs here; throws where it is missing or superfluous. Null counts as absent, as in Java. */
function expect(members: Members, name: string, belongs: boolean): boolean {
  const present = members[name] !== undefined && members[name] !== null
  if (present !== belongs) throw invalid(`${name} ${belongs ? 'is missing' : 'is unknown to this version'}`)
  return belongs
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

function uuid(value: unknown): string {
  if (typeof value !== 'string' || !/^[0-9A-Za-z-]{1,64}$/.test(value)) throw invalid('temporaryKeyId is no identifier')
  return value
}

function time(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw invalid('timestamp is no time')
  return value
}

function invalid(message: string, cause?: unknown): ProtocolError {
  return new ProtocolError('invalid_envelope', message, { cause })
}
