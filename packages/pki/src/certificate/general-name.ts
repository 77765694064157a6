import { latin1 } from '../der/decode.ts'
import type { DerElement } from '../der/element.ts'
import { contextPrimitive } from '../der/tags.ts'

const uniformResourceIdentifier = contextPrimitive(6)

/** The URI of a GeneralName (RFC 5280 §4.2.1.6), null for its other forms. */
export function readUri(element: DerElement): string | null {
  return element.tag === uniformResourceIdentifier ? latin1(element.content) : null
}
