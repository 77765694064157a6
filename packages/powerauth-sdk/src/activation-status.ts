/** What the server says of the activation, in a blob that only this device reads. */
import {
  type ActivationState,
  type ActivationStatus,
  base64Decode,
  base64Encode,
  decryptStatusBlob,
  STATUS_NONCE_LENGTH,
  synchronizeCounter,
} from '@cloudsigner/powerauth-protocol'
import type { ActivationRecord } from './activation-record.ts'
import type { ActivationStore } from './activation-store.ts'
import { textMember } from './http-client.ts'
import { PowerAuthError } from './power-auth-error.ts'
import { type ProtocolContext, readingAnswer } from './protocol-context.ts'

/** The status of the activation, as the server sees it. */
export interface ActivationStatusView {
  readonly state: ActivationState
  readonly failedAttempts: number
  readonly maxFailedAttempts: number
  readonly remainingAttempts: number
}

/**
 * Asks for the status, and stores a counter that the server had moved on. `codeAdvised`: the device is so far ahead that
 * some code should be sent soon. Throws `activation_removed` or `counter_deadlock`.
 */
export async function synchronizeStatus(
  context: ProtocolContext,
  store: ActivationStore,
): Promise<{ readonly view: ActivationStatusView; readonly codeAdvised: boolean }> {
  const record = store.get()
  const status = await fetchStatus(context, record)
  if (status === null) throw new PowerAuthError('activation_removed')
  const synchronization = await synchronizeCounter(context.crypto, record.transportKey, record, status)
  if (synchronization.kind === 'deadlock') throw new PowerAuthError('counter_deadlock')
  if (synchronization.kind === 'server_ahead') {
    const { ctrData, ctrByte } = synchronization
    await store.change({ ctrData, ctrByte })
  }
  const { activationStatus: state, failedAttempts, maxFailedAttempts } = status
  const remainingAttempts = Math.max(0, maxFailedAttempts - failedAttempts)
  const codeAdvised = synchronization.kind === 'code_advised' && state === 'ACTIVE'
  return { view: { state, failedAttempts, maxFailedAttempts, remainingAttempts }, codeAdvised }
}

/** Null where the server knows no such activation any more. */
async function fetchStatus(context: ProtocolContext, record: ActivationRecord): Promise<ActivationStatus | null> {
  const { crypto, http } = context
  const { activationId, transportKey } = record
  const challenge = crypto.random(STATUS_NONCE_LENGTH)
  const answer = await http.postObject('/pa/v3/activation/status', { activationId, challenge: base64Encode(challenge) })
  return readingAnswer(() => {
    const nonce = base64Decode(textMember(answer, 'nonce'), 'nonce', STATUS_NONCE_LENGTH)
    const blob = base64Decode(textMember(answer, 'encryptedStatusBlob'), 'encryptedStatusBlob')
    return decryptStatusBlob(crypto, { transportKey, challenge, nonce }, blob)
  })
}
