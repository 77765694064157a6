import type { Oid } from '../algorithms.ts'
import { decodeBoolean, decodeOctetString, decodeOid } from '../der/decode.ts'
import { type DerElement, derChildren } from '../der/element.ts'
import { boolean, encodeOid, octetString, sequence } from '../der/encode.ts'
import { Structure } from '../der/structure.ts'
import { Tag } from '../der/tags.ts'
import { PkiError, type PkiErrorCode } from '../errors.ts'

/** RFC 5280 §4.1.2.9. */
export interface Extension {
  readonly oid: Oid
  readonly critical: boolean
  /** DER of the extension's own value (inside the OCTET STRING). */
  readonly value: Uint8Array
}

/** The extensions we read or write, by their standard's names. */
export const extensionOids = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  cRLNumber: '2.5.29.20',
  cRLReason: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extKeyUsage: '2.5.29.37',
  expiredCertsOnCRL: '2.5.29.60',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  qcStatements: '1.3.6.1.5.5.7.1.3',
  ocspNonce: '1.3.6.1.5.5.7.48.1.2',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
} as const satisfies Record<string, Oid>

/** More than any certificate has. */
const maxExtensions = 128

/** SEQUENCE OF Extension, from an element already held to DER. An OID twice is refused (RFC 5280 §4.2). */
export function readExtensions(element: DerElement, code: PkiErrorCode): readonly Extension[] {
  if (element.tag !== Tag.Sequence) throw new PkiError(code, 'Extensions is not a SEQUENCE', { offset: element.offset })
  const members = derChildren(element)
  if (members.length === 0 || members.length > maxExtensions) {
    throw new PkiError(code, `${members.length} extensions`, { offset: element.offset })
  }
  const extensions = members.map((member) => readExtension(member, code))
  if (new Set(extensions.map(({ oid }) => oid)).size !== extensions.length) {
    throw new PkiError(code, 'an extension stands twice', { offset: element.offset })
  }
  return Object.freeze(extensions)
}

function readExtension(element: DerElement, code: PkiErrorCode): Extension {
  const structure = Structure.open(element, 'Extension', code)
  const oid = decodeOid(structure.required(Tag.ObjectIdentifier, 'extnID'))
  const criticalMember = structure.optional(Tag.Boolean)
  const critical = criticalMember !== null && decodeBoolean(criticalMember)
  // X.690 §11.5: a DEFAULT value is not encoded.
  if (criticalMember && !critical)
    throw new PkiError(code, 'critical FALSE is encoded', { offset: criticalMember.offset })
  const value = decodeOctetString(structure.required(Tag.OctetString, 'extnValue'))
  structure.end()
  return Object.freeze({ oid, critical, value })
}

export function encodeExtensions(extensions: readonly Extension[]): Uint8Array {
  return sequence(
    ...extensions.map(({ oid, critical, value }) =>
      critical
        ? sequence(encodeOid(oid), boolean(true), octetString(value))
        : sequence(encodeOid(oid), octetString(value)),
    ),
  )
}

export function findExtension(extensions: readonly Extension[], oid: Oid): Extension | null {
  return extensions.find((extension) => extension.oid === oid) ?? null
}
