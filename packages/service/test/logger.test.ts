import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServiceError } from '../src/index.ts'
import { createCaptureLogger } from '../src/testing/index.ts'

test('members that hold secrets are not written, at any of three depths', () => {
  const logger = createCaptureLogger()
  const secret = 'hunter2'
  logger.info({ password: secret, user: 'u' }, 'one')
  logger.info({ request: { authorization: secret, pin: secret } }, 'two')
  logger.info({ a: { b: { privateKey: secret, token: secret } } }, 'three')
  logger.child({ service: 'x' }).warn({ masterKey: secret }, 'four')
  assert.ok(!logger.text().includes(secret))
  assert.deepEqual(
    logger.lines.map(({ msg, level }) => [msg, level]),
    [
      ['one', 'info'],
      ['two', 'info'],
      ['three', 'info'],
      ['four', 'warn'],
    ],
  )
})

test('an error is written with its cause and its facts', () => {
  const logger = createCaptureLogger()
  const cause = new Error('the disk is full')
  logger.error({ err: new ServiceError('failed', 'It failed.', { documentId: 'd1' }, { cause }) }, 'x')
  assert.match(logger.text(), /the disk is full/)
  assert.match(logger.text(), /"documentId":"d1"/)
})
