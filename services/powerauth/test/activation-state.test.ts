import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ActivationEvent, type ActivationState, transition } from '../src/domain/activation.ts'

const otp = fc.constantFrom('right', 'wrong', 'absent')
const events: fc.Arbitrary<ActivationEvent> = fc.oneof(
  fc.record({ type: fc.constant('prepare'), otp }),
  fc.record({ type: fc.constant('commit'), otp }),
  fc.record({ type: fc.constantFrom('invalidDeviceKey', 'updateOtp', 'updateName', 'expire', 'unblock', 'remove') }),
  fc.record({ type: fc.constant('block'), reason: fc.option(fc.string()) }),
  fc.record({ type: fc.constantFrom('codeAccepted', 'codeRefused'), possessionOnly: fc.boolean() }),
) as fc.Arbitrary<ActivationEvent>

const starts: fc.Arbitrary<ActivationState> = fc.record({
  status: fc.constant('CREATED'),
  commitPhase: fc.constantFrom('ON_COMMIT', 'ON_KEY_EXCHANGE'),
  otpSet: fc.boolean(),
  failedAttempts: fc.constant(0),
  maxFailedAttempts: fc.integer({ min: 1, max: 6 }),
  blockedReason: fc.constant(null),
}) as fc.Arbitrary<ActivationState>

/** server-api §4, row by row: from, event, to. */
const rows: readonly (readonly [string, string, string])[] = [
  ['CREATED', 'prepare', 'PENDING_COMMIT'],
  ['CREATED', 'prepare', 'ACTIVE'],
  ['CREATED', 'prepare', 'REMOVED'],
  ['CREATED', 'invalidDeviceKey', 'REMOVED'],
  ['PENDING_COMMIT', 'commit', 'ACTIVE'],
  ['PENDING_COMMIT', 'commit', 'REMOVED'],
  ['CREATED', 'expire', 'REMOVED'],
  ['PENDING_COMMIT', 'expire', 'REMOVED'],
  ['ACTIVE', 'block', 'BLOCKED'],
  ['ACTIVE', 'codeRefused', 'BLOCKED'],
  ['BLOCKED', 'unblock', 'ACTIVE'],
  ...['CREATED', 'PENDING_COMMIT', 'ACTIVE', 'BLOCKED'].map((from) => [from, 'remove', 'REMOVED'] as const),
]
const isRow = (from: string, event: string, to: string) => rows.some((row) => row.join() === [from, event, to].join())

function walk(
  start: ActivationState,
  steps: readonly ActivationEvent[],
  look: (before: ActivationState, event: ActivationEvent, after: ActivationState, refused: string | undefined) => void,
) {
  let state = start
  for (const event of steps) {
    const { state: after, refused } = transition(state, event)
    look(state, event, after, refused)
    state = after
  }
  return state
}

test('no sequence of events makes a transition that the table does not have', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(starts, fc.array(events, { maxLength: 30 }), (start, steps) => {
      walk(start, steps, (before, event, after) => {
        if (before.status === after.status) return
        assert.ok(isRow(before.status, event.type, after.status), `${before.status} ${event.type} ${after.status}`)
        seen.add([before.status, event.type, after.status].join())
      })
    }),
    { numRuns: 3000 },
  )
  // And the table has no row that cannot happen.
  assert.deepEqual([...seen].sort(), [...new Set(rows.map((row) => row.join()))].sort())
})

test('REMOVED is the end', () => {
  fc.assert(
    fc.property(starts, fc.array(events), events, (start, steps, last) => {
      const removed = transition(
        walk(start, steps, () => {}),
        { type: 'remove' },
      ).state
      assert.equal(transition(removed, last).state.status, 'REMOVED')
    }),
  )
})

test('attempts stay within their bounds, and a refusal moves an activation nowhere but to REMOVED', () => {
  fc.assert(
    fc.property(starts, fc.array(events, { maxLength: 40 }), (start, steps) => {
      walk(start, steps, (before, _event, after, refused) => {
        assert.ok(after.failedAttempts >= 0 && after.failedAttempts <= after.maxFailedAttempts)
        assert.equal(after.blockedReason !== null, after.status === 'BLOCKED')
        if (after.status === 'ACTIVE') assert.ok(after.failedAttempts < after.maxFailedAttempts)
        if (refused !== undefined && after.status !== before.status) assert.equal(after.status, 'REMOVED')
      })
    }),
    { numRuns: 1000 },
  )
})

test('plain possession neither counts failures nor forgives them', () => {
  const state: ActivationState = {
    status: 'ACTIVE',
    commitPhase: 'ON_COMMIT',
    otpSet: false,
    failedAttempts: 2,
    maxFailedAttempts: 3,
    blockedReason: null,
  }
  for (const type of ['codeAccepted', 'codeRefused'] as const) {
    assert.deepEqual(transition(state, { type, possessionOnly: true }).state, state)
  }
  assert.equal(transition(state, { type: 'codeAccepted', possessionOnly: false }).state.failedAttempts, 0)
  const blocked = transition(state, { type: 'codeRefused', possessionOnly: false }).state
  assert.deepEqual([blocked.status, blocked.blockedReason], ['BLOCKED', 'MAX_FAILED_ATTEMPTS'])
})

test('an OTP is checked in exactly one phase', () => {
  const created: ActivationState = {
    status: 'CREATED',
    commitPhase: 'ON_COMMIT',
    otpSet: true,
    failedAttempts: 0,
    maxFailedAttempts: 3,
    blockedReason: null,
  }
  const exchanging: ActivationState = { ...created, commitPhase: 'ON_KEY_EXCHANGE' }
  assert.equal(transition(created, { type: 'prepare', otp: 'right' }).refused, 'ERR0032')
  assert.equal(transition(created, { type: 'prepare', otp: 'absent' }).state.status, 'PENDING_COMMIT')
  assert.equal(transition(exchanging, { type: 'prepare', otp: 'absent' }).refused, 'ERR0031')
  assert.equal(transition(exchanging, { type: 'prepare', otp: 'right' }).state.status, 'ACTIVE')
})
