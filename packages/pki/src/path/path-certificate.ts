/** A certificate as path validation sees it: with the extensions that only RFC 5280 §6 needs, read strictly, once. */

import { type Certificate, parseCertificate } from '../certificate/certificate.ts'
import { extensionOids, findExtension } from '../certificate/extension.ts'
import { PkiError } from '../errors.ts'
import { type CanonicalName, canonicalName, sameName } from './distinguished-name.ts'
import {
  type NameConstraints,
  type PolicyConstraints,
  readInhibitAnyPolicy,
  readNameConstraints,
  readPolicyConstraints,
} from './extensions.ts'
import { type GeneralName, readGeneralNames } from './general-name.ts'

export interface PathCertificate {
  readonly certificate: Certificate
  readonly issuer: CanonicalName
  readonly subject: CanonicalName
  /** RFC 5280 §6.1: "self-issued if the same DN appears in the subject and issuer fields". */
  readonly selfIssued: boolean
  readonly subjectAltName: readonly GeneralName[] | null
  readonly nameConstraints: NameConstraints | null
  readonly policyConstraints: PolicyConstraints | null
  readonly inhibitAnyPolicy: number | null
}

/** PkiError where the bytes are no certificate, or one that RFC 5280 does not let stand at all. */
export function readPathCertificate(der: Uint8Array): PathCertificate {
  const certificate = parseCertificate(der)
  refuseEmptyLists(certificate)
  const [issuer, subject] = [canonicalName(certificate.issuer), canonicalName(certificate.subject)]
  const read = <Value>(oid: string, reader: (value: Uint8Array) => Value): Value | null => {
    const extension = findExtension(certificate.extensions.all, oid)
    return extension === null ? null : reader(extension.value)
  }
  return {
    certificate,
    issuer,
    subject,
    selfIssued: sameName(issuer, subject),
    subjectAltName: read(extensionOids.subjectAltName, readGeneralNames),
    nameConstraints: read(extensionOids.nameConstraints, readNameConstraints),
    policyConstraints: read(extensionOids.policyConstraints, readPolicyConstraints),
    inhibitAnyPolicy: read(extensionOids.inhibitAnyPolicy, readInhibitAnyPolicy),
  }
}

// SEQUENCE SIZE (1..MAX), RFC 5280 §4.2.1.12 and §4.2.1.4.
function refuseEmptyLists({ extensions: { extKeyUsage, certificatePolicies } }: Certificate): void {
  if (extKeyUsage?.length === 0) throw malformed('extKeyUsage names no purpose')
  if (certificatePolicies?.length === 0) throw malformed('certificatePolicies names no policy')
}

function malformed(problem: string): PkiError {
  return new PkiError('certificate_malformed', problem)
}
