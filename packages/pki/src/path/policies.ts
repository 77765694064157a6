/**
 * Certificate policies (RFC 5280 §6.1), as far as a verifier needs them that accepts any policy: a path fails only
 * where one of its authorities requires an explicit policy and no policy is common to the whole path. A path that
 * needs policy mappings for that is refused: it would be judged only with the whole tree.
 */
import { extensionOids } from '../certificate/extension.ts'
import type { PathCertificate } from './path-certificate.ts'

const ANY_POLICY = '2.5.29.32.0'

/** `path` runs from the end entity to the anchor. A sentence where the policies of the path do not hold, else null. */
export function findPolicyProblem(path: readonly PathCertificate[]): string | null {
  const descending = path.slice(0, -1).reverse()
  // §6.1.2 (d), (e): with neither flag set by the caller, both counters start beyond the path.
  let explicitPolicy = descending.length + 1
  let inhibitAnyPolicy = descending.length + 1
  let mapped = false
  let common: ReadonlySet<string> | 'any' = 'any'
  for (const [index, current] of descending.entries()) {
    const last = index === descending.length - 1
    const anyAllowed = inhibitAnyPolicy > 0 || (!last && current.selfIssued)
    common = intersect(common, policiesOf(current, anyAllowed))
    mapped ||= current.certificate.extensions.all.some(({ oid }) => oid === extensionOids.policyMappings)
    // §6.1.3 (f).
    if (explicitPolicy === 0 && isEmpty(common)) break
    // §6.1.4 (h) to (j), and §6.1.5 (a), (b) for the last one.
    if (explicitPolicy > 0 && (last || !current.selfIssued)) explicitPolicy--
    if (inhibitAnyPolicy > 0 && !current.selfIssued) inhibitAnyPolicy--
    const required = current.policyConstraints?.requireExplicitPolicy ?? explicitPolicy
    if (!last || required === 0) explicitPolicy = Math.min(explicitPolicy, required)
    inhibitAnyPolicy = Math.min(inhibitAnyPolicy, current.inhibitAnyPolicy ?? inhibitAnyPolicy)
  }
  if (explicitPolicy > 0) return null
  if (mapped) return 'an explicit policy is required through policy mappings, which are not processed'
  return isEmpty(common) ? 'an explicit policy is required and the path has none in common' : null
}

function policiesOf({ certificate }: PathCertificate, anyAllowed: boolean): ReadonlySet<string> | 'any' {
  const policies = certificate.extensions.certificatePolicies ?? []
  if (policies.includes(ANY_POLICY) && anyAllowed) return 'any'
  return new Set(policies.filter((policy) => policy !== ANY_POLICY))
}

function intersect(a: ReadonlySet<string> | 'any', b: ReadonlySet<string> | 'any'): ReadonlySet<string> | 'any' {
  if (a === 'any') return b
  return b === 'any' ? a : new Set([...a].filter((policy) => b.has(policy)))
}

function isEmpty(policies: ReadonlySet<string> | 'any'): boolean {
  return policies !== 'any' && policies.size === 0
}
