import { addLabels, removeLabels, replaceLabels } from '../../domain/labels.ts'
import {
  changeApplicationRoles,
  createApplication,
  createApplicationConfig,
  createApplicationVersion,
  getApplicationConfig,
  getApplicationDetail,
  getApplicationList,
  listApplicationRoles,
  lookupApplicationByAppKey,
  removeApplicationConfig,
  setApplicationVersionSupport,
} from '../../methods/applications.ts'
import type { PowerAuthContext } from '../../methods/context.ts'
import type { PrivateHandlers } from './handlers.ts'

export function applicationHandlers(context: PowerAuthContext) {
  return {
    getApplicationList: () => getApplicationList(context),
    getApplicationDetail: (request) => getApplicationDetail(context, request),
    lookupApplicationByAppKey: (request) => lookupApplicationByAppKey(context, request),
    createApplication: (request) => createApplication(context, request),
    createApplicationVersion: (request) => createApplicationVersion(context, request),
    unsupportApplicationVersion: (request) => setApplicationVersionSupport(context, request, false),
    supportApplicationVersion: (request) => setApplicationVersionSupport(context, request, true),
    getApplicationConfig: (request) => getApplicationConfig(context, request),
    createApplicationConfig: (request) => createApplicationConfig(context, request),
    removeApplicationConfig: async (request): Promise<undefined> => {
      await removeApplicationConfig(context, request)
    },
    listApplicationRoles: (request) => listApplicationRoles(context, request),
    addApplicationRoles: (request) => changeApplicationRoles(context, request, addLabels),
    updateApplicationRoles: (request) => changeApplicationRoles(context, request, replaceLabels),
    removeApplicationRoles: (request) => changeApplicationRoles(context, request, removeLabels),
  } satisfies Partial<PrivateHandlers>
}
