/** What the server says of the activation, in a blob that only this device reads. */
import {
  type ActivationStatus,
  base64Decode,
  base64Encode,
  type CounterSynchronization,
  decryptStatusBlob,
  STATUS_NONCE_LENGTH,
  synchronizeCounter,
} from '@cloudsigner/powerauth-protocol'
import type { ActivationRecord } from './activation-record.ts'
import { textMember } from './http-client.ts'
import { type ProtocolContext, readingAnswer } from './protocol-context.ts'

/** Null where the server knows no such activation any more. */
export async function fetchStatus(
  context: ProtocolContext,
  record: ActivationRecord,
): Promise<ActivationStatus | null> {
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

export function compareCounters(
  context: ProtocolContext,
  record: ActivationRecord,
  status: ActivationStatus,
): Promise<CounterSynchronization> {
  return synchronizeCounter(context.crypto, record.transportKey, record, status)
}
