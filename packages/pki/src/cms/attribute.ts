import type { Oid } from '../algorithms.ts'
import { decodeOid } from '../der/decode.ts'
import { type DerElement, derChildren } from '../der/element.ts'
import { encodeOid, sequence, setOf } from '../der/encode.ts'
import { Structure } from '../der/structure.ts'
import { Tag } from '../der/tags.ts'

/** RFC 5652 §5.3. */
export interface CmsAttribute {
  readonly type: Oid
  /** DER of each value. */
  readonly values: readonly Uint8Array[]
}

/** DER Attribute. */
export function buildAttribute(type: Oid, ...values: readonly Uint8Array[]): Uint8Array {
  return sequence(encodeOid(type), setOf(...values))
}

/** The Attributes inside a SET OF, whatever its tag. */
export function readAttributes(set: DerElement): readonly CmsAttribute[] {
  return derChildren(set).map((member) => {
    const attribute = Structure.open(member, 'Attribute', 'cms_malformed')
    const type = decodeOid(attribute.required(Tag.ObjectIdentifier, 'attrType'))
    const values = derChildren(attribute.required(Tag.Set, 'attrValues')).map(({ bytes }) => bytes)
    attribute.end()
    return Object.freeze({ type, values })
  })
}
