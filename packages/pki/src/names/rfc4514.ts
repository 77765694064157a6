import { fromHex } from '../bytes.ts'
import { PkiError } from '../errors.ts'
import { findAttributeTypeByName } from './attribute-types.ts'
import { buildName, type Name, type NameAttribute } from './name.ts'

/** Longer than any name that certificates carry. */
const maxLength = 4096

const bad = (message: string) => new PkiError('name_malformed', message)

/** Reads a string of RFC 4514 §3, with spaces around separators as people write them. PkiError 'name_malformed'. */
export function nameFromString(text: string): Name {
  return buildName(parseDistinguishedName(text).toReversed())
}

/** RDNs in the order of the text (which is the reverse of DER order). */
export function parseDistinguishedName(text: string): readonly (readonly NameAttribute[])[] {
  if (text.length > maxLength) throw bad(`a name of ${text.length} characters`)
  if (text.trim() === '') return []
  return splitUnescaped(text, ',').map((rdn) => splitUnescaped(rdn, '+').map(parseAttribute))
}

function splitUnescaped(text: string, separator: string): readonly string[] {
  const parts: string[] = []
  let start = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === separator) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}

function parseAttribute(text: string): NameAttribute {
  const equals = text.indexOf('=')
  if (equals < 0) throw bad('an attribute without "="')
  const name = text.slice(0, equals).trim()
  const known = findAttributeTypeByName(name)
  const type = known?.oid ?? name.replace(/^oid\./i, '')
  if (!known && !/^[0-2](\.(0|[1-9]\d*))+$/.test(type)) throw bad(`unknown attribute type ${name.slice(0, 40)}`)
  const value = unescapeValue(text.slice(equals + 1))
  if (value === '') throw bad(`${name} without a value`)
  if (known && [...value].length > known.maxLength)
    throw bad(`${known.shortName} longer than ${known.maxLength} characters`)
  return { type, value }
}

/** RFC 4514 §3: `\` and a special character, or pairs of hex digits that are UTF-8 octets. */
function unescapeValue(raw: string): string {
  const text = raw.trimStart()
  const octets: number[] = []
  const encoder = new TextEncoder()
  let keep = 0
  for (let at = 0; at < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
    if (character !== '\\') {
      octets.push(...encoder.encode(character))
      at += character.length
      if (character !== ' ') keep = octets.length
      continue
    }
    const hex = fromHex(text.slice(at + 1, at + 3))
    if (hex?.length === 1) {
      octets.push(...hex)
      at += 3
    } else if (/^[ "#+,;<=>\\]$/.test(text.slice(at + 1, at + 2))) {
      octets.push(text.charCodeAt(at + 1))
      at += 2
    } else throw bad('a "\\" that escapes nothing')
    keep = octets.length
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(octets.slice(0, keep)))
  } catch (cause) {
    throw new PkiError('name_malformed', 'escaped octets are not UTF-8', { cause })
  }
}
