import assert from 'node:assert/strict'
import { ProtocolError, type ProtocolErrorCode } from '../src/protocol-error.ts'

/** Asserts that a call, at once or later, ends with a ProtocolError of that code. */
export function refuses(code: ProtocolErrorCode, call: () => unknown, message = /./): void {
  assert.throws(call, (error) => isRefusal(error, code, message))
}

export async function refusesLater(
  code: ProtocolErrorCode,
  call: () => Promise<unknown>,
  message = /./,
): Promise<void> {
  await assert.rejects(call, (error) => isRefusal(error, code, message))
}

function isRefusal(error: unknown, code: ProtocolErrorCode, message: RegExp): boolean {
  assert.ok(error instanceof ProtocolError, `a ProtocolError, not ${error}`)
  assert.equal(error.code, code)
  assert.match(error.message, message)
  return true
}
