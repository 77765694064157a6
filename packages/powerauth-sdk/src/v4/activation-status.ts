/** What the server says of the activation, under a MAC that only this device checks. */
import { base64Decode } from '@cloudsigner/powerauth-protocol'
import {
  type ActivationStatus,
  expandUtilityKeys,
  readStatusBlob,
  synchronizeCounter,
} from '@cloudsigner/powerauth-protocol/v4'
import type { ActivationStatusView as FormerView } from '../activation-status.ts'
import { members, textMember } from '../http-client.ts'
import { PowerAuthError } from '../power-auth-error.ts'
import { readingAnswer } from '../protocol-context.ts'
import type { ActivationStore } from './activation-store.ts'
import type { Context } from './context.ts'
import type { Requests } from './requests.ts'

export interface ActivationStatusView extends FormerView {
  /** `confirmActivation` is still to come. */
  readonly confirmationPending: boolean
  readonly biometryEnabled: boolean
  /** The server gave the activation's suite up: activate anew. */
  readonly algorithmUnsupported: boolean
}

/**
 * Asks for the status, and stores a counter that the server had moved on. `codeAdvised`: the device is so far ahead that
 * some code should be sent soon. Throws `counter_deadlock`.
 */
export async function synchronizeStatus(
  context: Context,
  store: ActivationStore,
  requests: Requests,
): Promise<{ readonly view: ActivationStatusView; readonly status: ActivationStatus; readonly codeAdvised: boolean }> {
  const answer = await requests.encrypted('activation', '/pa/v4/activation/status', {})
  const record = store.get()
  const keys = await expandUtilityKeys(context.crypto, record.kdkUtility)
  const status = await readingAnswer(() => {
    const blob = base64Decode(textMember(members(answer), 'activationStatus'), 'activationStatus')
    return readStatusBlob(context.crypto, keys, blob)
  })
  const synchronization = await synchronizeCounter(context.crypto, keys, record, status)
  if (synchronization.kind === 'deadlock') throw new PowerAuthError('counter_deadlock')
  if (synchronization.kind === 'server_ahead') {
    const { ctrData, ctrByte } = synchronization
    await store.change({ ctrData, ctrByte })
  }
  const codeAdvised = synchronization.kind === 'code_advised' && status.activationStatus === 'ACTIVE'
  return { view: viewOf(status), status, codeAdvised }
}

function viewOf(status: ActivationStatus): ActivationStatusView {
  const { activationStatus, failedAttempts, maxFailedAttempts } = status
  return {
    state: activationStatus,
    failedAttempts,
    maxFailedAttempts,
    remainingAttempts: Math.max(0, maxFailedAttempts - failedAttempts),
    confirmationPending: status.activationConfirmationPending,
    biometryEnabled: status.biometryEnabled,
    algorithmUnsupported: status.algorithmUnsupported,
  }
}
