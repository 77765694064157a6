import { PkiError } from '../errors.ts'
import { constructedBit } from './tags.ts'

/** One tag-length-value, in place: nothing is copied. */
export interface DerElement {
  /** Identifier octet; tag numbers above 30 do not occur in our structures and are refused. */
  readonly tag: number
  /** Header and content. */
  readonly bytes: Uint8Array
  readonly content: Uint8Array
  /** Of `bytes` in what was read first. */
  readonly offset: number
}

/** The element that starts at `start` of `bytes` and must end by its end. `base` is where `bytes` itself starts, for error offsets. */
export function readElementAt(bytes: Uint8Array, start: number, base: number): DerElement {
  const at = base + start
  const tag = bytes[start]
  const firstLength = bytes[start + 1]
  if (tag === undefined || firstLength === undefined) throw malformed('truncated header', at)
  if ((tag & 0x1f) === 0x1f) throw malformed('tag number above 30', at)

  let headerLength = 2
  let length = firstLength
  if (firstLength >= 0x80) {
    const lengthOctets = firstLength & 0x7f
    // X.690 §10.1: DER lengths are definite; four octets are more than any input we accept.
    if (lengthOctets === 0) throw malformed('indefinite length', at)
    if (lengthOctets > 4) throw malformed('length of more than four octets', at)
    length = 0
    for (let i = 0; i < lengthOctets; i++) {
      const octet = bytes[start + 2 + i]
      if (octet === undefined) throw malformed('truncated length', at)
      length = length * 256 + octet
    }
    // X.690 §10.1: in the minimum number of octets.
    if (length < 0x80 || length < 2 ** (8 * (lengthOctets - 1))) throw malformed('length not minimal', at)
    headerLength += lengthOctets
  }
  const end = start + headerLength + length
  if (end > bytes.length) throw malformed('content ends beyond the input', at)
  return { tag, bytes: bytes.subarray(start, end), content: bytes.subarray(start + headerLength, end), offset: at }
}

/** Exactly one element, with nothing after it. PkiError 'der_malformed'. */
export function readDer(bytes: Uint8Array): DerElement {
  const element = readElementAt(bytes, 0, 0)
  if (element.bytes.length !== bytes.length) throw malformed('bytes after the element', element.bytes.length)
  return element
}

/** The elements inside a constructed one, one at a time: lists may be longer than memory is for all of them. PkiError 'der_malformed'. */
export function forEachChild(element: DerElement, visit: (child: DerElement) => void): void {
  const { tag, content, offset } = element
  if ((tag & constructedBit) === 0) throw malformed('primitive where constructed is meant', offset)
  const base = offset + element.bytes.length - content.length
  for (let at = 0; at < content.length; ) {
    const child = readElementAt(content, at, base)
    visit(child)
    at += child.bytes.length
  }
}

/** The elements inside a constructed one. PkiError 'der_malformed'. */
export function derChildren(element: DerElement): readonly DerElement[] {
  const children: DerElement[] = []
  forEachChild(element, (child) => children.push(child))
  return children
}

export function malformed(message: string, offset: number): PkiError {
  return new PkiError('der_malformed', `DER: ${message}`, { offset })
}
