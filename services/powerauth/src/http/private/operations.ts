import type { PowerAuthContext } from '../../methods/context.ts'
import {
  approveOperation,
  cancelOperation,
  failApprovalOperation,
  rejectOperation,
} from '../../methods/operation-actions.ts'
import { createOperation } from '../../methods/operation-create.ts'
import {
  findAllOperationsByExternalId,
  findAllOperationsForUser,
  findPendingOperationsForUser,
  operationClaim,
  operationDetail,
} from '../../methods/operation-queries.ts'
import {
  createOperationTemplate,
  getAllTemplates,
  getTemplateDetail,
  removeOperationTemplate,
  updateOperationTemplate,
} from '../../methods/operation-templates.ts'
import type { PrivateHandlers } from './handlers.ts'

export function operationHandlers(context: PowerAuthContext) {
  return {
    createOperation: (request) => createOperation(context, request),
    operationDetail: (request) => operationDetail(context, request),
    operationClaim: (request) => operationClaim(context, request),
    findPendingOperationsForUser: (request) => findPendingOperationsForUser(context, request),
    findAllOperationsForUser: (request) => findAllOperationsForUser(context, request),
    findAllOperationsByExternalId: (request) => findAllOperationsByExternalId(context, request),
    cancelOperation: (request) => cancelOperation(context, request),
    approveOperation: (request) => approveOperation(context, request),
    failApprovalOperation: (request) => failApprovalOperation(context, request),
    rejectOperation: (request) => rejectOperation(context, request),
    createOperationTemplate: (request) => createOperationTemplate(context, request),
    getAllTemplates: () => getAllTemplates(context),
    getTemplateDetail: (request) => getTemplateDetail(context, request),
    updateOperationTemplate: (request) => updateOperationTemplate(context, request),
    removeOperationTemplate: async (request): Promise<undefined> => {
      await removeOperationTemplate(context, request)
    },
  } satisfies Partial<PrivateHandlers>
}
