import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { backOffSeconds } from '../../src/back-off.ts'
import {
  admission,
  afterFailure,
  afterSuccess,
  type BreakerState,
  closedBreaker,
  probing,
} from '../../src/callbacks/circuit-breaker.ts'

const settings = { failureThreshold: 200, resetSeconds: 60 }
const start = new Date('2026-06-01T12:00:00Z')
const at = (seconds: number) => new Date(start.getTime() + seconds * 1000)

test('back-off: from 2 s by ×1.5 to at most 32 s', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100].map((attempt) => backOffSeconds(attempt))
  assert.deepEqual(delays, [2, 3, 4.5, 6.75, 10.125, 15.1875, 22.78125, 32, 32, 32])
})

test('back-off never falls, and never leaves its bounds', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.record({
        initialSeconds: fc.double({ min: 0, max: 60, noNaN: true }),
        multiplier: fc.double({ min: 1, max: 10, noNaN: true }),
        maxSeconds: fc.double({ min: 60, max: 3600, noNaN: true }),
      }),
      (attempt, backOff) => {
        const delay = backOffSeconds(attempt, backOff)
        assert.ok(delay >= Math.min(backOff.initialSeconds, backOff.maxSeconds) && delay <= backOff.maxSeconds)
        assert.ok(backOffSeconds(attempt + 1, backOff) >= delay)
      },
    ),
  )
})

test('199 failures in a row leave it closed, the 200th opens it, 60 s later one event is admitted', () => {
  let state = closedBreaker
  for (let failure = 1; failure < 200; failure += 1) state = afterFailure(state, start, settings)
  assert.equal(admission(state, start), 'all')
  state = afterFailure(state, start, settings)
  assert.equal(admission(state, at(59.999)), 'none')
  assert.equal(admission(state, at(60)), 'one')
  assert.equal(admission(probing(state, at(135)), at(60)), 'none')
  assert.equal(admission(afterFailure(state, at(61), settings), at(120)), 'none')
  assert.equal(admission(afterSuccess(), at(61)), 'all')
})

test('a threshold of -1 never opens it', () => {
  let state = closedBreaker
  for (let failure = 0; failure < 1000; failure += 1)
    state = afterFailure(state, start, { ...settings, failureThreshold: -1 })
  assert.equal(admission(state, start), 'all')
})

type Step = { readonly type: 'success' | 'failure' | 'probe' } | { readonly type: 'wait'; readonly seconds: number }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ type: 'failure' } as const) },
  { weight: 1, arbitrary: fc.constant({ type: 'success' } as const) },
  { weight: 2, arbitrary: fc.constant({ type: 'probe' } as const) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 90 }).map((seconds) => ({ type: 'wait', seconds }) as const) },
)

test('whatever happens: it is open exactly when the threshold was reached since the last success, and for its time', () => {
  const small = { failureThreshold: 3, resetSeconds: 60 }
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let state: BreakerState = closedBreaker
      let seconds = 0
      let inRow = 0
      let closedTo = 0
      for (const each of steps) {
        const admitted = admission(state, at(seconds))
        if (each.type === 'wait') seconds += each.seconds
        else if (each.type === 'probe') {
          if (admitted !== 'one') continue
          closedTo = seconds + 75
          state = probing(state, at(closedTo))
        } else if (each.type === 'success') {
          // An event that was sent before the breaker opened may succeed after.
          state = afterSuccess()
          inRow = 0
        } else {
          state = afterFailure(state, at(seconds), small)
          inRow += 1
          closedTo = seconds + 60
        }
        const expected = inRow < 3 ? 'all' : seconds < closedTo ? 'none' : 'one'
        assert.equal(admission(state, at(seconds)), expected)
        assert.equal(state.failures, inRow)
      }
    }),
  )
})
