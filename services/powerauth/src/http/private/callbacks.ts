import {
  createCallbackUrl,
  getCallbackUrlList,
  removeCallbackUrl,
  updateCallbackUrl,
} from '../../methods/callback-urls.ts'
import type { PowerAuthContext } from '../../methods/context.ts'
import type { PrivateHandlers } from './handlers.ts'

export function callbackHandlers(context: PowerAuthContext) {
  return {
    createCallbackUrl: (request) => createCallbackUrl(context, request),
    updateCallbackUrl: (request) => updateCallbackUrl(context, request),
    getCallbackUrlList: (request) => getCallbackUrlList(context, request),
    removeCallbackUrl: (request) => removeCallbackUrl(context, request),
  } satisfies Partial<PrivateHandlers>
}
