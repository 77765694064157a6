import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { judgePin, type PinFault } from '../src/phone/pin-strength.ts'

const refused: readonly (readonly [string, PinFault])[] = [
  ['777777', 'same_digit'],
  ['117711', 'few_digits'],
  ['123456', 'sequence'],
  ['987654', 'sequence'],
  ['890123', 'sequence'],
  ['135791', 'sequence'],
  ['407407', 'pattern'],
  ['123321', 'pattern'],
  ['112233', 'pattern'],
  ['159753', 'common'],
]
for (const [pin, fault] of refused)
  test(`${pin} is refused: ${fault}`, () => assert.deepEqual(judgePin(pin), { verdict: 'refused', fault }))

test('dates are allowed with a warning, others are good, and what is no PIN is incomplete', () => {
  for (const date of ['250190', '012590', '900125']) assert.equal(judgePin(date).verdict, 'fair', date)
  for (const pin of ['582904', '740268']) assert.equal(judgePin(pin).verdict, 'good', pin)
  for (const text of ['', '58290', '5829041', '58290a', '５８２９０４'])
    assert.equal(judgePin(text).verdict, 'incomplete')
})

test('most PINs are left to choose from', () => {
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 6, maxLength: 6 })
  const pins = fc.sample(digits, { numRuns: 2000, seed: 1 }).map((each) => each.join(''))
  const share = pins.filter((pin) => judgePin(pin).verdict === 'refused').length / pins.length
  assert.ok(share < 0.1, `${share}`)
})
