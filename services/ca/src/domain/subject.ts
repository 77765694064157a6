import { attributeValues, buildName, findAttributeType, type Name, nameFromString, PkiError } from '@cloudsigner/pki'
import { CaProblem } from './problem.ts'
import type { EndEntityProfile } from './profiles/profiles.ts'
import { type SubjectAttribute, subjectAttributes } from './profiles/subject-attributes.ts'

/** What a natural person's subject is completed with where the request leaves it out. */
export interface SubjectCompletion {
  /** ISO 3166-1 alpha-2: the country in whose context the other attributes are read. */
  readonly country: string
  /** serialNumber that tells namesakes apart. */
  readonly uniqueNumber: string
}

/**
 * The subject a certificate gets: the request's, or the one that overrides it, held to the end entity profile, in its attributes' usual
 * string types, and completed where the profile does that. CaProblem 'subject_unacceptable'.
 */
export function subjectOf(
  requested: Name,
  override: string | null,
  completion: SubjectCompletion,
  profile: EndEntityProfile,
): Name {
  const asked = override === null ? requested : parseOverride(override)
  assertAttributes(asked, profile)
  return profile.completesPerson ? completed(asked, completion) : asked
}

/**
 * EN 319 412-2 §4.2.4 asks for a country, a person's name or else a pseudonym, and a serialNumber. Stock clients of EJBCA send a bare common
 * name: whom a name identifies only as a common name is, to a relying party, somebody under a pseudonym, and the certificate says so.
 */
function completed(asked: Name, { country, uniqueNumber }: SubjectCompletion): Name {
  const lacks = (...types: readonly SubjectAttribute[]) =>
    types.every((type) => attributeValues(asked, subjectAttributes[type]).length === 0)
  const [commonName = ''] = attributeValues(asked, subjectAttributes.commonName)
  const rdn = (type: SubjectAttribute, value: string) => [{ type: subjectAttributes[type], value }]
  return buildName([
    ...(lacks('countryName') ? [rdn('countryName', country)] : []),
    ...asked.rdns,
    ...(lacks('givenName', 'surname', 'pseudonym') ? [rdn('pseudonym', commonName)] : []),
    ...(lacks('serialNumber') ? [rdn('serialNumber', uniqueNumber)] : []),
  ])
}

function parseOverride(text: string): Name {
  try {
    return nameFromString(text)
  } catch (cause) {
    if (cause instanceof PkiError) throw refused(`subject_dn: ${cause.message}.`, cause)
    throw cause
  }
}

const refused = (message: string, cause?: unknown) => new CaProblem('subject_unacceptable', message, {}, { cause })

const label = (type: string) => findAttributeType(type)?.shortName ?? type

function assertAttributes(name: Name, profile: EndEntityProfile): void {
  const attributes = name.rdns.flat()
  if (attributes.length === 0) throw refused('The subject is empty.')
  for (const { type, value } of attributes) {
    if (profile.allowedAttributes?.includes(type) === false) {
      throw refused(`Subject attribute ${label(type)} is not allowed in end entity profile ${profile.name}.`)
    }
    const maxLength = findAttributeType(type)?.maxLength ?? 256
    if (value.trim() === '' || [...value].length > maxLength || hasControlCharacter(value)) {
      throw refused(`Subject attribute ${label(type)} is empty, too long or has control characters.`)
    }
    // RFC 4514 §2.4: what is no character string reads as "#" and hex.
    if (/^#([0-9A-F]{2})+$/.test(value)) throw refused(`Subject attribute ${label(type)} is not a character string.`)
    const isPrintableString = type === subjectAttributes.serialNumber || type === subjectAttributes.countryName
    if (isPrintableString && !isPrintable(value)) {
      throw refused(`Subject attribute ${label(type)} has characters that a PrintableString lacks.`)
    }
  }
  for (const type of profile.requiredAttributes) {
    if (attributeValues(name, type).length === 0) {
      throw refused(`Subject attribute ${label(type)} is required in end entity profile ${profile.name}.`)
    }
  }
}

function hasControlCharacter(text: string): boolean {
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return true
  }
  return false
}

/** X.680 §41.4. */
const isPrintable = (text: string): boolean => /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text)
