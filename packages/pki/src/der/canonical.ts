import { compareBytes } from '../bytes.ts'
import { PkiError } from '../errors.ts'
import { latin1, maxOidLength, maxTimeLength } from './decode.ts'
import { type DerElement, forEachChild, malformed, readDer } from './element.ts'
import { constructedBit, Tag } from './tags.ts'

/** Deeper than any certificate, CRL or token gets; keeps recursion off hostile input. */
const maxDepth = 32

/** 64 MB: the largest public CRLs are some tens of megabytes. */
export const defaultMaxBytes = 64 * 1024 * 1024

/**
 * Reads one element and holds all of it to DER (X.690 §10 and §11), so that what is accepted has one encoding only.
 * PkiError 'der_malformed' with the byte offset, or 'too_large'.
 */
export function readCanonical(bytes: Uint8Array, maxBytes: number = defaultMaxBytes): DerElement {
  if (bytes.length > maxBytes) throw new PkiError('too_large', `DER of ${bytes.length} bytes, at most ${maxBytes}`)
  const element = readDer(bytes)
  check(element, 0)
  return element
}

export function isCanonicalDer(bytes: Uint8Array): boolean {
  try {
    readCanonical(bytes)
    return true
  } catch (error) {
    if (error instanceof PkiError) return false
    throw error
  }
}

function check(element: DerElement, depth: number): void {
  if (depth > maxDepth) throw malformed(`nested deeper than ${maxDepth}`, element.offset)
  if ((element.tag & 0xc0) === 0) {
    const rule = universal[element.tag]
    if (rule === undefined) throw malformed(`universal tag 0x${element.tag.toString(16)} in this form`, element.offset)
    rule(element)
  }
  if ((element.tag & constructedBit) === 0) return
  let previous: DerElement | null = null
  forEachChild(element, (child) => {
    check(child, depth + 1)
    // X.690 §11.6: ascending order. Our SETs are all SET OF.
    if (element.tag === Tag.Set && previous && compareBytes(previous.bytes, child.bytes) > 0) {
      throw malformed('SET OF not in ascending order', child.offset)
    }
    previous = child
  })
}

type Rule = (element: DerElement) => void

const anyContent: Rule = () => {}

/** The universal types and the one form that DER leaves each: strings are primitive (X.690 §10.2), so a constructed one has no row. */
const universal: Readonly<Record<number, Rule>> = {
  [Tag.Boolean]: checkBoolean,
  [Tag.Integer]: checkInteger,
  [Tag.Enumerated]: checkInteger,
  [Tag.BitString]: checkBitString,
  [Tag.OctetString]: anyContent,
  [Tag.Null]: checkNull,
  [Tag.ObjectIdentifier]: checkObjectIdentifier,
  [Tag.Utf8String]: checkUtf8String,
  [Tag.NumericString]: anyContent,
  [Tag.PrintableString]: anyContent,
  [Tag.TeletexString]: anyContent,
  [Tag.Ia5String]: anyContent,
  [Tag.UtcTime]: checkTime(/^\d{12}Z$/),
  // X.690 §11.7: seconds present, no trailing zeros in the fraction, Z.
  [Tag.GeneralizedTime]: checkTime(/^\d{14}(\.\d*[1-9])?Z$/),
  [Tag.VisibleString]: anyContent,
  [Tag.UniversalString]: anyContent,
  [Tag.BmpString]: anyContent,
  [Tag.Sequence]: anyContent,
  [Tag.Set]: anyContent,
}

/** X.690 §11.1: TRUE is FF. */
function checkBoolean({ content, offset }: DerElement): void {
  if (content.length !== 1 || (content[0] !== 0x00 && content[0] !== 0xff)) throw malformed('BOOLEAN', offset)
}

/** X.690 §8.3.2: the first nine bits are not all equal. */
function checkInteger({ content, offset }: DerElement): void {
  const [first, second] = content
  if (first === undefined) throw malformed('INTEGER without content', offset)
  if (second === undefined) return
  if ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80)) {
    throw malformed('INTEGER not minimal', offset)
  }
}

/** X.690 §8.6.2 and §11.2.1: at most seven unused bits, all zero. */
function checkBitString({ content, offset }: DerElement): void {
  const unused = content[0]
  if (unused === undefined || unused > 7) throw malformed('BIT STRING', offset)
  const last = content[content.length - 1] ?? 0
  if (content.length === 1 ? unused !== 0 : (last & ((1 << unused) - 1)) !== 0) {
    throw malformed('BIT STRING with unused bits set', offset)
  }
}

function checkNull({ content, offset }: DerElement): void {
  if (content.length !== 0) throw malformed('NULL with content', offset)
}

/** X.690 §8.19.2: each subidentifier ends, in the fewest octets. */
function checkObjectIdentifier({ content, offset }: DerElement): void {
  const last = content[content.length - 1]
  if (last === undefined || last >= 0x80 || content.length > maxOidLength) throw malformed('OBJECT IDENTIFIER', offset)
  for (let i = 0, atStart = true; i < content.length; i++) {
    const octet = content[i] ?? 0
    if (atStart && octet === 0x80) throw malformed('OBJECT IDENTIFIER not minimal', offset)
    atStart = octet < 0x80
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

function checkUtf8String({ content, offset }: DerElement): void {
  try {
    strictUtf8.decode(content)
  } catch (cause) {
    throw new PkiError('der_malformed', 'DER: UTF8String is not UTF-8', { offset, cause })
  }
}

function checkTime(form: RegExp): Rule {
  return ({ content, offset }) => {
    if (content.length > maxTimeLength || !form.test(latin1(content))) throw malformed('time', offset)
  }
}
