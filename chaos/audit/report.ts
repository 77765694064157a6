import type { AuditReport } from './audit.ts'

const shown = 10

/** The report as text: what there was, each law, what breaks it. */
export function reportText({ counts, verdicts, broken }: AuditReport): string {
  const counted = Object.entries(counts).map(([name, count]) => `${count} ${name}`)
  const lines = [`Audited: ${counted.join(', ')}.`, '']
  for (const { law, checks, violations } of verdicts) {
    lines.push(`${violations.length === 0 ? 'holds ' : 'BROKEN'}  ${law} (${checks} checks)`)
    for (const { subject, sentence } of violations.slice(0, shown)) lines.push(`          ${subject}: ${sentence}`)
    if (violations.length > shown) lines.push(`          and ${violations.length - shown} more`)
  }
  lines.push('', broken === 0 ? 'Every law holds.' : `${broken} of ${verdicts.length} laws are broken.`)
  return `${lines.join('\n')}\n`
}
