import assert from 'node:assert/strict'
import { SignerApiError } from '@cloudsigner/clients/signer'
import type { SignerProblemCode } from '@cloudsigner/contracts/signer'

/** The call is refused with this code and status, and the sentence matches. */
export async function refused(
  call: Promise<unknown>,
  code: SignerProblemCode,
  status: number,
  says: RegExp,
): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof SignerApiError, String(error))
    assert.deepEqual([error.code, error.status], [code, status], error.message)
    assert.match(error.message, says)
    return true
  })
}
