/* The mobile token API, `/api/auth/token/app`: what a phone asks about operations, and what it answers to them. */
export {
  type MobileTokenErrorCode,
  MobileTokenErrorResponse,
  mobileTokenErrors,
} from './mobile-token/errors.ts'
export {
  alertTypes,
  FormAttribute,
  type FormAttributeOf,
  type FormAttributeType,
  FormData,
  formAttributeTypes,
  ResultTexts,
} from './mobile-token/form.ts'
export {
  AuthorizeOperationRequest,
  ListMobileOperationsRequest,
  MobileOperation,
  MobileOperationListResponse,
  MobileOperationRequest,
  MobileOperationResponse,
  RejectMobileOperationRequest,
} from './mobile-token/operations.ts'
export { UiExtensions } from './mobile-token/ui-extensions.ts'
