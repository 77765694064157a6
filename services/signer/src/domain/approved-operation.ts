import { cloudSignatureTemplate, type OperationDetail } from '@cloudsigner/contracts/powerauth-private'
import { SignerProblem } from './signer-problem.ts'

/** What an operation says that it approves, and who approved it on which device. */
export type JudgedOperation = Pick<
  OperationDetail,
  'status' | 'userId' | 'operationType' | 'templateName' | 'data' | 'parameters' | 'additionalData'
>

/** Whose approval of what is needed. */
export interface NeededApproval {
  readonly userId: string
  readonly activationId: string
  /** Lower-case hexadecimal SHA-256 of the approval. */
  readonly approvalHash: string
}

type Check = readonly [sentence: string, holds: (operation: JudgedOperation, needed: NeededApproval) => boolean]

/** In order, each with its own refusal. An operation is a row that PowerAuth keeps: needed, and never enough. */
const checks: readonly Check[] = [
  [
    `The operation is not of the template ${cloudSignatureTemplate.templateName}`,
    ({ templateName, operationType }) =>
      templateName === cloudSignatureTemplate.templateName && operationType === cloudSignatureTemplate.operationType,
  ],
  ['The operation has not been approved', ({ status }) => status === 'APPROVED'],
  ["The operation was approved by another user than the signer's", ({ userId }, needed) => userId === needed.userId],
  [
    "The operation was approved on another device than the signer's",
    ({ additionalData }, { activationId }) => additionalData.activationId === activationId,
  ],
  [
    'The operation is for another approval',
    ({ parameters, data }, { approvalHash }) =>
      // The data are what the device authenticated; the parameters are only what they were made of.
      parameters.approvalHash === approvalHash && data.startsWith(`A0*T${approvalHash}*`),
  ],
]

/** ILLEGAL_OPERATION_ERROR names the first check that does not hold. */
export function requireApprovedOperation(operation: JudgedOperation | null, needed: NeededApproval): void {
  if (operation === null) throw refusal('There is no such operation')
  const failed = checks.find(([, holds]) => !holds(operation, needed))
  if (failed) throw refusal(failed[0])
}

const refusal = (sentence: string) => new SignerProblem('ILLEGAL_OPERATION_ERROR', sentence)
