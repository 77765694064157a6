import Type, { type Static } from 'typebox'
import {
  ActivationId,
  ApplicationId,
  Flag,
  FreeText,
  Moment,
  NoMembers,
  Nullable,
  SignatureType,
  Text,
  Timestamp,
  Unset,
  UserId,
} from './fields.ts'

/** States of server-api §5. All but PENDING are final. */
export const operationStatuses = ['PENDING', 'APPROVED', 'REJECTED', 'CANCELED', 'EXPIRED', 'FAILED'] as const
export const OperationStatus = Type.Enum([...operationStatuses])
export type OperationStatus = (typeof operationStatuses)[number]

/** What came of an approval, a rejection or a failed approval. */
export const userActionResults = [
  'APPROVED',
  'APPROVAL_FAILED',
  'REJECTED',
  'REJECT_FAILED',
  'OPERATION_FAILED',
] as const
export const UserActionResult = Type.Enum([...userActionResults])
export type UserActionResult = (typeof userActionResults)[number]

export const OperationId = Text(37)
const Applications = Type.Array(ApplicationId, { minItems: 1, maxItems: 100 })
const SignatureTypes = Type.Array(SignatureType, { minItems: 1, maxItems: 6 })
const Parameters = Type.Record(Text(255), FreeText(16_384), { maxProperties: 100 })

/** Whatever the caller wants kept beside the operation. Of a later call, later members win. */
export const AdditionalData = Type.Record(Text(255), Type.Unknown(), { maxProperties: 100 })
export type AdditionalData = Static<typeof AdditionalData>

/** `timestampExpires` in place of the template's `expiration`; `userId` may come from `activationId`, or be claimed later. */
export const CreateOperationRequest = Type.Object({
  userId: Unset(UserId),
  applications: Applications,
  activationFlag: Unset(Flag),
  templateName: Text(255),
  timestampExpires: Unset(Moment),
  externalId: Unset(Text(255)),
  parameters: Unset(Parameters),
  additionalData: Unset(AdditionalData),
  proximityCheckEnabled: Unset(Type.Boolean()),
  activationId: Unset(ActivationId),
})
export type CreateOperationRequest = Static<typeof CreateOperationRequest>

/** `data` is what the device authenticates, byte for byte. `proximityOtp` is there while PENDING with a proximity check. */
export const OperationDetail = Type.Object({
  id: Type.String(),
  userId: Nullable(Type.String()),
  applications: Type.Array(Type.String()),
  externalId: Nullable(Type.String()),
  activationFlag: Nullable(Type.String()),
  operationType: Type.String(),
  templateName: Type.String(),
  data: Type.String(),
  parameters: Type.Record(Type.String(), Type.String()),
  additionalData: Type.Record(Type.String(), Type.Unknown()),
  status: OperationStatus,
  statusReason: Nullable(Type.String()),
  signatureType: Type.Array(SignatureType),
  failureCount: Type.Integer(),
  maxFailureCount: Type.Integer(),
  timestampCreated: Timestamp,
  timestampExpires: Timestamp,
  timestampFinalized: Nullable(Timestamp),
  riskFlags: Nullable(Type.String()),
  proximityOtp: Nullable(Type.String()),
  activationId: Nullable(Type.String()),
})
export type OperationDetail = Static<typeof OperationDetail>

/** With a `userId`, an unclaimed operation becomes that user's, and another user's is not found. */
export const OperationDetailRequest = Type.Object({ operationId: OperationId, userId: Unset(UserId) })
export type OperationDetailRequest = Static<typeof OperationDetailRequest>

export const OperationClaimRequest = Type.Object({ operationId: OperationId, userId: UserId })
export type OperationClaimRequest = Static<typeof OperationClaimRequest>

const page = {
  pageNumber: Unset(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  pageSize: Unset(Type.Integer({ minimum: 1, maximum: 500 })),
}

/** Documents print one `applicationId`, the published model a list: either is taken, and one of them needed. */
const applicationsFilter = { applications: Unset(Applications), applicationId: Unset(ApplicationId) }

export const ListOperationsRequest = Type.Object({
  userId: UserId,
  ...applicationsFilter,
  activationId: Unset(ActivationId),
  ...page,
})
export type ListOperationsRequest = Static<typeof ListOperationsRequest>
export const ListOperationsByExternalIdRequest = Type.Object({
  externalId: Text(255),
  ...applicationsFilter,
  ...page,
})
export type ListOperationsByExternalIdRequest = Static<typeof ListOperationsByExternalIdRequest>
/** Newest first. */
export const OperationList = Type.Array(OperationDetail)
export type OperationList = Static<typeof OperationList>

export const CancelOperationRequest = Type.Object({
  operationId: OperationId,
  statusReason: Unset(Text(32)),
  additionalData: Unset(AdditionalData),
})
export type CancelOperationRequest = Static<typeof CancelOperationRequest>

/** `additionalData` may carry `activationId` and `proximity_otp`, which are checked. */
export const ApproveOperationRequest = Type.Object({
  operationId: OperationId,
  userId: UserId,
  applicationId: ApplicationId,
  data: FreeText(65_536),
  signatureType: SignatureType,
  additionalData: Unset(AdditionalData),
})
export type ApproveOperationRequest = Static<typeof ApproveOperationRequest>
export const FailApprovalOperationRequest = Type.Object({
  operationId: OperationId,
  additionalData: Unset(AdditionalData),
})
export type FailApprovalOperationRequest = Static<typeof FailApprovalOperationRequest>
export const RejectOperationRequest = Type.Object({
  operationId: OperationId,
  userId: UserId,
  applicationId: ApplicationId,
  additionalData: Unset(AdditionalData),
})
export type RejectOperationRequest = Static<typeof RejectOperationRequest>
export const OperationUserActionResponse = Type.Object({ result: UserActionResult, operation: OperationDetail })
export type OperationUserActionResponse = Static<typeof OperationUserActionResponse>

/** `dataTemplate` with `${parameter}`; `expiration` in seconds; `riskFlags` letters X, C and F. */
const templateFields = {
  operationType: Text(255),
  dataTemplate: Text(16_384),
  signatureType: SignatureTypes,
  maxFailureCount: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
  expiration: Type.Integer({ minimum: 1, maximum: 3_155_760_000 }),
  riskFlags: Unset(FreeText(255)),
  proximityCheckEnabled: Unset(Type.Boolean()),
}
export const CreateOperationTemplateRequest = Type.Object({ templateName: Text(255), ...templateFields })
export type CreateOperationTemplateRequest = Static<typeof CreateOperationTemplateRequest>
const TemplateId = Type.Integer({ minimum: 0, maximum: 9_007_199_254_740_991 })
export const UpdateOperationTemplateRequest = Type.Object({ id: TemplateId, ...templateFields })
export type UpdateOperationTemplateRequest = Static<typeof UpdateOperationTemplateRequest>
export const OperationTemplateIdRequest = Type.Object({ id: TemplateId })
export type OperationTemplateIdRequest = Static<typeof OperationTemplateIdRequest>
export const OperationTemplate = Type.Object({
  id: Type.Integer(),
  templateName: Type.String(),
  operationType: Type.String(),
  dataTemplate: Type.String(),
  signatureType: Type.Array(SignatureType),
  maxFailureCount: Type.Integer(),
  expiration: Type.Integer(),
  riskFlags: Nullable(Type.String()),
  proximityCheckEnabled: Type.Boolean(),
})
export type OperationTemplate = Static<typeof OperationTemplate>
export const GetAllTemplatesRequest = NoMembers
export const OperationTemplateList = Type.Array(OperationTemplate)
export type OperationTemplateList = Static<typeof OperationTemplateList>

/**
 * The template of Cloud mode's operations. Parameters: `approvalHash` (SHA-256 of the DER of `Approval`) and
 * `documentHash`, both lower-case hexadecimal, and `documentName`.
 */
export const cloudSignatureTemplate: CreateOperationTemplateRequest = {
  templateName: 'cloud_signature',
  operationType: 'cloud_signature',
  dataTemplate: `A0*T\${approvalHash}*N\${documentName}*T\${documentHash}`,
  signatureType: ['POSSESSION_KNOWLEDGE', 'POSSESSION_BIOMETRY'],
  maxFailureCount: 5,
  expiration: 300,
  riskFlags: null,
  proximityCheckEnabled: false,
}
