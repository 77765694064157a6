import { concatBytes } from '../bytes.ts'
import { PkiError } from '../errors.ts'
import { malformed } from './element.ts'
import { encodeDer } from './encode.ts'
import { constructedBit, Tag } from './tags.ts'

const maxDepth = 32

/** Of a message that must be rewritten: each element is kept until its parent is. */
const maxElements = 200_000

interface BerElement {
  readonly tag: number
  /** Definite, minimal lengths throughout; the original octets where they were so already. */
  readonly normalized: Uint8Array
  readonly end: number
}

/**
 * Rewrites BER (X.690 §8) with definite, minimal lengths and primitive OCTET STRINGs, which is how CMS from streaming signers becomes
 * readable (RFC 5652 §2 allows BER outside the signed attributes). Octets that need no rewriting are kept as they are.
 * Returns the element and where it ended. PkiError 'der_malformed'.
 */
export function normalizeBer(bytes: Uint8Array): { readonly der: Uint8Array; readonly end: number } {
  const definite = definiteEnd(bytes, 0, bytes.length, 0)
  if (definite !== null) return { der: bytes.subarray(0, definite), end: definite }
  const { normalized, end } = read(bytes, 0, 0, { left: maxElements })
  return { der: normalized, end }
}

/** The end of an element in which nothing needs rewriting, null otherwise. Keeps nothing: what is DER already may be large. */
function definiteEnd(bytes: Uint8Array, start: number, limit: number, depth: number): number | null {
  if (depth > maxDepth) throw malformed(`nested deeper than ${maxDepth}`, start)
  const { tag, headerEnd, length } = readHeader(bytes, start, limit)
  if (length === null || tag === (Tag.OctetString | constructedBit)) return null
  if (headerEnd - start !== headerLength(length)) return null
  const end = headerEnd + length
  if ((tag & constructedBit) === 0) return end
  for (let at = headerEnd; at < end; ) {
    const next = definiteEnd(bytes, at, end, depth + 1)
    if (next === null) return null
    at = next
  }
  return end
}

/** Octets of tag and minimal length. */
function headerLength(length: number): number {
  return length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x10000 ? 4 : length < 0x1000000 ? 5 : 6
}

function read(bytes: Uint8Array, start: number, depth: number, budget: { left: number }): BerElement {
  if (depth > maxDepth) throw malformed(`nested deeper than ${maxDepth}`, start)
  if (--budget.left < 0) throw new PkiError('too_large', `BER of more than ${maxElements} elements`)
  const { tag, headerEnd, length } = readHeader(bytes, start, bytes.length)
  const constructed = (tag & constructedBit) !== 0
  if (length === null && !constructed) throw malformed('indefinite length of a primitive', start)
  if (!constructed) {
    const end = headerEnd + (length ?? 0)
    return { tag, normalized: rewrap(bytes, start, end, tag, [bytes.subarray(headerEnd, end)]), end }
  }

  const members: BerElement[] = []
  const limit = length === null ? bytes.length : headerEnd + length
  let at = headerEnd
  for (;;) {
    if (length === null ? bytes[at] === 0 && bytes[at + 1] === 0 : at === limit) break
    if (at >= limit) throw malformed('content ends beyond its element', start)
    const member = read(bytes.subarray(0, limit), at, depth + 1, budget)
    members.push(member)
    at = member.end
  }
  const end = length === null ? at + 2 : limit
  if (tag === (Tag.OctetString | constructedBit))
    return { tag: Tag.OctetString, normalized: joinOctets(members, start), end }
  return {
    tag,
    normalized: rewrap(
      bytes,
      start,
      end,
      tag,
      members.map((member) => member.normalized),
    ),
    end,
  }
}

function readHeader(bytes: Uint8Array, start: number, limit: number) {
  const tag = bytes[start]
  const first = bytes[start + 1]
  if (tag === undefined || first === undefined) throw malformed('truncated header', start)
  if ((tag & 0x1f) === 0x1f) throw malformed('tag number above 30', start)
  if (first === 0x80) return { tag, headerEnd: start + 2, length: null }
  if (first < 0x80) return checked(limit, start, tag, start + 2, first)
  const lengthOctets = first & 0x7f
  if (lengthOctets > 6) throw malformed('length of more than six octets', start)
  let length = 0
  for (let i = 0; i < lengthOctets; i++) {
    const octet = bytes[start + 2 + i]
    if (octet === undefined) throw malformed('truncated length', start)
    length = length * 256 + octet
  }
  return checked(limit, start, tag, start + 2 + lengthOctets, length)
}

function checked(limit: number, start: number, tag: number, headerEnd: number, length: number) {
  if (headerEnd + length > limit) throw malformed('content ends beyond the input', start)
  return { tag, headerEnd, length }
}

/** The element as it stood, where rewriting would give the same octets. */
function rewrap(
  bytes: Uint8Array,
  start: number,
  end: number,
  tag: number,
  contents: readonly Uint8Array[],
): Uint8Array {
  const length = contents.reduce((sum, content) => sum + content.length, 0)
  const unchanged =
    headerLength(length) + length === end - start && bytes[start + 1] !== 0x80 && contents.every(isViewOf(bytes))
  return unchanged ? bytes.subarray(start, end) : encodeDer(tag, ...contents)
}

const isViewOf = (bytes: Uint8Array) => (part: Uint8Array) => part.buffer === bytes.buffer

/** X.690 §8.7.3: the segments of a constructed OCTET STRING, one after another. */
function joinOctets(segments: readonly BerElement[], offset: number): Uint8Array {
  const contents = segments.map((segment) => {
    if (segment.tag !== Tag.OctetString) throw malformed('segment of an OCTET STRING', offset)
    const [, first = 0] = segment.normalized
    return segment.normalized.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f))
  })
  return encodeDer(Tag.OctetString, concatBytes(...contents))
}
