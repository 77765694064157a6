import type { PowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import { cloudSignatureTemplate, type OperationStatus } from '@cloudsigner/contracts/powerauth-private'
import { asked, unless } from './power-auth-answer.ts'

/** What the user of a device is asked to approve, in Cloud mode. */
export interface NewOperation {
  /** The bank's own id of it: no two operations have the same. */
  readonly externalId: string
  readonly userId: string
  readonly activationId: string
  /** Of `cloudSignatureTemplate`: hashes in lower-case hexadecimal. */
  readonly approvalHash: string
  readonly documentHash: string
  readonly documentName: string
  readonly expires: Date
}

/** Every member throws UPSTREAM_UNAVAILABLE where there is no answer. */
export interface Operations {
  /** The new operation's id. */
  createOperation(operation: NewOperation): Promise<string>
  /** By the bank's own id; null where there is none yet. */
  findOperation(externalId: string): Promise<string | null>
  /** null: there is no such operation any more. */
  getOperationStatus(operationId: string): Promise<OperationStatus | null>
  /** One that has ended already stays what it is. */
  cancelOperation(operationId: string): Promise<void>
}

export type OperationsClient = Pick<
  PowerAuthPrivateClient,
  | 'createOperation'
  | 'createOperationTemplate'
  | 'findAllOperationsByExternalId'
  | 'operationDetail'
  | 'cancelOperation'
>

export function createOperations(client: OperationsClient, applicationId: string): Operations {
  return {
    async createOperation({ externalId, userId, activationId, expires, ...parameters }) {
      const create = () =>
        client.createOperation({
          templateName: cloudSignatureTemplate.templateName,
          applications: [applicationId],
          externalId,
          userId,
          activationId,
          parameters,
          timestampExpires: expires.getTime(),
        })
      // Asked first and made second: a template is missing at most once.
      const created = await unless('ERR0033', create)
      if (created !== null) return created.id
      await unless('ERR0039', () => client.createOperationTemplate(cloudSignatureTemplate))
      return (await asked(create)).id
    },
    async findOperation(externalId) {
      const applications = [applicationId]
      const [newest] = await asked(() => client.findAllOperationsByExternalId({ externalId, applications }))
      return newest?.id ?? null
    },
    async getOperationStatus(operationId) {
      const found = await unless('ERR0034', () => client.operationDetail({ operationId }))
      return found?.status ?? null
    },
    async cancelOperation(operationId) {
      await unless(/^ERR003[46]$/, () => client.cancelOperation({ operationId, statusReason: 'REJECTED' }))
    },
  }
}
