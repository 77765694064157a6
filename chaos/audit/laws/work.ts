import type { Attempt } from '../claims.ts'
import type { Law } from '../law.ts'

interface Explanation {
  readonly codes: readonly string[]
  /** Calls for the same thing, one of which has done its work: unheard, or at the same time. */
  readonly by: readonly Attempt['act'][]
}

const explained: Readonly<Partial<Record<Attempt['act'], Explanation>>> = {
  sign: { codes: ['ILLEGAL_OPERATION_ERROR', 'STATE_FORBIDS'], by: ['sign', 'reject'] },
  reject: { codes: ['ILLEGAL_OPERATION_ERROR'], by: ['sign'] },
  download: { codes: ['ILLEGAL_OPERATION_ERROR'], by: ['reject'] },
  'commit-activation': { codes: ['STATE_FORBIDS'], by: ['commit-activation'] },
  approve: { codes: ['operation_finished OPERATION_ALREADY_FINISHED'], by: ['approve'] },
}

/** A gateway or a service that says that somebody behind it is gone, for now (RFC 9110 §15.6). */
const passing: ReadonlySet<number> = new Set([502, 503, 504])

export const workLaws: readonly Law[] = [
  {
    says: 'whatever was killed, no answer was a 500: who cannot do its work for now says so',
    judge({ claims }, { check }) {
      for (const { method, path, status, at } of claims.exchanges)
        check(`${method} ${path}`, status < 500 || passing.has(status), `${status} at ${at}`)
    },
  },
  {
    says: 'no honest call was refused, unless another had done its work',
    judge({ claims }, { check }) {
      for (const attempt of claims.attempts) {
        const { act, ended, code } = attempt
        if (ended !== 'refused' || act === 'misuse') continue
        const subject = subjectOf(attempt)
        const { codes, by } = explained[act] ?? { codes: [], by: [] }
        const another = claims.attempts.some(
          (each) =>
            by.includes(each.act) &&
            subjectOf(each) === subject &&
            (each.ended === 'acknowledged' || (each.ended === 'lost' && each.attempt < attempt.attempt)),
        )
        check(subject, another && codes.includes(code), `${act} was refused: ${code}`)
      }
    },
  },
  {
    says: 'no job was given up, and what repeats is waiting once',
    judge({ rows }, { check }) {
      for (const { schema, kind, state, last_error } of rows.jobs)
        check(`${schema}.${kind}`, state === 'waiting', `a job was given up: ${last_error}`)
      const repeating = rows.jobs
        .filter(({ state }) => state === 'waiting')
        .map(({ schema, kind }) => `${schema}.${kind}`)
      for (const [name, times] of Map.groupBy(repeating, (each) => each))
        check(name, times.length === 1, `it is waiting ${times.length} times`)
      for (const name of needed) check(name, repeating.includes(name), 'the job is gone')
    },
  },
]

const subjectOf = (attempt: Attempt): string =>
  'documentId' in attempt ? attempt.documentId : 'activationId' in attempt ? attempt.activationId : '-'

/** Jobs without which something is never cleared up. */
const needed = [
  ...['signer.sweep-stray-blobs', 'signer.read-segments-back', 'signer.resume-signings'],
  'orchestrator.resume-received',
]
