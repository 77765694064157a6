import { isPowerAuthError } from '../domain/errors.ts'
import { changeActivation, stateOf } from '../methods/change-activation.ts'
import { expireOperation } from '../methods/change-operation.ts'
import type { PowerAuthContext } from '../methods/context.ts'
import { listOverdueActivationIds } from '../store/activations.ts'
import { listOverdueOperationIds } from '../store/operations.ts'
import { purgeTemporaryKeys } from '../store/temporary-keys.ts'
import { purgeUniqueValues } from '../store/unique-values.ts'

/** Activations and operations expired in one run; the rest waits for the next. */
const BATCH = 100

/** Removes overdue activations, expires overdue operations and removes expired temporary keys and values that need not be remembered any more. */
export async function runHousekeeping(context: PowerAuthContext, signal: AbortSignal): Promise<void> {
  const { db, clock } = context
  const now = clock.now()
  for (const activationId of await listOverdueActivationIds(db, now, BATCH)) {
    if (signal.aborted) return
    await expireActivation(context, activationId)
  }
  for (const operationId of await listOverdueOperationIds(db, now, BATCH)) {
    if (signal.aborted) return
    await expireOperation(context, operationId)
  }
  await purgeTemporaryKeys(db, now)
  await purgeUniqueValues(db, now)
}

/** A transaction each: a device that prepares one activation does not wait for a hundred others. */
async function expireActivation(context: PowerAuthContext, activationId: string): Promise<void> {
  try {
    await changeActivation(context, activationId, (row) => ({ state: stateOf(row) }))
  } catch (error) {
    // ERR0007 is the expiry itself.
    if (!isPowerAuthError(error) || error.code !== 'ERR0007') throw error
  }
}
