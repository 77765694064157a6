/** The extensions that path validation processes and a Certificate keeps as DER (RFC 5280 §4.2.1). */
import { type DerElement, derChildren, readDer } from '../der/element.ts'
import { contextConstructed, contextPrimitive, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import { type GeneralName, readGeneralName } from './general-name.ts'

export interface NameConstraints {
  readonly permittedSubtrees: readonly GeneralName[]
  readonly excludedSubtrees: readonly GeneralName[]
}
export interface PolicyConstraints {
  /** Certificates that may follow before an acceptable policy is required; null: no such constraint. */
  readonly requireExplicitPolicy: number | null
  readonly inhibitPolicyMapping: number | null
}

/** §4.2.1.10. */
export function readNameConstraints(value: Uint8Array): NameConstraints {
  const members = derChildren(expectTag(readDer(value), Tag.Sequence))
  const permitted = members.find(({ tag }) => tag === contextConstructed(0))
  const excluded = members.find(({ tag }) => tag === contextConstructed(1))
  const known = [permitted, excluded].filter((member) => member !== undefined)
  // "either the permittedSubtrees field or the excludedSubtrees MUST be present".
  if (known.length === 0 || known.length !== members.length) throw malformed('NameConstraints')
  return {
    permittedSubtrees: permitted === undefined ? [] : derChildren(permitted).map(readSubtreeBase),
    excludedSubtrees: excluded === undefined ? [] : derChildren(excluded).map(readSubtreeBase),
  }
}

function readSubtreeBase(subtree: DerElement): GeneralName {
  const [base, ...bounds] = derChildren(expectTag(subtree, Tag.Sequence))
  // "the minimum MUST be zero, and maximum MUST be absent"; DER leaves the default out.
  if (base === undefined || bounds.length > 0) throw malformed('GeneralSubtree')
  return readGeneralName(base)
}

/** §4.2.1.11. */
export function readPolicyConstraints(value: Uint8Array): PolicyConstraints {
  const members = derChildren(expectTag(readDer(value), Tag.Sequence))
  if (members.length === 0) throw malformed('PolicyConstraints')
  const read = (tag: number) => {
    const member = members.find((candidate) => candidate.tag === tag)
    return member === undefined ? null : smallInteger(member)
  }
  return { requireExplicitPolicy: read(contextPrimitive(0)), inhibitPolicyMapping: read(contextPrimitive(1)) }
}

/** §4.2.1.14. */
export function readInhibitAnyPolicy(value: Uint8Array): number {
  return smallInteger(expectTag(readDer(value), Tag.Integer))
}

function smallInteger({ content }: DerElement): number {
  const [first] = content
  if (first === undefined || first >= 0x80 || content.length > 4) throw malformed('SkipCerts')
  return content.reduce((value, byte) => value * 256 + byte, 0)
}

function expectTag(element: DerElement, tag: number): DerElement {
  if (element.tag !== tag) throw malformed('the extension')
  return element
}

function malformed(what: string): PkiError {
  return new PkiError('certificate_malformed', `${what} is malformed`)
}
