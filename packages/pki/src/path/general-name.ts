/** GeneralName (RFC 5280 §4.2.1.6), as far as name constraints judge it. */

import { childrenOf, type DerElement, DerError, DerTag, expectTag, readDer } from './der.ts'
import { type CanonicalName, canonicalName } from './distinguished-name.ts'

export type GeneralName =
  | { readonly kind: 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier'; readonly value: string }
  | { readonly kind: 'directoryName'; readonly value: CanonicalName }
  | { readonly kind: 'iPAddress'; readonly value: Uint8Array }
  | { readonly kind: 'otherName' | 'x400Address' | 'ediPartyName' | 'registeredID'; readonly value: null }

export type GeneralNameKind = GeneralName['kind']

const TAG_DIRECTORY_NAME = 0xa4

const readers: Readonly<Record<number, (element: DerElement) => GeneralName>> = {
  160: () => ({ kind: 'otherName', value: null }),
  129: (element) => ({ kind: 'rfc822Name', value: ia5(element) }),
  130: (element) => ({ kind: 'dNSName', value: ia5(element) }),
  163: () => ({ kind: 'x400Address', value: null }),
  [TAG_DIRECTORY_NAME]: (element) => ({ kind: 'directoryName', value: canonicalName(readDer(element.content).der) }),
  165: () => ({ kind: 'ediPartyName', value: null }),
  134: (element) => ({ kind: 'uniformResourceIdentifier', value: ia5(element) }),
  135: (element) => ({ kind: 'iPAddress', value: element.content }),
  136: () => ({ kind: 'registeredID', value: null }),
}

/** Throws DerError where the element is none of the nine forms. */
export function readGeneralName(element: DerElement): GeneralName {
  const read = readers[element.tag]
  if (read === undefined) throw new DerError('not a GeneralName', 0)
  return read(element)
}

/** The value of a subjectAltName extension: at least one name. */
export function readGeneralNames(valueDer: Uint8Array): readonly GeneralName[] {
  const names = childrenOf(expectTag(readDer(valueDer), DerTag.sequence)).map(readGeneralName)
  if (names.length === 0) throw new DerError('GeneralNames has no name', 0)
  return names
}

function ia5({ content }: DerElement): string {
  if (content.some((byte) => byte > 0x7f)) throw new DerError('an IA5String has an octet above 7F', 0)
  return String.fromCharCode(...content)
}
