/** The container of mobileSdkConfig: APP_KEY, APP_SECRET and public keys by number, in one Base64 string. */
import { ProtocolError } from '../protocol-error.ts'
import { base64Decode, base64Encode } from './base64.ts'
import { concat } from './bytes.ts'

/** What a key's number says of it. */
export const configKeyIds = { ES256: 1, ES384: 2, 'ML-DSA-65': 3, 'ML-DSA-87': 4 } as const

export interface ConfigContainer {
  /** Base64 of 16 bytes, like the secret. */
  readonly applicationKey: string
  readonly applicationSecret: string
  /** By number, as they stand. Numbers that nobody knows are kept too: newer servers may add some. */
  readonly keys: ReadonlyMap<number, Uint8Array>
}

const FORMAT_VERSION = 1

export function writeConfigContainer(container: ConfigContainer): string {
  const { applicationKey, applicationSecret, keys } = container
  return base64Encode(
    concat(
      Uint8Array.of(FORMAT_VERSION),
      data(base64Decode(applicationKey, 'applicationKey', 16)),
      data(base64Decode(applicationSecret, 'applicationSecret', 16)),
      writeCount(keys.size),
      ...[...keys].flatMap(([id, key]) => [Uint8Array.of(id), data(key)]),
    ),
  )
}

/** Throws `invalid_configuration`. */
export function readConfigContainer(text: string): ConfigContainer {
  const reader = new Reader(decode(text))
  if (reader.byte() !== FORMAT_VERSION) throw invalidConfiguration('its format version is unknown')
  const applicationKey = base64Encode(credential(reader))
  const applicationSecret = base64Encode(credential(reader))
  const keys = new Map<number, Uint8Array>()
  const count = reader.count()
  for (let index = 0; index < count; index++) {
    const id = reader.byte()
    const key = reader.data()
    if (keys.has(id)) throw invalidConfiguration(`it has two keys of number ${id}`)
    keys.set(id, key)
  }
  if (!reader.atEnd) throw invalidConfiguration('bytes follow its last key')
  return { applicationKey, applicationSecret, keys }
}

export function invalidConfiguration(reason: string, cause?: unknown): ProtocolError {
  return new ProtocolError('invalid_configuration', `The mobileSdkConfig does not parse: ${reason}`, { cause })
}

function credential(reader: Reader): Uint8Array {
  const bytes = reader.data()
  if (bytes.length !== 16) throw invalidConfiguration('a credential of the application does not have 16 bytes')
  return bytes
}

function decode(text: string): Uint8Array {
  try {
    return base64Decode(text, 'mobileSdkConfig')
  } catch (cause) {
    throw invalidConfiguration('it is not Base64', cause)
  }
}

function data(bytes: Uint8Array): Uint8Array {
  return concat(writeCount(bytes.length), bytes)
}

/** n < 0x80 in one byte, < 0x4000 in two, < 0x4000_0000 in four; the two highest bits say which. */
function writeCount(value: number): Uint8Array {
  if (value < 0x80) return Uint8Array.of(value)
  if (value < 0x4000) return Uint8Array.of(0x80 | (value >> 8), value & 0xff)
  return Uint8Array.of(0xc0 | (value >> 24), (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff)
}

class Reader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#offset === this.#bytes.length
  }

  byte(): number {
    return this.take(1)[0] ?? 0
  }

  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#offset) {
      throw invalidConfiguration(`it ends at byte ${this.#bytes.length}, too early`)
    }
    this.#offset += length
    return this.#bytes.slice(this.#offset - length, this.#offset)
  }

  data(): Uint8Array {
    return this.take(this.count())
  }

  count(): number {
    const first = this.byte()
    if (first < 0x80) return first
    if (first < 0xc0) return ((first & 0x3f) << 8) | this.byte()
    return ((first & 0x3f) << 24) | (this.byte() << 16) | (this.byte() << 8) | this.byte()
  }
}
