import type { Oid } from '../algorithms.ts'
import { readCanonical } from '../der/canonical.ts'
import { decodeBoolean, decodeNamedBits, decodeOctetString, decodeOid, decodeSmallInteger } from '../der/decode.ts'
import { type DerElement, derChildren } from '../der/element.ts'
import { Structure } from '../der/structure.ts'
import { contextConstructed, contextPrimitive, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import { type Extension, extensionOids, findExtension } from './extension.ts'
import { readUri } from './general-name.ts'
import { type KeyUsage, keyUsages } from './key-usage.ts'

/** RFC 5280 §4.2.1.9. */
export interface BasicConstraints {
  readonly ca: boolean
  readonly pathLenConstraint: number | null
}

/** The extensions that our rooms act on, decoded; the rest stay in `all`. Null where absent. */
export interface CertificateExtensions {
  readonly all: readonly Extension[]
  readonly basicConstraints: BasicConstraints | null
  readonly keyUsage: readonly KeyUsage[] | null
  readonly extKeyUsage: readonly Oid[] | null
  readonly subjectKeyIdentifier: Uint8Array | null
  /** keyIdentifier of the AuthorityKeyIdentifier. */
  readonly authorityKeyIdentifier: Uint8Array | null
  readonly crlUrls: readonly string[]
  readonly ocspUrls: readonly string[]
  readonly caIssuerUrls: readonly string[]
  readonly certificatePolicies: readonly Oid[] | null
  /** statementIds (RFC 3739 §3.2.6). */
  readonly qcStatements: readonly Oid[] | null
  readonly ocspNoCheck: boolean
}

const code = 'certificate_malformed'

export function readCertificateExtensions(all: readonly Extension[]): CertificateExtensions {
  const read = <T>(oid: Oid, decode: (value: DerElement) => T): T | null => {
    const extension = findExtension(all, oid)
    return extension ? decode(readCanonical(extension.value)) : null
  }
  const access = read(extensionOids.authorityInfoAccess, readAccessDescriptions) ?? []
  return Object.freeze({
    all,
    basicConstraints: read(extensionOids.basicConstraints, readBasicConstraints),
    keyUsage: read(extensionOids.keyUsage, readKeyUsage),
    extKeyUsage: read(extensionOids.extKeyUsage, readOids),
    subjectKeyIdentifier: read(extensionOids.subjectKeyIdentifier, decodeOctetString),
    authorityKeyIdentifier: read(extensionOids.authorityKeyIdentifier, readAuthorityKeyIdentifier),
    crlUrls: read(extensionOids.cRLDistributionPoints, readCrlUrls) ?? [],
    ocspUrls: urlsOf(access, accessMethods.ocsp),
    caIssuerUrls: urlsOf(access, accessMethods.caIssuers),
    certificatePolicies: read(extensionOids.certificatePolicies, readFirstMembers),
    qcStatements: read(extensionOids.qcStatements, readFirstMembers),
    ocspNoCheck: findExtension(all, extensionOids.ocspNoCheck) !== null,
  })
}

function readBasicConstraints(element: DerElement): BasicConstraints {
  const structure = Structure.open(element, 'BasicConstraints', code)
  // A FALSE written out, which X.690 §11.5 forbids, stands in too many certificates to be refused.
  const ca = structure.optional(Tag.Boolean)
  const pathLen = structure.optional(Tag.Integer)
  structure.end()
  return { ca: ca !== null && decodeBoolean(ca), pathLenConstraint: pathLen && decodeSmallInteger(pathLen) }
}

function readKeyUsage(element: DerElement): readonly KeyUsage[] {
  if (element.tag !== Tag.BitString) throw new PkiError(code, 'KeyUsage is not a BIT STRING')
  return decodeNamedBits(element.content).flatMap((position) => keyUsages[position] ?? [])
}

function readOids(element: DerElement): readonly Oid[] {
  return derChildren(element).map(decodeOid)
}

export function readAuthorityKeyIdentifier(element: DerElement): Uint8Array | null {
  const structure = Structure.open(element, 'AuthorityKeyIdentifier', code)
  return structure.optional(contextPrimitive(0))?.content ?? null
}

/** fullName URIs of every distribution point (RFC 5280 §4.2.1.13). */
function readCrlUrls(element: DerElement): readonly string[] {
  return derChildren(element).flatMap((point) => {
    const structure = Structure.open(point, 'DistributionPoint', code)
    const pointName = structure.optional(contextConstructed(0))
    const [choice] = pointName ? derChildren(pointName) : []
    if (choice?.tag !== contextConstructed(0)) return []
    return derChildren(choice).flatMap((generalName) => readUri(generalName) ?? [])
  })
}

/** RFC 5280 §4.2.2.1. */
export const accessMethods = { ocsp: '1.3.6.1.5.5.7.48.1', caIssuers: '1.3.6.1.5.5.7.48.2' } as const

interface AccessDescription {
  readonly method: Oid
  readonly uri: string | null
}

function readAccessDescriptions(element: DerElement): readonly AccessDescription[] {
  return derChildren(element).map((description) => {
    const structure = Structure.open(description, 'AccessDescription', code)
    const method = decodeOid(structure.required(Tag.ObjectIdentifier, 'accessMethod'))
    const uri = readUri(structure.any('accessLocation'))
    structure.end()
    return { method, uri }
  })
}

function urlsOf(descriptions: readonly AccessDescription[], method: Oid): readonly string[] {
  return descriptions.flatMap((description) => (description.method === method && description.uri) || [])
}

/** The OID that begins each member: PolicyInformation's policyIdentifier, QCStatement's statementId. */
function readFirstMembers(element: DerElement): readonly Oid[] {
  return derChildren(element).map((member) =>
    decodeOid(Structure.open(member, 'SEQUENCE', code).required(Tag.ObjectIdentifier, 'identifier')),
  )
}
