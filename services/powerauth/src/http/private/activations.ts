import { addLabels, removeLabels, replaceLabels } from '../../domain/labels.ts'
import { initActivation } from '../../methods/activation-init.ts'
import {
  blockActivation,
  changeActivationFlags,
  commitActivation,
  listActivationFlags,
  removeActivation,
  unblockActivation,
  updateActivationName,
  updateActivationOtp,
  updateStatusForActivations,
} from '../../methods/activation-lifecycle.ts'
import { getActivationHistory, getActivationListForUser, lookupActivations } from '../../methods/activation-queries.ts'
import { getActivationStatus } from '../../methods/activation-status.ts'
import type { PowerAuthContext } from '../../methods/context.ts'
import { createActivation, prepareActivation } from '../../methods/key-exchange.ts'
import type { PrivateHandlers } from './handlers.ts'

export function activationHandlers(context: PowerAuthContext) {
  return {
    initActivation: (request) => initActivation(context, request),
    prepareActivation: (request) => prepareActivation(context, request),
    createActivation: (request) => createActivation(context, request),
    updateActivationOtp: (request) => updateActivationOtp(context, request),
    updateActivationName: (request) => updateActivationName(context, request),
    commitActivation: (request) => commitActivation(context, request),
    getActivationStatus: (request) => getActivationStatus(context, request),
    removeActivation: (request) => removeActivation(context, request),
    getActivationListForUser: (request) => getActivationListForUser(context, request),
    blockActivation: (request) => blockActivation(context, request),
    unblockActivation: (request) => unblockActivation(context, request),
    lookupActivations: (request) => lookupActivations(context, request),
    updateStatusForActivations: (request) => updateStatusForActivations(context, request),
    getActivationHistory: (request) => getActivationHistory(context, request),
    listActivationFlags: (request) => listActivationFlags(context, request),
    addActivationFlags: (request) => changeActivationFlags(context, request, addLabels),
    updateActivationFlags: (request) => changeActivationFlags(context, request, replaceLabels),
    removeActivationFlags: (request) => changeActivationFlags(context, request, removeLabels),
  } satisfies Partial<PrivateHandlers>
}
