export type { AlertType, AttributeType, Money, OperationAttribute, PartyInfo } from './attributes.ts'
export {
  type ApprovalDetails,
  MobileToken,
  type MobileTokenOptions,
  type OperationList,
  type PowerAuthOfOperations,
  type RejectReason,
} from './mobile-token.ts'
export { MobileTokenError, type MobileTokenErrorCode, mobileTokenErrors } from './mobile-token-error.ts'
export type { OfflineOperation } from './offline-operation.ts'
export { type Operation, type OperationForm, type OperationStatus, operationStatuses } from './operation.ts'
export {
  type OperationData,
  type OperationDataField,
  type OperationTemplate,
  parseOperationData,
} from './operation-data.ts'
export { type ProximityCode, parseProximityCode } from './proximity.ts'
export type { PostApprovalScreen, PreApprovalScreen, UiExtensions } from './ui-extensions.ts'
export { type WatchOptions, watchOperations } from './watch.ts'
