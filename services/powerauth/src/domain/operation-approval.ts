import type { SignatureType } from '@cloudsigner/contracts/powerauth-private'

/** DISABLED: the operation has no proximity check. */
export type ProximityResult = 'DISABLED' | 'SUCCESS' | 'FAILED'

/** What an approval is held against. */
export interface ApprovableOperation {
  readonly userId: string | null
  readonly applications: readonly string[]
  readonly data: string
  readonly signatureTypes: readonly SignatureType[]
  readonly failureCount: number
  readonly maxFailureCount: number
  readonly activationId: string | null
}

export interface Approval {
  readonly userId: string
  readonly applicationId: string
  readonly data: string
  /** Factors that the code was verified with. */
  readonly signatureType: SignatureType
  /** Null where the caller names none. */
  readonly activationId: string | null
  readonly proximity: ProximityResult
}

/** The checks of server-api §5, in order: all must hold. */
const approvalChecks = {
  user: (operation, approval) => operation.userId === null || operation.userId === approval.userId,
  application: (operation, approval) => operation.applications.includes(approval.applicationId),
  data: (operation, approval) => operation.data === approval.data,
  signatureType: (operation, approval) => operation.signatureTypes.includes(approval.signatureType),
  failureCount: (operation) => operation.failureCount < operation.maxFailureCount,
  proximity: (_operation, approval) => approval.proximity !== 'FAILED',
  activation: (operation, approval) =>
    operation.activationId === null || operation.activationId === approval.activationId,
} as const satisfies Record<string, (operation: ApprovableOperation, approval: Approval) => boolean>
export type ApprovalCheck = keyof typeof approvalChecks

/** Names of the checks, in order. */
export const approvalCheckNames = Object.keys(approvalChecks) as ApprovalCheck[] // they are the keys of the table above

/** The first check that does not hold; undefined where the operation may be approved. */
export function failedApprovalCheck(operation: ApprovableOperation, approval: Approval): ApprovalCheck | undefined {
  return approvalCheckNames.find((name) => !approvalChecks[name](operation, approval))
}

/** Only the user whose operation it is, or anybody while it is nobody's, from an application that it was made for. */
export function mayReject(
  operation: Pick<ApprovableOperation, 'userId' | 'applications'>,
  by: { readonly userId: string; readonly applicationId: string },
): boolean {
  return (
    (operation.userId === null || operation.userId === by.userId) && operation.applications.includes(by.applicationId)
  )
}
