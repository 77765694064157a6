import type { Evidence } from './evidence.ts'

/** Takes down what was looked at, and what breaks the law. */
export interface Judge {
  /** `sentence` says what is wrong where `holds` is false; the subject is whose id it is. */
  check(subject: string, holds: boolean, sentence: string): void
}

export interface Law {
  /** What has to hold. */
  readonly says: string
  judge(evidence: Evidence, judge: Judge): Promise<void> | void
}

export interface Verdict {
  readonly law: string
  readonly checks: number
  readonly violations: readonly { readonly subject: string; readonly sentence: string }[]
}

/** Holds the evidence to every law. One that could not be judged to its end is broken. */
export async function judgeAll(laws: readonly Law[], evidence: Evidence): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  for (const law of laws) {
    const violations: { subject: string; sentence: string }[] = []
    let checks = 0
    const judge: Judge = {
      check(subject, holds, sentence) {
        checks += 1
        if (!holds) violations.push({ subject, sentence })
      },
    }
    try {
      await law.judge(evidence, judge)
    } catch (error) {
      violations.push({
        subject: '-',
        sentence: `could not be judged: ${error instanceof Error ? error.message : error}`,
      })
    }
    verdicts.push({ law: law.says, checks, violations })
  }
  return verdicts
}
