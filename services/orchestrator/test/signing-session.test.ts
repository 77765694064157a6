import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { advance, maySign, type SessionEvent, type SessionState } from '../src/domain/signing-session.ts'

const until = new Date('2026-06-01T13:00:00Z')
const early = new Date(until.getTime() - 1)
const answer = { signerDocumentId: 'd', hash: 'aGFzaA==', waitingUntil: until }
const approval = { approvalId: 'a', toBeSigned: 'QQ==' }
const operationId = 'o'
const events: Readonly<Record<string, SessionEvent>> = {
  prepared: { type: 'prepared', approval: null, ...answer },
  'prepared in Cloud mode': { type: 'prepared', approval, ...answer },
  'prepared again': { type: 'prepared', approval: null, ...answer, signerDocumentId: 'other' },
  refused: { type: 'refused', reason: 'why' },
  operation: { type: 'operationCreated', operationId },
  'another operation': { type: 'operationCreated', operationId: 'other' },
  signed: { type: 'signed', signature: 's' },
  'signed otherwise': { type: 'signed', signature: 'other' },
  rejected: { type: 'rejected' },
  ended: { type: 'operationEnded' },
  early: { type: 'time', now: early },
  late: { type: 'time', now: until },
}

const external = { ...answer, release: null }
const cloud = { ...answer, release: { ...approval, operationId } }
const states: Readonly<Record<string, SessionState>> = {
  RECEIVED: { status: 'RECEIVED' },
  PREPARED: { status: 'PREPARED', approval, ...answer },
  WAITING: { status: 'WAITING', ...external },
  'WAITING in Cloud mode': { status: 'WAITING', ...cloud },
  SIGNED: { status: 'SIGNED', signature: 's', ...external },
  'SIGNED in Cloud mode': { status: 'SIGNED', signature: 's', ...cloud },
  REJECTED: { status: 'REJECTED', ...external },
  EXPIRED: { status: 'EXPIRED', ...external },
  'EXPIRED in Cloud mode': { status: 'EXPIRED', ...cloud },
  REFUSED: { status: 'REFUSED', reason: 'why' },
}

/** Status after the event; `=` for no change, `!` for a refusal. Columns as in `events`. */
const table: Readonly<Record<string, string>> = {
  RECEIVED: 'WAITING PREPARED WAITING REFUSED ! ! ! ! ! = = =',
  PREPARED: '= = ! ! WAITING WAITING ! ! ! = = EXPIRED',
  WAITING: '= = ! ! ! ! SIGNED SIGNED REJECTED = = EXPIRED',
  'WAITING in Cloud mode': '= = ! ! = ! SIGNED SIGNED REJECTED EXPIRED = EXPIRED',
  SIGNED: '= = ! ! ! ! = ! ! = = =',
  'SIGNED in Cloud mode': '= = ! ! = ! = ! ! = = =',
  REJECTED: '= = ! ! ! ! ! ! = = = =',
  EXPIRED: '= = ! ! ! ! SIGNED SIGNED ! = = =',
  'EXPIRED in Cloud mode': '= = ! ! = ! SIGNED SIGNED ! = = =',
  REFUSED: '! ! ! = ! ! ! ! ! = = =',
}

for (const [name, row] of Object.entries(table)) {
  const state = states[name] ?? assert.fail(name)
  for (const [index, [what, event]] of Object.entries(events).entries()) {
    const expected = row.split(' ')[index]
    test(`${name}, ${what}: ${expected}`, () => {
      const next = advance(state, event)
      const seen = next.outcome === 'changed' ? next.state.status : next.outcome === 'unchanged' ? '=' : '!'
      assert.equal(seen, expected)
      if (next.outcome !== 'changed') assert.equal(next.state, state)
      if (next.outcome === 'forbidden') assert.match(next.reason, new RegExp(state.status))
    })
  }
}

test('whatever happens in whatever order, and however often: one signature at most, and none after a rejection', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...Object.values(events)), { maxLength: 40 }), (happened) => {
      let state: SessionState = { status: 'RECEIVED' }
      const history = [state.status as string]
      const releases = new Set<string>()
      for (const event of happened) {
        const next = advance(state, event)
        // A repetition of what has just happened never changes anything.
        if (next.outcome === 'changed') assert.notEqual(advance(next.state, event).outcome, 'changed')
        state = next.state
        if (history.at(-1) !== state.status) history.push(state.status)
        if ('release' in state && state.release !== null) releases.add(JSON.stringify(state.release))
      }
      assert.match(
        history.join('>'),
        /^RECEIVED(>REFUSED|(>PREPARED)?>WAITING(>REJECTED|(>EXPIRED)?(>SIGNED)?)|>PREPARED(>EXPIRED(>SIGNED)?)?|(>PREPARED)?>WAITING)?$/,
      )
      assert.ok(releases.size <= 1, 'one approval and one operation at most')
      if ('release' in state && history.includes('PREPARED') && history.includes('WAITING')) assert.ok(state.release)
      if ('release' in state && !history.includes('PREPARED')) assert.equal(state.release, null)
    }),
  )
})

const maySend = (name: string, signature: string, operation: string | null, now: Date) =>
  maySign(states[name] ?? assert.fail(name), { signature, operationId: operation }, now).outcome

test('a phone may sign what waits, and repeat what it signed', () => {
  assert.equal(maySend('WAITING', 's', null, early), 'unchanged')
  assert.equal(maySend('SIGNED', 's', null, until), 'unchanged')
  assert.equal(maySend('SIGNED', 'other', null, early), 'forbidden')
  assert.equal(maySend('WAITING', 's', null, until), 'forbidden')
  for (const status of ['RECEIVED', 'PREPARED', 'REJECTED', 'EXPIRED', 'REFUSED']) {
    assert.equal(maySend(status, 's', null, early), 'forbidden')
  }
})

test("Cloud mode: with the session's own operation alone, and never without one", () => {
  assert.equal(maySend('WAITING in Cloud mode', 's', operationId, early), 'unchanged')
  assert.equal(maySend('SIGNED in Cloud mode', 's', operationId, until), 'unchanged')
  for (const operation of [null, 'other']) {
    assert.equal(maySend('WAITING in Cloud mode', 's', operation, early), 'forbidden')
    assert.equal(maySend('SIGNED in Cloud mode', 's', operation, early), 'forbidden')
  }
  assert.equal(maySend('WAITING', 's', operationId, early), 'forbidden', 'External mode has none')
  assert.equal(maySend('PREPARED', 's', operationId, early), 'forbidden')
})
