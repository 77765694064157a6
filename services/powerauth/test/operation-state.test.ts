import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  finalizedStatuses,
  type OperationEvent,
  type OperationState,
  operationTransition,
} from '../src/domain/operation.ts'
import {
  type ApprovableOperation,
  type Approval,
  type ApprovalCheck,
  approvalCheckNames,
  failedApprovalCheck,
  mayReject,
} from '../src/domain/operation-approval.ts'

const pending: OperationState = {
  status: 'PENDING',
  userId: 'alice',
  statusReason: null,
  failureCount: 0,
  maxFailureCount: 3,
}

/** server-api §5, the one table: from PENDING, by event, to which states. Nothing leads out of any other. */
const lawful: Readonly<Record<OperationEvent['type'], readonly OperationState['status'][]>> = {
  claim: ['PENDING'],
  approve: ['APPROVED', 'PENDING', 'FAILED'],
  failApproval: ['PENDING', 'FAILED'],
  reject: ['REJECTED', 'PENDING'],
  cancel: ['CANCELED'],
  expire: ['EXPIRED'],
}

const user = fc.constantFrom('alice', 'bob')
const event: fc.Arbitrary<OperationEvent> = fc.oneof(
  fc.record({ type: fc.constant('claim' as const), userId: user }),
  fc.record({ type: fc.constant('approve' as const), userId: user, passed: fc.boolean() }),
  fc.record({ type: fc.constant('failApproval' as const) }),
  fc.record({ type: fc.constant('reject' as const), allowed: fc.boolean() }),
  fc.record({ type: fc.constant('cancel' as const), reason: fc.option(fc.constant('WHY')) }),
  fc.record({ type: fc.constant('expire' as const) }),
)

test('no walk leaves the table: final states stay, counters only rise, an owner is not replaced', () => {
  const start = fc.record({ userId: fc.option(user), maxFailureCount: fc.integer({ min: 1, max: 4 }) })
  fc.assert(
    fc.property(start, fc.array(event, { maxLength: 30 }), (given, events) => {
      let state: OperationState = { ...pending, ...given }
      for (const next of events) {
        const { state: after, refused, result } = operationTransition(state, next)
        if (refused !== undefined) assert.deepEqual([after, result], [state, undefined])
        if (state.status !== 'PENDING') assert.deepEqual(after, state)
        else if (refused === undefined)
          assert.ok(lawful[next.type].includes(after.status), `${next.type} → ${after.status}`)
        assert.ok(after.failureCount >= state.failureCount && after.failureCount <= after.maxFailureCount)
        assert.equal(after.status === 'FAILED', after.failureCount === after.maxFailureCount)
        if (after.status === 'APPROVED') assert.notEqual(after.userId, null)
        if (state.userId !== null && next.type === 'claim') assert.equal(after.userId, state.userId)
        state = after
      }
    }),
    { numRuns: 2000 },
  )
})

test('what is refused is refused by its code', () => {
  const cases: readonly (readonly [OperationEvent, string])[] = [
    [{ type: 'approve', userId: 'alice', passed: true }, 'ERR0037'],
    [{ type: 'failApproval' }, 'ERR0036'],
    [{ type: 'reject', allowed: true }, 'ERR0038'],
    [{ type: 'cancel', reason: null }, 'ERR0036'],
    [{ type: 'expire' }, 'ERR0036'],
  ]
  for (const status of ['APPROVED', 'REJECTED', 'CANCELED', 'EXPIRED', 'FAILED'] as const)
    for (const [next, code] of cases) assert.equal(operationTransition({ ...pending, status }, next).refused, code)
  assert.equal(operationTransition(pending, { type: 'claim', userId: 'bob' }).refused, 'ERR0034')
  assert.deepEqual(finalizedStatuses, ['APPROVED', 'REJECTED', 'FAILED'])
})

test('results: approved, refused and counted, failed with the last attempt, rejected or not', () => {
  const approve = (passed: boolean) => ({ type: 'approve', userId: 'alice', passed }) as const
  assert.equal(operationTransition(pending, approve(true)).result, 'APPROVED')
  assert.equal(operationTransition({ ...pending, userId: null }, approve(true)).state.userId, 'alice')
  assert.equal(operationTransition(pending, approve(false)).result, 'APPROVAL_FAILED')
  const last = { ...pending, failureCount: 2 }
  assert.deepEqual(operationTransition(last, approve(false)), {
    state: { ...last, status: 'FAILED', failureCount: 3 },
    result: 'OPERATION_FAILED',
  })
  assert.equal(operationTransition(last, { type: 'failApproval' }).result, 'OPERATION_FAILED')
  assert.equal(operationTransition(pending, { type: 'reject', allowed: true }).result, 'REJECTED')
  assert.deepEqual(operationTransition(pending, { type: 'reject', allowed: false }), {
    state: pending,
    result: 'REJECT_FAILED',
  })
})

const operation: ApprovableOperation = {
  userId: 'alice',
  applications: ['bank', 'other'],
  data: 'A1*A100CZK',
  signatureTypes: ['POSSESSION_KNOWLEDGE'],
  failureCount: 0,
  maxFailureCount: 3,
  activationId: 'device-1',
}
const approval: Approval = {
  userId: 'alice',
  applicationId: 'bank',
  data: 'A1*A100CZK',
  signatureType: 'POSSESSION_KNOWLEDGE',
  activationId: 'device-1',
  proximity: 'SUCCESS',
}

test('an approval holds in every check, and breaking one breaks it', () => {
  assert.equal(failedApprovalCheck(operation, approval), undefined)
  assert.equal(failedApprovalCheck({ ...operation, userId: null, activationId: null }, approval), undefined)
  assert.equal(failedApprovalCheck(operation, { ...approval, proximity: 'DISABLED' }), undefined)
  const broken: Readonly<Record<ApprovalCheck, readonly [ApprovableOperation, Approval]>> = {
    user: [operation, { ...approval, userId: 'bob' }],
    application: [operation, { ...approval, applicationId: 'third' }],
    data: [operation, { ...approval, data: 'A1*A100CZK ' }],
    signatureType: [operation, { ...approval, signatureType: 'POSSESSION' }],
    failureCount: [{ ...operation, failureCount: 3 }, approval],
    proximity: [operation, { ...approval, proximity: 'FAILED' }],
    activation: [operation, { ...approval, activationId: null }],
  }
  for (const name of approvalCheckNames) assert.equal(failedApprovalCheck(...broken[name]), name)
})

test('only the owner rejects, from an application of the operation', () => {
  assert.equal(mayReject(operation, { userId: 'alice', applicationId: 'other' }), true)
  assert.equal(mayReject({ ...operation, userId: null }, { userId: 'bob', applicationId: 'bank' }), true)
  assert.equal(mayReject(operation, { userId: 'bob', applicationId: 'bank' }), false)
  assert.equal(mayReject(operation, { userId: 'alice', applicationId: 'third' }), false)
})
