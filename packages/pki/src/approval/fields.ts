import { decodeTime } from '../der/decode.ts'
import type { DerElement } from '../der/element.ts'
import { generalizedTime, octetString, utf8String } from '../der/encode.ts'
import type { Structure } from '../der/structure.ts'
import { Tag } from '../der/tags.ts'
import { PkiError, type PkiErrorCode } from '../errors.ts'

/** Octets of a nonce, and of a credential, which is a SHA-256. */
export const fixedOctets = 32

/** Octets of a name: an identifier's 250 characters, at four octets each. */
const maxTextOctets = 1000

/** A UTF8String that is not empty. A lone surrogate has no UTF-8, and would come out as another text. */
export function encodeText(text: string, member: string, code: PkiErrorCode): Uint8Array {
  if (!text.isWellFormed()) throw new PkiError(code, `${member} is not well-formed Unicode`)
  const element = utf8String(text)
  const octets = element.length - (element.length < 130 ? 2 : element.length < 259 ? 3 : 4)
  if (octets < 1 || octets > maxTextOctets) throw new PkiError(code, `${member} of ${octets} octets`)
  return element
}

export function encodeFixed(octets: Uint8Array, length: number, member: string, code: PkiErrorCode): Uint8Array {
  if (octets.length !== length) throw new PkiError(code, `${member} of ${octets.length} octets in place of ${length}`)
  return octetString(octets)
}

/** Whole seconds: what is written is what is read. */
export function encodeMoment(moment: Date, code: PkiErrorCode): Uint8Array {
  const year = moment.getUTCFullYear()
  if (!(year >= 0 && year <= 9999) || moment.getTime() % 1000 !== 0) {
    throw new PkiError(code, 'notAfter is not a moment in whole seconds of a year of four digits')
  }
  return generalizedTime(moment)
}

// A byte order mark is a character of the text like any other: dropped, two encodings would be read as one value.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** From a structure whose DER was held canonical before. */
export function readText(structure: Structure, member: string, code: PkiErrorCode): string {
  const element = structure.required(Tag.Utf8String, member)
  const { length } = element.content
  if (length < 1 || length > maxTextOctets) throw atOffset(code, `${member} of ${length} octets`, element)
  return utf8.decode(element.content)
}

export function readPurpose(structure: Structure, purpose: string, code: PkiErrorCode): void {
  const element = structure.required(Tag.Utf8String, 'purpose')
  if (element.content.length > maxTextOctets || utf8.decode(element.content) !== purpose) {
    throw atOffset(code, `purpose is not ${purpose}`, element)
  }
}

export function readFixed(structure: Structure, length: number, member: string, code: PkiErrorCode): Uint8Array {
  const element = structure.required(Tag.OctetString, member)
  if (element.content.length !== length) {
    throw atOffset(code, `${member} of ${element.content.length} octets in place of ${length}`, element)
  }
  return element.content
}

export function readMoment(structure: Structure, member: string, code: PkiErrorCode): Date {
  const element = structure.required(Tag.GeneralizedTime, member)
  // YYYYMMDDhhmmssZ: DER has fractions too, this structure has not.
  if (element.content.length !== 15) throw atOffset(code, `${member} is not in whole seconds`, element)
  return decodeTime(element)
}

export function atOffset(code: PkiErrorCode, message: string, element: DerElement): PkiError {
  return new PkiError(code, message, { offset: element.offset })
}
