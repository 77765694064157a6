/** Byte conventions of the protocol: big endian throughout. */
import { ProtocolError } from '../protocol-error.ts'

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

export function utf8Decode(bytes: Uint8Array, label: string): string {
  try {
    return strictDecoder.decode(bytes)
  } catch (cause) {
    throw new ProtocolError('invalid_encoding', `${label} is not UTF-8`, { cause })
  }
}

/** `a || b || …` */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}

/** Each item as `int4(length) || bytes`; strings count as their UTF-8 bytes, a missing item as length 0. */
export function concatWithSizes(...items: readonly (Uint8Array | string | undefined)[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const item of items) {
    const bytes = item === undefined ? new Uint8Array() : typeof item === 'string' ? utf8(item) : item
    parts.push(int4(bytes.length), bytes)
  }
  return concat(...parts)
}

export function int4(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value)
  return out
}

export function long8(value: number): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, BigInt(value))
  return out
}

/** First half XOR second half: how the protocol makes 16 bytes of 32. */
export function fold(bytes32: Uint8Array): Uint8Array {
  return bytes32.subarray(0, 16).map((byte, index) => byte ^ (bytes32[index + 16] ?? 0))
}

/** Compares in time that depends on the lengths alone. */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0)
  return difference === 0
}

/** Overwrites secrets that are not needed any more. What the engine has copied elsewhere is out of reach. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0)
}

/** The guard of public entries: says what was expected and what came, never the bytes. */
export function requireLength(bytes: Uint8Array, length: number, label: string): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw new ProtocolError('invalid_argument', `${label} must be bytes`)
  if (bytes.length !== length) {
    throw new ProtocolError('invalid_argument', `${label} must have ${length} bytes, not ${bytes.length}`)
  }
  return bytes
}
