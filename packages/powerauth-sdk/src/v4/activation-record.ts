/** The state of one activation of 4.0, as it is stored; or of one of 3.x that waits for its upgrade. */
import { base64Decode, base64Encode } from '@cloudsigner/powerauth-protocol'
import { type Algorithm, isHybrid, type PublicKeys, parseAlgorithm } from '@cloudsigner/powerauth-protocol/v4'
import {
  decodeRecord as decodeFormer,
  encodeRecord as encodeFormer,
  type ActivationRecord as FormerRecord,
} from '../activation-record.ts'
import type { RecordCodec } from '../activation-store.ts'
import { PowerAuthError } from '../power-auth-error.ts'

export interface StoredToken {
  readonly tokenId: string
  readonly tokenSecret: Uint8Array
}

export interface ActivationRecord {
  readonly activationId: string
  /** The application that the activation belongs to. */
  readonly applicationKey: string
  readonly algorithm: Algorithm
  readonly serverPublicKeys: PublicKeys
  readonly devicePublicKeys: PublicKeys
  readonly possessionKey: Uint8Array
  /** The knowledge key under the password. */
  readonly protectedKnowledgeKey: Uint8Array
  readonly knowledgeSalt: Uint8Array
  /** KDK_UTILITY: status, temporary keys, envelopes, offline payloads. */
  readonly kdkUtility: Uint8Array
  /** The device's private scalar under KEK_DEVICE_PRIVATE, which the server gives. */
  readonly sealedEcdsaKey: Uint8Array
  /** The seed of its ML-DSA key, in hybrid suites. */
  readonly sealedMlDsaSeed?: Uint8Array
  readonly ctrData: Uint8Array
  /** Unknown after an upgrade, until a status tells it. */
  readonly ctrByte?: number
  /** What the server has not been told yet, as far as this device knows. */
  readonly pending?: 'activation' | 'upgrade'
  readonly tokens: Readonly<Record<string, StoredToken>>
}

/** A record of 3.x, told by its own version of the form. */
export interface FormerActivation {
  readonly applicationKey: string
  readonly former: FormerRecord
}

export type StoredActivation = ActivationRecord | FormerActivation

const FORMAT = 2
const MAX_BYTES = 4096

export const recordCodec: RecordCodec<StoredActivation> = {
  encode(record) {
    if ('former' in record) return encodeFormer(record.former)
    const encode = (value: unknown) => (value instanceof Uint8Array ? base64Encode(value) : value)
    return new TextEncoder().encode(JSON.stringify({ format: FORMAT, ...record }, (_, value) => encode(value)))
  },
  decode(bytes) {
    try {
      const stored = object(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
      if (stored.format === FORMAT) return decodeRecord(stored)
      const former = decodeFormer(bytes)
      return { applicationKey: former.applicationKey, former }
    } catch (cause) {
      throw new PowerAuthError('storage_unreadable', 'The stored activation does not parse', { cause })
    }
  },
}

type Members = Readonly<Record<string, unknown>>

function decodeRecord(stored: Members): ActivationRecord {
  const algorithm = parseAlgorithm(stored.algorithm)
  const { pending, ctrByte } = stored
  const tokens = Object.entries(object(stored.tokens)).map(([name, token]) => [name, decodeToken(token)] as const)
  return {
    activationId: text(stored, 'activationId'),
    applicationKey: text(stored, 'applicationKey'),
    algorithm,
    serverPublicKeys: decodePublicKeys(algorithm, stored.serverPublicKeys),
    devicePublicKeys: decodePublicKeys(algorithm, stored.devicePublicKeys),
    possessionKey: bytesOf(stored, 'possessionKey', 32),
    protectedKnowledgeKey: bytesOf(stored, 'protectedKnowledgeKey', 48),
    knowledgeSalt: bytesOf(stored, 'knowledgeSalt', 32),
    kdkUtility: bytesOf(stored, 'kdkUtility', 32),
    sealedEcdsaKey: bytesOf(stored, 'sealedEcdsaKey', 92),
    ...(isHybrid(algorithm) && { sealedMlDsaSeed: bytesOf(stored, 'sealedMlDsaSeed', 76) }),
    ctrData: bytesOf(stored, 'ctrData', 32),
    ...(typeof ctrByte === 'number' && Number.isInteger(ctrByte) && { ctrByte: ctrByte & 0xff }),
    ...((pending === 'activation' || pending === 'upgrade') && { pending }),
    tokens: Object.fromEntries(tokens),
  }
}

function decodePublicKeys(algorithm: Algorithm, value: unknown): PublicKeys {
  const stored = object(value)
  const ecdsa = bytesOf(stored, 'ecdsa', 97)
  return isHybrid(algorithm) ? { ecdsa, mlDsa: bytesOf(stored, 'mlDsa') } : { ecdsa }
}

function decodeToken(value: unknown): StoredToken {
  const token = object(value)
  return { tokenId: text(token, 'tokenId'), tokenSecret: bytesOf(token, 'tokenSecret', 32) }
}

function object(value: unknown): Members {
  if (typeof value !== 'object' || value === null) throw new Error('an object is missing')
  return { ...value }
}

function text(stored: Members, name: string): string {
  const value = stored[name]
  if (typeof value !== 'string' || value.length > MAX_BYTES) throw new Error(`${name} is missing`)
  return value
}

function bytesOf(stored: Members, name: string, length?: number): Uint8Array {
  return base64Decode(text(stored, name), name, length)
}
