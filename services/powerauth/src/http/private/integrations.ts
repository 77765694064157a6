import type { PowerAuthContext } from '../../methods/context.ts'
import { createIntegration, getIntegrationList, removeIntegration } from '../../methods/integrations.ts'
import type { PrivateHandlers } from './handlers.ts'

export function integrationHandlers(context: PowerAuthContext) {
  return {
    createIntegration: (request) => createIntegration(context, request),
    getIntegrationList: () => getIntegrationList(context),
    removeIntegration: (request) => removeIntegration(context, request),
  } satisfies Partial<PrivateHandlers>
}
