import * as operations from './operations.ts'

/** The rows of `privateMethods` for operations and their templates. */
export const operationMethods = {
  createOperation: {
    path: '/operation/create',
    request: operations.CreateOperationRequest,
    response: operations.OperationDetail,
  },
  operationDetail: {
    path: '/operation/detail',
    request: operations.OperationDetailRequest,
    response: operations.OperationDetail,
  },
  operationClaim: {
    path: '/operation/claim',
    request: operations.OperationClaimRequest,
    response: operations.OperationDetail,
  },
  findPendingOperationsForUser: {
    path: '/operation/list/pending',
    request: operations.ListOperationsRequest,
    response: operations.OperationList,
  },
  findAllOperationsForUser: {
    path: '/operation/list',
    request: operations.ListOperationsRequest,
    response: operations.OperationList,
  },
  findAllOperationsByExternalId: {
    path: '/operation/list/external',
    request: operations.ListOperationsByExternalIdRequest,
    response: operations.OperationList,
  },
  cancelOperation: {
    path: '/operation/cancel',
    request: operations.CancelOperationRequest,
    response: operations.OperationDetail,
  },
  approveOperation: {
    path: '/operation/approve',
    request: operations.ApproveOperationRequest,
    response: operations.OperationUserActionResponse,
  },
  failApprovalOperation: {
    path: '/operation/approve/fail',
    request: operations.FailApprovalOperationRequest,
    response: operations.OperationUserActionResponse,
  },
  rejectOperation: {
    path: '/operation/reject',
    request: operations.RejectOperationRequest,
    response: operations.OperationUserActionResponse,
  },

  createOperationTemplate: {
    path: '/operation/template/create',
    request: operations.CreateOperationTemplateRequest,
    response: operations.OperationTemplate,
  },
  getAllTemplates: {
    path: '/operation/template/list',
    request: operations.GetAllTemplatesRequest,
    response: operations.OperationTemplateList,
  },
  getTemplateDetail: {
    path: '/operation/template/detail',
    request: operations.OperationTemplateIdRequest,
    response: operations.OperationTemplate,
  },
  updateOperationTemplate: {
    path: '/operation/template/update',
    request: operations.UpdateOperationTemplateRequest,
    response: operations.OperationTemplate,
  },
  removeOperationTemplate: {
    path: '/operation/template/remove',
    request: operations.OperationTemplateIdRequest,
    response: null,
  },
} as const
