import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readOfflineOperation } from '../src/offline-operation.ts'

const payload = (...lines: readonly string[]) =>
  ({ kind: 'nonPersonalized', data: lines.join('\n'), nonce: 'AAAAAAAAAAAAAAAAAAAAAA==' }) as const
const lines = ['op-1', 'Title', 'Message', 'A1*A100CZK', 'BXFC'] as const

test('lines, flags, a TOTP, and lines that newer versions bring', () => {
  const read = readOfflineOperation(payload(...lines))
  assert.deepEqual(read.flags, {
    biometryAllowed: true,
    flipButtons: true,
    fraudWarning: true,
    blockApprovalOnCall: true,
  })
  assert.deepEqual([read.signedFor, read.proximity], ['application', false])
  assert.equal(readOfflineOperation(payload(...lines, '12345678')).proximity, true)
  assert.equal(readOfflineOperation(payload(...lines, '12345678', 'newer')).id, 'op-1')
  const plain = readOfflineOperation(payload('op-1', '', '', 'A2', ''))
  assert.deepEqual([plain.title, plain.flags.biometryAllowed], ['', false])
})

test('what lacks lines, or has broken ones, is refused', () => {
  const broken = [
    payload('op-1', 'Title', 'Message', 'A2'),
    payload('', 'Title', 'Message', 'A2', 'B'),
    payload('op-1', 'Title', 'Message', 'A2', 'b'),
    payload('op-1', 'Ti\\tle', 'Message', 'A2', 'B'),
  ]
  for (const given of broken) assert.throws(() => readOfflineOperation(given), { code: 'invalid_offline_payload' })
  assert.throws(() => readOfflineOperation(payload('op-1', '', '', 'nonsense', '')), { code: 'invalid_operation_data' })
})
