/** mobileSdkConfig: one Base64 string with APP_KEY, APP_SECRET and the public keys of an application version. */
import { base64Decode, base64Encode } from '../encoding/base64.ts'
import { concat } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { type ApplicationCredentials, requireApplication } from './application.ts'
import { decodePublicKey } from './p256.ts'

export interface MobileSdkConfig extends ApplicationCredentials {
  /** KEY_SERVER_MASTER_PUBLIC, an uncompressed point of P-256. */
  readonly masterPublicKey: Uint8Array
}

const FORMAT_VERSION = 1
const MASTER_P256 = 1 // 2 to 4 are the keys of protocol 4.0: P-384, ML-DSA-65, ML-DSA-87

export function buildMobileSdkConfig(config: MobileSdkConfig): string {
  requireApplication(config)
  const masterPublicKey = decodePublicKey(config.masterPublicKey)
  return base64Encode(
    concat(
      Uint8Array.of(FORMAT_VERSION),
      data(base64Decode(config.applicationKey, 'applicationKey')),
      data(base64Decode(config.applicationSecret, 'applicationSecret')),
      writeCount(1),
      Uint8Array.of(MASTER_P256),
      data(masterPublicKey),
    ),
  )
}

/** Throws `invalid_configuration`. Keys of ids not known here are passed over: newer servers may add some. */
export function parseMobileSdkConfig(text: string): MobileSdkConfig {
  const reader = new Reader(decode(text))
  if (reader.byte() !== FORMAT_VERSION) throw invalid('its format version is unknown')
  const applicationKey = base64Encode(credential(reader))
  const applicationSecret = base64Encode(credential(reader))
  let masterPublicKey: Uint8Array | undefined
  const count = reader.count()
  for (let index = 0; index < count; index++) {
    const id = reader.byte()
    const key = reader.data()
    if (id !== MASTER_P256) continue
    if (masterPublicKey !== undefined) throw invalid('it has two master public keys')
    masterPublicKey = decodePublicKey(key)
  }
  if (!reader.atEnd) throw invalid('bytes follow its last key')
  if (masterPublicKey === undefined) throw invalid('it has no master public key of P-256')
  return { applicationKey, applicationSecret, masterPublicKey }
}

function credential(reader: Reader): Uint8Array {
  const bytes = reader.data()
  if (bytes.length !== 16) throw invalid('a credential of the application does not have 16 bytes')
  return bytes
}

function decode(text: string): Uint8Array {
  try {
    return base64Decode(text, 'mobileSdkConfig')
  } catch (cause) {
    throw invalid('it is not Base64', cause)
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
    if (length > this.#bytes.length - this.#offset) throw invalid(`it ends at byte ${this.#bytes.length}, too early`)
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

function invalid(reason: string, cause?: unknown): ProtocolError {
  return new ProtocolError('invalid_configuration', `The mobileSdkConfig does not parse: ${reason}`, { cause })
}
