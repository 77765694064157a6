import type { Law } from '../law.ts'

/** Refusals that a kill explains: the call before had done it, and its answer got lost. */
const explained: Readonly<Record<string, readonly string[]>> = {
  sign: ['ILLEGAL_OPERATION_ERROR', 'STATE_FORBIDS'],
  'commit-activation': ['STATE_FORBIDS'],
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
    says: 'no honest call was refused, unless an earlier one had done its work unheard',
    judge({ claims }, { check }) {
      for (const attempt of claims.attempts) {
        const { act, ended, code } = attempt
        if (ended !== 'refused') continue
        const subject =
          'documentId' in attempt ? attempt.documentId : 'activationId' in attempt ? attempt.activationId : '-'
        const earlier = claims.attempts.some(
          (each) =>
            each.act === act &&
            each.ended === 'lost' &&
            each.attempt < attempt.attempt &&
            ('documentId' in each ? each.documentId : 'activationId' in each ? each.activationId : '') === subject,
        )
        check(subject, earlier && (explained[act]?.includes(code) ?? false), `${act} was refused: ${code}`)
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

/** Jobs without which something is never cleared up. */
const needed = ['signer.sweep-stray-blobs', 'signer.read-segments-back', 'orchestrator.resume-received'] as const
