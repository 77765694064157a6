/**
 * Distinguished Encoding Rules, read strictly (X.690 §10): definite lengths in the fewest octets, nothing after the
 * end. Elements are views on the bytes they were read from; nothing is copied and no recursion depends on the input.
 */

/** Tags (identifier octets) of the universal types that certificates use. */
export const DerTag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** One tag, length, value. `der` is the whole element, `content` its value octets. */
export interface DerElement {
  readonly tag: number
  readonly content: Uint8Array
  readonly der: Uint8Array
}

/** The bytes are not DER, or not of the type expected there. */
export class DerError extends Error {
  readonly offset: number
  constructor(problem: string, offset: number) {
    super(`${problem} at byte ${offset}`)
    this.name = 'DerError'
    this.offset = offset
  }
}

/** Reads bytes that are exactly one element, of type `tag` where given. */
export function readDer(bytes: Uint8Array, tag?: number): DerElement {
  const element = readAt(bytes, 0)
  if (element.der.length !== bytes.length) throw new DerError('bytes follow the element', element.der.length)
  return tag === undefined ? element : expectTag(element, tag)
}

/** The elements inside a constructed one, which must be of type `tag` where given. */
export function childrenOf(element: DerElement, tag?: number): readonly DerElement[] {
  if (tag !== undefined) expectTag(element, tag)
  const children: DerElement[] = []
  for (let offset = 0; offset < element.content.length; ) {
    const child = readAt(element.content, offset)
    children.push(child)
    offset += child.der.length
  }
  return children
}

/** The element itself, if its tag is the one expected. */
export function expectTag(element: DerElement | undefined, tag: number): DerElement {
  if (element === undefined) throw new DerError(`tag ${hexOf(tag)} expected, the end found`, 0)
  if (element.tag !== tag) throw new DerError(`tag ${hexOf(tag)} expected, ${hexOf(element.tag)} found`, 0)
  return element
}

/** Dotted form of an OBJECT IDENTIFIER (or of an implicitly tagged one, where `tag` says which). */
export function decodeOid(element: DerElement, tag: number = DerTag.oid): string {
  const { content } = expectTag(element, tag)
  const arcs: bigint[] = []
  let arc = 0n
  for (const [index, byte] of content.entries()) {
    if (arc === 0n && byte === 0x80) throw new DerError('an arc has leading zeros', index)
    arc = (arc << 7n) | BigInt(byte & 0x7f)
    if ((byte & 0x80) !== 0) continue
    arcs.push(arc)
    arc = 0n
  }
  const [first, ...rest] = arcs
  const last = content.at(-1)
  if (first === undefined || last === undefined || (last & 0x80) !== 0) throw new DerError('an OID ends early', 0)
  // X.690 §8.19.4: the first octets carry two arcs, the first of which is 0, 1 or 2.
  const root = first < 40n ? 0n : first < 80n ? 1n : 2n
  return [root, first - root * 40n, ...rest].join('.')
}

/** A small non-negative INTEGER, such as a version or a path length. */
export function decodeSmallInteger(element: DerElement, tag: number = DerTag.integer): number {
  const { content } = expectTag(element, tag)
  const [first, second] = content
  if (first === undefined || content.length > 6) throw new DerError('an INTEGER is empty or too large', 0)
  if (first >= 0x80) throw new DerError('an INTEGER is negative', 0)
  if (first === 0 && second !== undefined && second < 0x80) throw new DerError('an INTEGER has leading zeros', 0)
  return content.reduce((value, byte) => value * 256 + byte, 0)
}

/** X.690 §11.1: TRUE is 0xFF and nothing else. */
export function decodeBoolean(element: DerElement): boolean {
  const { content } = expectTag(element, DerTag.boolean)
  const [value] = content
  if (content.length !== 1 || (value !== 0 && value !== 0xff)) throw new DerError('a BOOLEAN is neither 00 nor FF', 0)
  return value === 0xff
}

/** True where the two byte strings are equal. Not for secrets. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** Lowercase hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, hexOf).join('')
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

function readAt(bytes: Uint8Array, start: number): DerElement {
  const tag = bytes[start]
  const first = bytes[start + 1]
  if (tag === undefined || first === undefined) throw new DerError('an element ends early', start)
  if ((tag & 0x1f) === 0x1f) throw new DerError('a tag of several octets', start)
  const { length, size } = first < 0x80 ? { length: first, size: 1 } : readLongLength(bytes, start + 1, first)
  const contentStart = start + 1 + size
  const end = contentStart + length
  if (end > bytes.length) throw new DerError('an element ends early', start)
  return { tag, content: bytes.subarray(contentStart, end), der: bytes.subarray(start, end) }
}

function readLongLength(bytes: Uint8Array, offset: number, first: number): { length: number; size: number } {
  const octets = first & 0x7f
  // X.690 §10.1 forbids the indefinite form (80). Four octets are already 4 GiB.
  if (octets === 0 || octets > 4) throw new DerError('an indefinite or oversized length', offset)
  let length = 0
  for (let index = 1; index <= octets; index++) {
    const byte = bytes[offset + index]
    if (byte === undefined) throw new DerError('a length ends early', offset)
    length = length * 256 + byte
  }
  if (length < 0x80 || length < 256 ** (octets - 1)) throw new DerError('a length is not in its shortest form', offset)
  return { length, size: 1 + octets }
}
