/** Name constraints over a path (RFC 5280 §6.1.3 (b), (c) and §6.1.4 (g)). */
import type { GeneralName } from './general-name.ts'
import { assertConstraintForm, matchesConstraint, NameFormError } from './name-match.ts'
import type { PathCertificate } from './path-certificate.ts'

/**
 * Names times constraints of one path. Real hierarchies need some hundreds; quadratic work is what makes a small
 * certificate expensive to judge, so more is refused rather than computed.
 */
export const MAX_NAME_COMPARISONS = 1 << 18

const OID_EMAIL_ADDRESS = '1.2.840.113549.1.9.1'

export type NameConstraintProblem =
  | { readonly reason: 'name_constraint_violated'; readonly at: PathCertificate; readonly detail: string }
  | { readonly reason: 'name_constraint_unsupported'; readonly at: PathCertificate; readonly detail: string }
  | { readonly reason: 'limit_exceeded'; readonly at: PathCertificate; readonly detail: string }

/** `path` runs from the end entity to the anchor. null where every name is within every constraint above it. */
export function findNameConstraintProblem(path: readonly PathCertificate[]): NameConstraintProblem | null {
  const budget = { left: MAX_NAME_COMPARISONS }
  for (let authority = path.length - 1; authority > 0; authority--) {
    const constraining = path[authority]
    if (constraining?.nameConstraints == null) continue
    for (let index = authority - 1; index >= 0; index--) {
      const constrained = path[index]
      // §6.1.3 (b): a self-issued certificate is exempt unless it is the last one.
      if (constrained === undefined || (constrained.selfIssued && index > 0)) continue
      const problem = checkCertificate(constrained, constraining, budget)
      if (problem !== null) return problem
    }
  }
  return null
}

function checkCertificate(
  at: PathCertificate,
  authority: PathCertificate,
  budget: { left: number },
): NameConstraintProblem | null {
  const permitted = authority.nameConstraints?.permittedSubtrees ?? []
  const excluded = authority.nameConstraints?.excludedSubtrees ?? []
  try {
    for (const base of [...permitted, ...excluded]) assertConstraintForm(base)
    for (const name of namesOf(at)) {
      const [allowing, forbidding] = [permitted, excluded].map((bases) =>
        bases.filter(({ kind }) => kind === name.kind),
      )
      budget.left -= (allowing?.length ?? 0) + (forbidding?.length ?? 0)
      if (budget.left < 0) return { reason: 'limit_exceeded', at, detail: 'too many names under too many constraints' }
      const problem = checkName(name, allowing ?? [], forbidding ?? [])
      if (problem !== null) return { ...problem, at }
    }
    return null
  } catch (error) {
    if (error instanceof NameFormError) return { reason: 'name_constraint_violated', at, detail: error.message }
    throw error
  }
}

function checkName(name: GeneralName, permitted: readonly GeneralName[], excluded: readonly GeneralName[]) {
  // §4.2.1.10: a constraint on a form that is present "MUST either [be] process[ed] or [the application MUST] reject".
  const unsupported = { reason: 'name_constraint_unsupported', detail: `a constraint on ${name.kind}` } as const
  for (const base of excluded) {
    const matches = matchesConstraint(name, base, 'excluded')
    if (matches === null) return unsupported
    if (matches) return { reason: 'name_constraint_violated', detail: `an excluded ${name.kind}` } as const
  }
  if (permitted.length === 0) return null
  const verdicts = permitted.map((base) => matchesConstraint(name, base, 'permitted'))
  if (verdicts.includes(null)) return unsupported
  if (verdicts.includes(true)) return null
  return { reason: 'name_constraint_violated', detail: `a ${name.kind} that is not permitted` } as const
}

/** Subject, alternative names, and the subject's e-mail addresses where no alternative name says them (§4.2.1.10). */
function namesOf({ certificate, subject, subjectAltName }: PathCertificate): readonly GeneralName[] {
  const names: GeneralName[] = [...(subjectAltName ?? [])]
  if (subject.length > 0) names.unshift({ kind: 'directoryName', value: subject })
  if (subjectAltName === null) {
    for (const { type, value } of certificate.subject.rdns.flat()) {
      if (type === OID_EMAIL_ADDRESS) names.push({ kind: 'rfc822Name', value })
    }
  }
  return names
}
