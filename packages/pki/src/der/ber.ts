import { concatBytes } from '../bytes.ts'
import { malformed } from './element.ts'
import { encodeDer } from './encode.ts'
import { constructedBit, Tag } from './tags.ts'

const maxDepth = 32

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
  const { normalized, end } = read(bytes, 0, 0)
  return { der: normalized, end }
}

function read(bytes: Uint8Array, start: number, depth: number): BerElement {
  if (depth > maxDepth) throw malformed(`nested deeper than ${maxDepth}`, start)
  const { tag, headerEnd, length } = readHeader(bytes, start)
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
    const member = read(bytes.subarray(0, limit), at, depth + 1)
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

function readHeader(bytes: Uint8Array, start: number) {
  const tag = bytes[start]
  const first = bytes[start + 1]
  if (tag === undefined || first === undefined) throw malformed('truncated header', start)
  if ((tag & 0x1f) === 0x1f) throw malformed('tag number above 30', start)
  if (first === 0x80) return { tag, headerEnd: start + 2, length: null }
  if (first < 0x80) return checked(bytes, start, tag, start + 2, first)
  const lengthOctets = first & 0x7f
  if (lengthOctets > 6) throw malformed('length of more than six octets', start)
  let length = 0
  for (let i = 0; i < lengthOctets; i++) {
    const octet = bytes[start + 2 + i]
    if (octet === undefined) throw malformed('truncated length', start)
    length = length * 256 + octet
  }
  return checked(bytes, start, tag, start + 2 + lengthOctets, length)
}

function checked(bytes: Uint8Array, start: number, tag: number, headerEnd: number, length: number) {
  if (headerEnd + length > bytes.length) throw malformed('content ends beyond the input', start)
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
  const headerLength = length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x10000 ? 4 : length < 0x1000000 ? 5 : 6
  const unchanged =
    headerLength + length === end - start && bytes[start + 1] !== 0x80 && contents.every(isViewOf(bytes))
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
