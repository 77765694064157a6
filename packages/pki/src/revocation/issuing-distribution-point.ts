/** IssuingDistributionPoint (RFC 5280 §5.2.5): which certificates a CRL speaks of. */

import { readUri } from '../certificate/general-name.ts'
import { type DerElement, derChildren, readDer } from '../der/element.ts'
import { contextConstructed, contextPrimitive } from '../der/tags.ts'
import { PkiError } from '../errors.ts'

export interface IssuingDistributionPoint {
  /** URLs of its fullName; null where it names no distribution point. */
  readonly distributionPointUrls: readonly string[] | null
  readonly onlyContainsUserCerts: boolean
  readonly onlyContainsCACerts: boolean
  readonly onlySomeReasons: boolean
  readonly indirectCRL: boolean
  readonly onlyContainsAttributeCerts: boolean
}

/** DistributionPointName, four booleans and one BIT STRING. */
const members = {
  distributionPoint: contextConstructed(0),
  onlyContainsUserCerts: contextPrimitive(1),
  onlyContainsCACerts: contextPrimitive(2),
  onlySomeReasons: contextPrimitive(3),
  indirectCRL: contextPrimitive(4),
  onlyContainsAttributeCerts: contextPrimitive(5),
} as const

/** PkiError 'crl_malformed'. */
export function readIssuingDistributionPoint(value: Uint8Array): IssuingDistributionPoint {
  const found = derChildren(readDer(value))
  const known: readonly number[] = Object.values(members)
  if (found.some(({ tag }) => !known.includes(tag))) {
    throw new PkiError('crl_malformed', 'IssuingDistributionPoint has a member that is not defined')
  }
  const member = (tag: number) => found.find((candidate) => candidate.tag === tag)
  const flag = (tag: number) => member(tag)?.content[0] === 0xff
  const point = member(members.distributionPoint)
  return {
    distributionPointUrls: point === undefined ? null : readFullNameUrls(point),
    onlyContainsUserCerts: flag(members.onlyContainsUserCerts),
    onlyContainsCACerts: flag(members.onlyContainsCACerts),
    onlySomeReasons: member(members.onlySomeReasons) !== undefined,
    indirectCRL: flag(members.indirectCRL),
    onlyContainsAttributeCerts: flag(members.onlyContainsAttributeCerts),
  }
}

/** A name relative to the CRL issuer has no URL, and so matches none. */
function readFullNameUrls(point: DerElement): readonly string[] {
  const [name] = derChildren(point)
  if (name?.tag !== contextConstructed(0)) return []
  return derChildren(name)
    .map(readUri)
    .filter((uri) => uri !== null)
}
