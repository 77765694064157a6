import type { PowerAuthContext } from '../../methods/context.ts'
import { getErrorCodeList, getSystemStatus } from '../../methods/system.ts'
import type { PrivateHandlers } from './handlers.ts'

export function systemHandlers(
  context: PowerAuthContext,
): Pick<PrivateHandlers, 'getSystemStatus' | 'getErrorCodeList'> {
  return { getSystemStatus: () => getSystemStatus(context), getErrorCodeList: () => getErrorCodeList() }
}
