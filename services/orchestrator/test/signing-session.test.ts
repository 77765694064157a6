import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { advance, maySign, type SessionEvent, type SessionState } from '../src/domain/signing-session.ts'

const until = new Date('2026-06-01T13:00:00Z')
const early = new Date(until.getTime() - 1)
const prepared = { signerDocumentId: 'd', hash: 'aGFzaA==', waitingUntil: until }
const states: Readonly<Record<SessionState['status'], SessionState>> = {
  RECEIVED: { status: 'RECEIVED' },
  WAITING: { status: 'WAITING', ...prepared },
  SIGNED: { status: 'SIGNED', signature: 's', ...prepared },
  REJECTED: { status: 'REJECTED', ...prepared },
  EXPIRED: { status: 'EXPIRED', ...prepared },
  REFUSED: { status: 'REFUSED', reason: 'why' },
}
const events: Readonly<Record<string, SessionEvent>> = {
  prepared: { type: 'prepared', ...prepared },
  'prepared again': { type: 'prepared', ...prepared, signerDocumentId: 'other' },
  refused: { type: 'refused', reason: 'why' },
  signed: { type: 'signed', signature: 's' },
  'signed otherwise': { type: 'signed', signature: 'other' },
  rejected: { type: 'rejected' },
  early: { type: 'time', now: early },
  late: { type: 'time', now: until },
}

/** Status after the event; `=` for no change, `!` for a refusal. Columns as in `events`. */
const table: Readonly<Record<SessionState['status'], string>> = {
  RECEIVED: 'WAITING WAITING REFUSED ! ! ! = =',
  WAITING: '= ! ! SIGNED SIGNED REJECTED = EXPIRED',
  SIGNED: '= ! ! = ! ! = =',
  REJECTED: '= ! ! ! ! = = =',
  EXPIRED: '= ! ! SIGNED SIGNED ! = =',
  REFUSED: '! ! = ! ! ! = =',
}

for (const [status, row] of Object.entries(table)) {
  const state = states[status as SessionState['status']]
  for (const [index, [name, event]] of Object.entries(events).entries()) {
    const expected = row.split(' ')[index]
    test(`${status}, ${name}: ${expected}`, () => {
      const next = advance(state, event)
      const seen = next.outcome === 'changed' ? next.state.status : next.outcome === 'unchanged' ? '=' : '!'
      assert.equal(seen, expected)
      if (next.outcome !== 'changed') assert.equal(next.state, state)
      if (next.outcome === 'forbidden') assert.match(next.reason, new RegExp(status))
    })
  }
}

test('whatever happens in whatever order, and however often: one signature at most, and none after a rejection', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...Object.values(events)), { maxLength: 40 }), (happened) => {
      let state: SessionState = states.RECEIVED
      const history = [state.status as string]
      for (const event of happened) {
        const next = advance(state, event)
        // A repetition of what has just happened never changes anything.
        if (next.outcome === 'changed') assert.notEqual(advance(next.state, event).outcome, 'changed')
        state = next.state
        if (history.at(-1) !== state.status) history.push(state.status)
      }
      assert.ok(
        [
          'RECEIVED',
          'RECEIVED>REFUSED',
          'RECEIVED>WAITING',
          'RECEIVED>WAITING>SIGNED',
          'RECEIVED>WAITING>REJECTED',
          'RECEIVED>WAITING>EXPIRED',
          'RECEIVED>WAITING>EXPIRED>SIGNED',
        ].includes(history.join('>')),
        history.join('>'),
      )
    }),
  )
})

test('a phone may sign what waits, and repeat what it signed', () => {
  assert.equal(maySign(states.WAITING, 's', early).outcome, 'unchanged')
  assert.equal(maySign(states.SIGNED, 's', until).outcome, 'unchanged')
  assert.equal(maySign(states.SIGNED, 'other', early).outcome, 'forbidden')
  assert.equal(maySign(states.WAITING, 's', until).outcome, 'forbidden')
  for (const status of ['RECEIVED', 'REJECTED', 'EXPIRED', 'REFUSED'] as const) {
    assert.equal(maySign(states[status], 's', early).outcome, 'forbidden')
  }
})
