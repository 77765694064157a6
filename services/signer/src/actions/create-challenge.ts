import { newUuid, type SignerContext } from '../context.ts'
import { requireActivationOf } from '../domain/certification-request.ts'
import { newDeviceKeyBinding } from '../domain/device-key-binding.ts'
import { insertChallenge } from '../store/challenge-store.ts'

export interface IssuedChallenge {
  readonly challengeId: string
  /** DER DeviceKeyBinding. */
  readonly toBeSigned: Uint8Array
  readonly expiresAt: Date
}

/** What a device is to sign to have its key pinned: good for five minutes and one enrolment. */
export async function createChallenge(
  context: SignerContext,
  ids: { readonly signerId: string; readonly userId: string },
): Promise<IssuedChallenge> {
  requireActivationOf(await context.devices.getActivation(ids.signerId), ids.userId)
  // Whoever enrols will have operations made of it.
  await context.devices.ensureOperationTemplate()
  const createdAt = context.clock.now()
  const binding = newDeviceKeyBinding(ids, createdAt, context.crypto)
  const challengeId = newUuid(context.crypto)
  await insertChallenge(context.db, { challengeId, ...ids, toBeSigned: binding.der, createdAt })
  return { challengeId, toBeSigned: binding.der, expiresAt: binding.notAfter }
}
