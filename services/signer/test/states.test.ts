import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SignerStatus } from '@cloudsigner/contracts/signer'
import fc from 'fast-check'
import { type DocumentState, rejectDocument, requireSignable, requireSigned } from '../src/domain/document-status.ts'
import { SignerProblem } from '../src/domain/signer-problem.ts'
import { changeSignerStatus, requireActiveSigner, type StatusAuthority } from '../src/domain/signer-status.ts'

const statuses = ['ACTIVE', 'BLOCKED', 'REMOVED', 'REVOKED', 'EXPIRED'] as const
const illegal = (error: unknown) => error instanceof SignerProblem && error.code === 'ILLEGAL_OPERATION_ERROR'

/** The contract's "States", said once more and differently: every lawful change, and no other. */
const lawful: Readonly<Record<StatusAuthority, readonly string[]>> = {
  api: ['ACTIVE→BLOCKED', 'ACTIVE→REMOVED', 'ACTIVE→REVOKED', 'BLOCKED→ACTIVE', 'BLOCKED→REMOVED', 'BLOCKED→REVOKED'],
  expiration: ['ACTIVE→EXPIRED', 'BLOCKED→EXPIRED'],
}

for (const by of ['api', 'expiration'] as const) {
  for (const from of statuses) {
    for (const to of statuses) {
      const change = `${from}→${to}`
      if (from === to)
        test(`${change} by ${by}: no-op`, () => assert.equal(changeSignerStatus(from, to, by), 'unchanged'))
      else if (lawful[by].includes(change)) {
        test(`${change} by ${by}: done`, () => assert.equal(changeSignerStatus(from, to, by), 'changed'))
      } else test(`${change} by ${by}: refused`, () => assert.throws(() => changeSignerStatus(from, to, by), illegal))
    }
  }
}

test('REMOVED, REVOKED and EXPIRED are final, whatever is asked in whatever order', () => {
  const step = fc.record({
    to: fc.constantFrom(...statuses),
    by: fc.constantFrom<StatusAuthority>('api', 'expiration'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let status: SignerStatus = 'ACTIVE'
      let final: SignerStatus | null = null
      for (const { to, by } of steps) {
        try {
          if (changeSignerStatus(status, to, by) === 'changed') status = to
        } catch (error) {
          assert.ok(illegal(error))
        }
        if (final !== null) assert.equal(status, final)
        if (status !== 'ACTIVE' && status !== 'BLOCKED') final = status
      }
    }),
  )
})

test('only ACTIVE signs', () => {
  requireActiveSigner('ACTIVE')
  for (const status of statuses) if (status !== 'ACTIVE') assert.throws(() => requireActiveSigner(status), illegal)
})

const until = new Date('2026-06-01T12:00:00Z')
const before = new Date(until.getTime() - 1)
const waiting: DocumentState = { status: 'WAITING', waitingUntil: until }
const signed: DocumentState = { status: 'SIGNED', waitingUntil: until }
const rejected: DocumentState = { status: 'REJECTED', waitingUntil: until }

test('a waiting document may be signed until its time is over', () => {
  requireSignable(waiting, before)
  assert.throws(() => requireSignable(waiting, until), illegal)
})

test('a signed document is not signed again', () => assert.throws(() => requireSignable(signed, before), illegal))

test('a rejected document is not signed', () => assert.throws(() => requireSignable(rejected, before), illegal))

test('waiting documents are rejected, rejected ones stay so, signed ones are not', () => {
  assert.equal(rejectDocument('WAITING'), 'changed')
  assert.equal(rejectDocument('REJECTED'), 'unchanged')
  assert.throws(() => rejectDocument('SIGNED'), illegal)
})

test('only a signed document has a file', () => {
  requireSigned('SIGNED')
  assert.throws(() => requireSigned('WAITING'), illegal)
  assert.throws(() => requireSigned('REJECTED'), illegal)
})

test('a document is signed at most once, and never after a rejection', () => {
  const step = fc.oneof(
    fc.record({ act: fc.constant('sign' as const), at: fc.integer({ min: -2, max: 2 }) }),
    fc.record({ act: fc.constant('reject' as const) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let state: DocumentState = waiting
      const history: string[] = []
      for (const each of steps) {
        try {
          if (each.act === 'reject') {
            if (rejectDocument(state.status) === 'changed') state = { ...state, status: 'REJECTED' }
          } else {
            const at = new Date(until.getTime() + each.at)
            requireSignable(state, at)
            assert.ok(at < until)
            assert.notEqual(state.status, 'SIGNED')
            state = { ...state, status: 'SIGNED' }
          }
        } catch (error) {
          assert.ok(illegal(error))
        }
        if (history.at(-1) !== state.status) history.push(state.status)
      }
      assert.ok(['', 'WAITING', 'WAITING,SIGNED', 'WAITING,REJECTED', 'SIGNED', 'REJECTED'].includes(history.join(',')))
    }),
  )
})
