/** GeneralName (RFC 5280 §4.2.1.6), as far as name constraints judge it. */
import { type DerElement, derChildren, readDer } from '../der/element.ts'
import { PkiError } from '../errors.ts'
import { parseName } from '../names/name.ts'
import { type CanonicalName, canonicalName } from './distinguished-name.ts'

export type GeneralName =
  | { readonly kind: 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier'; readonly value: string }
  | { readonly kind: 'directoryName'; readonly value: CanonicalName }
  | { readonly kind: 'iPAddress'; readonly value: Uint8Array }
  | { readonly kind: 'otherName' | 'x400Address' | 'ediPartyName' | 'registeredID'; readonly value: null }

/** By identifier octet: context-specific, the number of the alternative; the constructed ones have bit 0x20. */
const readers: Readonly<Record<number, (element: DerElement) => GeneralName>> = {
  160: () => ({ kind: 'otherName', value: null }),
  129: (element) => ({ kind: 'rfc822Name', value: ia5(element) }),
  130: (element) => ({ kind: 'dNSName', value: ia5(element) }),
  163: () => ({ kind: 'x400Address', value: null }),
  164: (element) => ({ kind: 'directoryName', value: canonicalName(parseName(element.content)) }),
  165: () => ({ kind: 'ediPartyName', value: null }),
  134: (element) => ({ kind: 'uniformResourceIdentifier', value: ia5(element) }),
  135: (element) => ({ kind: 'iPAddress', value: element.content }),
  136: () => ({ kind: 'registeredID', value: null }),
}

/** PkiError 'certificate_malformed' where the element is none of the nine forms. */
export function readGeneralName(element: DerElement): GeneralName {
  const read = readers[element.tag]
  if (read === undefined) throw new PkiError('certificate_malformed', 'not a GeneralName')
  return read(element)
}

/** The value of a subjectAltName extension: at least one name. */
export function readGeneralNames(valueDer: Uint8Array): readonly GeneralName[] {
  const names = derChildren(readDer(valueDer)).map(readGeneralName)
  if (names.length === 0) throw new PkiError('certificate_malformed', 'GeneralNames has no name')
  return names
}

function ia5({ content }: DerElement): string {
  if (content.some((byte) => byte > 0x7f)) {
    throw new PkiError('certificate_malformed', 'an IA5String has an octet above 7F')
  }
  return Array.from(content, (byte) => String.fromCharCode(byte)).join('')
}
