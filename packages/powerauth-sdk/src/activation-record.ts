/** The state of one activation, as it is stored. */
import { base64Decode, base64Encode } from '@cloudsigner/powerauth-protocol'
import { PowerAuthError } from './power-auth-error.ts'

export interface StoredToken {
  readonly tokenId: string
  readonly tokenSecret: Uint8Array
}

export interface ActivationRecord {
  readonly activationId: string
  /** The application that the activation belongs to. */
  readonly applicationKey: string
  readonly serverPublicKey: Uint8Array
  readonly devicePublicKey: Uint8Array
  readonly transportKey: Uint8Array
  readonly signaturePossessionKey: Uint8Array
  /** KEY_SIGNATURE_KNOWLEDGE under the password. */
  readonly protectedKnowledgeKey: Uint8Array
  readonly knowledgeSalt: Uint8Array
  readonly knowledgeIterations: number
  /** KEY_DEVICE_PRIVATE under the vault key, which the server gives. */
  readonly encryptedDevicePrivateKey: Uint8Array
  readonly ctrData: Uint8Array
  readonly ctrByte: number
  readonly tokens: Readonly<Record<string, StoredToken>>
}

const FORMAT = 1
const bytesOf = {
  serverPublicKey: 65,
  devicePublicKey: 65,
  transportKey: 16,
  signaturePossessionKey: 16,
  protectedKnowledgeKey: 16,
  knowledgeSalt: 16,
  encryptedDevicePrivateKey: 48,
  ctrData: 16,
} as const
type BytesName = keyof typeof bytesOf

export function encodeRecord(record: ActivationRecord): Uint8Array {
  const encode = (value: unknown) => (value instanceof Uint8Array ? base64Encode(value) : value)
  const json = JSON.stringify({ format: FORMAT, ...record }, (_, value) => encode(value))
  return new TextEncoder().encode(json)
}

/** Throws `storage_unreadable`. */
export function decodeRecord(bytes: Uint8Array): ActivationRecord {
  try {
    const stored = object(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
    if (stored.format !== FORMAT) throw new Error('the format is unknown')
    const tokens = Object.entries(object(stored.tokens)).map(([name, token]) => [name, decodeToken(token)] as const)
    return {
      activationId: text(stored, 'activationId'),
      applicationKey: text(stored, 'applicationKey'),
      ...decodeBytes(stored),
      knowledgeIterations: integer(stored, 'knowledgeIterations'),
      ctrByte: integer(stored, 'ctrByte'),
      tokens: Object.fromEntries(tokens),
    }
  } catch (cause) {
    throw new PowerAuthError('storage_unreadable', 'The stored activation does not parse', { cause })
  }
}

function decodeBytes(stored: Readonly<Record<string, unknown>>): Readonly<Record<BytesName, Uint8Array>> {
  const read = (name: BytesName) => base64Decode(text(stored, name), name, bytesOf[name])
  return {
    serverPublicKey: read('serverPublicKey'),
    devicePublicKey: read('devicePublicKey'),
    transportKey: read('transportKey'),
    signaturePossessionKey: read('signaturePossessionKey'),
    protectedKnowledgeKey: read('protectedKnowledgeKey'),
    knowledgeSalt: read('knowledgeSalt'),
    encryptedDevicePrivateKey: read('encryptedDevicePrivateKey'),
    ctrData: read('ctrData'),
  }
}

function decodeToken(value: unknown): StoredToken {
  const token = object(value)
  return {
    tokenId: text(token, 'tokenId'),
    tokenSecret: base64Decode(text(token, 'tokenSecret'), 'tokenSecret', 16),
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error('an object is missing')
  return { ...value }
}

function text(stored: Readonly<Record<string, unknown>>, name: string): string {
  const value = stored[name]
  if (typeof value !== 'string') throw new Error(`${name} is missing`)
  return value
}

function integer(stored: Readonly<Record<string, unknown>>, name: string): number {
  const value = stored[name]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Error(`${name} is missing`)
  return value
}
