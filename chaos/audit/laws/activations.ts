import type { Law } from '../law.ts'

export const activationLaws: readonly Law[] = [
  {
    says: 'an activation that was committed is ACTIVE, and of its user; no right PIN was counted as a failure',
    judge({ claims, rows }, { check }) {
      const activations = new Map(rows.activations.map((row) => [row.activation_id, row]))
      for (const { activationId, userId, ended } of claims.of('commit-activation', 'enrol')) {
        if (ended !== 'acknowledged') continue
        const row = activations.get(activationId)
        check(activationId, row?.user_id === userId, 'the activation is gone, or of another user')
        check(activationId, row?.activation_status === 'ACTIVE', `the activation is ${row?.activation_status}`)
        check(activationId, row?.failed_attempts === 0, `${row?.failed_attempts} failed attempts are counted`)
      }
    },
  },
  {
    says: 'the counter of an activation only goes up, and no code was accepted twice',
    judge({ rows }, { check }) {
      const now = new Map(rows.activations.map((row) => [row.activation_id, row.counter]))
      for (const [activationId, codes] of Map.groupBy(rows.codes, (row) => row.activation_id)) {
        let counter = -1
        for (const code of codes) {
          const { valid, activation_counter: before, note } = code
          check(activationId, valid, `a code of an honest phone was refused: ${note}`)
          check(activationId, before > counter || !valid, `a code was accepted at ${before} after one at ${counter}`)
          counter = Math.max(counter, before)
        }
        check(activationId, (now.get(activationId) ?? -1) > counter, `the counter went back below ${counter + 1}`)
        check(activationId, new Set(codes.map(({ signature }) => signature)).size === codes.length, 'a code came twice')
      }
    },
  },
  {
    says: 'every call that took a code, and was answered, left its record at PowerAuth',
    judge({ claims, rows }, { check }) {
      const codes = Map.groupBy(rows.codes, (row) => row.activation_id)
      const uploads = claims.of('upload')
      const activationOf = new Map(uploads.map(({ facts, activationId }) => [facts.documentId, activationId]))
      const answered = new Map<string, number>()
      for (const attempt of claims.of('unlock', 'read', 'sign', 'reject', 'approve')) {
        // The signer's own API is called by the bank, without a code.
        const isBanks = 'via' in attempt && attempt.via === 'signer' && attempt.act !== 'unlock'
        if (attempt.ended !== 'acknowledged' || isBanks) continue
        const activationId = activationOf.get(attempt.documentId) ?? ''
        answered.set(activationId, (answered.get(activationId) ?? 0) + 1)
      }
      for (const [activationId, count] of answered) {
        const recorded = codes.get(activationId)?.length ?? 0
        check(activationId, recorded >= count, `${count} calls were answered, ${recorded} codes are recorded`)
      }
    },
  },
]
