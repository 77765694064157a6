/** Comparison of distinguished names as RFC 5280 §7.1 has it, prepared once, so that a search compares plain texts. */
import { foldValue, type Name } from '../names/name.ts'

/** One comparable text per relative distinguished name, in the order of the name. */
export type CanonicalName = readonly string[]

/**
 * Values match without regard to case and insignificant white space. A relative distinguished name is a SET OF and has
 * no order; JSON quotes its parts, so that no value can be written to look like two.
 */
export function canonicalName(name: Name): CanonicalName {
  return name.rdns.map((rdn) =>
    rdn
      .map(({ type, value }) => JSON.stringify([type, foldValue(value)]))
      .sort()
      .join('+'),
  )
}

export function sameName(a: CanonicalName, b: CanonicalName): boolean {
  return a.length === b.length && isWithinSubtree(a, b)
}

/** True where `name` lies in the subtree that `base` roots (RFC 5280 §4.2.1.10): base is an initial part of name. */
export function isWithinSubtree(name: CanonicalName, base: CanonicalName): boolean {
  return base.length <= name.length && base.every((rdn, index) => rdn === name[index])
}
