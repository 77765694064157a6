/** The rules of RFC 5280 §6.1 over a complete path whose names chain and whose signatures verify. */
import type { Oid } from '../algorithms.ts'
import { extensionOids } from '../certificate/extension.ts'
import { findNameConstraintProblem } from './name-constraints.ts'
import type { PathCertificate } from './path-certificate.ts'
import type { PathFailure, PathFailureReason } from './path-result.ts'
import { findPolicyProblem } from './policies.ts'
import { findProfileDeviations } from './profile.ts'

export interface PathRules {
  /** Every certificate of the path must be valid at this moment. */
  readonly at: Date
  /** A purpose the certificate must have, where its extKeyUsage restricts them. */
  readonly extKeyUsage?: Oid
  /** Breaches of RFC 5280 §4 that §6 does not look at: told (the default), or failing the path. */
  readonly profile?: 'reported' | 'enforced'
  /** Critical extensions that the caller processes itself. */
  readonly recognisedExtensions?: readonly Oid[]
}

const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0'
const processedExtensions: ReadonlySet<Oid> = new Set([
  extensionOids.subjectKeyIdentifier,
  extensionOids.keyUsage,
  extensionOids.subjectAltName,
  extensionOids.basicConstraints,
  extensionOids.nameConstraints,
  extensionOids.cRLDistributionPoints,
  extensionOids.certificatePolicies,
  extensionOids.policyMappings,
  extensionOids.authorityKeyIdentifier,
  extensionOids.policyConstraints,
  extensionOids.extKeyUsage,
  extensionOids.inhibitAnyPolicy,
])

/** `path` runs from the certificate to the anchor. null where all rules hold. */
export function judgePath(path: readonly PathCertificate[], rules: PathRules): PathFailure | null {
  for (const view of path) {
    const failure = judgeCertificate(view, rules)
    if (failure !== null) return failure
  }
  for (const [index, view] of path.entries()) {
    const failure = index === 0 ? null : judgeIssuer(view, path.slice(1, index))
    if (failure !== null) return failure
  }
  const [leaf] = path
  if (leaf === undefined) return null
  return judgeWhole(leaf, path, rules)
}

function judgeCertificate(view: PathCertificate, rules: PathRules): PathFailure | null {
  const { certificate } = view
  // §4.1.2.5: notBefore through notAfter, inclusive; both are whole seconds.
  const second = Math.floor(rules.at.getTime() / 1000) * 1000
  if (second < certificate.notBefore.getTime()) {
    return failure('not_yet_valid', `valid from ${certificate.notBefore.toISOString()}`, view)
  }
  if (second > certificate.notAfter.getTime()) {
    return failure('expired', `valid until ${certificate.notAfter.toISOString()}`, view)
  }
  const unknown = certificate.extensions.all.find(
    ({ oid, critical }) => critical && !processedExtensions.has(oid) && !rules.recognisedExtensions?.includes(oid),
  )
  return unknown === undefined ? null : failure('unknown_critical_extension', unknown.oid, view)
}

/**
 * §6.1.4 (k) to (n). The anchor's own certificate is held to them too (RFC 5937): who hands over a certificate as an
 * anchor means what it says. A version 1 anchor says nothing and stands (§6.1.4 (k): known by other means).
 */
function judgeIssuer(view: PathCertificate, below: readonly PathCertificate[]): PathFailure | null {
  const { basicConstraints, keyUsage } = view.certificate.extensions
  if (view.certificate.version === 3 && basicConstraints?.ca !== true) {
    return failure('not_a_ca', 'basicConstraints does not say cA', view)
  }
  if (keyUsage !== null && !keyUsage.includes('keyCertSign')) {
    return failure('key_usage', 'keyUsage lacks keyCertSign', view)
  }
  const intermediates = below.filter(({ selfIssued }) => !selfIssued).length
  const limit = basicConstraints?.pathLenConstraint ?? null
  if (limit !== null && intermediates > limit) {
    return failure('path_length_exceeded', `${intermediates} intermediates below a limit of ${limit}`, view)
  }
  return null
}

function judgeWhole(leaf: PathCertificate, path: readonly PathCertificate[], rules: PathRules): PathFailure | null {
  const naming = findNameConstraintProblem(path)
  if (naming !== null) return failure(naming.reason, naming.detail, naming.at)
  const policy = findPolicyProblem(path)
  if (policy !== null) return failure('policy_required', policy, leaf)
  const purposes = leaf.certificate.extensions.extKeyUsage
  const wanted = rules.extKeyUsage
  if (
    wanted !== undefined &&
    purposes !== null &&
    ![wanted, ANY_EXTENDED_KEY_USAGE].some((p) => purposes.includes(p))
  ) {
    return failure('extended_key_usage', `extKeyUsage does not name ${wanted}`, leaf)
  }
  if (rules.profile !== 'enforced') return null
  const [deviation] = findProfileDeviations(path)
  if (deviation === undefined) return null
  const at = path.find(({ certificate }) => certificate.subject.rfc4514 === deviation.subject) ?? leaf
  return failure('profile_violation', `${deviation.demand} (RFC 5280 §${deviation.clause})`, at)
}

function failure(reason: PathFailureReason, detail: string, view: PathCertificate): PathFailure {
  return { reason, detail, certificate: view.certificate }
}
