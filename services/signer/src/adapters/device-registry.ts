import { PowerAuthClientError, type PowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import { cloudSignatureTemplate } from '@cloudsigner/contracts/powerauth-private'
import type { JudgedOperation } from '../domain/approved-operation.ts'
import { SignerProblem } from '../domain/signer-problem.ts'

/** What this service asks of PowerAuth: who holds a device, whether that device signed, and what its user approved. */
export interface DeviceRegistry {
  /** Unknown activations are REMOVED ones, as PowerAuth has it. Throws CSR_SIGNATURE_VERIFICATION_ERROR. */
  getActivation(activationId: string): Promise<DeviceActivation>
  /** Under the activation's device key; `signature` is DER. Throws CSR_SIGNATURE_VERIFICATION_ERROR. */
  verifyDeviceSignature(activationId: string, data: Uint8Array, signature: Uint8Array): Promise<boolean>
  /** In whatever state; null: there is none. Throws CSR_SIGNATURE_VERIFICATION_ERROR. */
  findOperation(operationId: string): Promise<JudgedOperation | null>
  /** Makes the template of Cloud mode's operations where it is missing. Throws CSR_SIGNATURE_VERIFICATION_ERROR. */
  ensureOperationTemplate(): Promise<void>
}

export interface DeviceActivation {
  readonly status: 'CREATED' | 'PENDING_COMMIT' | 'ACTIVE' | 'BLOCKED' | 'REMOVED'
  readonly userId: string
}

type Client = Pick<
  PowerAuthPrivateClient,
  'getActivationStatus' | 'verifyEcdsaSignature' | 'operationDetail' | 'createOperationTemplate'
>

export function createDeviceRegistry(client: Client): DeviceRegistry {
  let hasTemplate = false
  return {
    async getActivation(activationId) {
      const answer = await asked(() => client.getActivationStatus({ activationId }), null)
      return answer === null
        ? { status: 'REMOVED', userId: 'unknown' }
        : { status: answer.activationStatus, userId: answer.userId }
    },
    async verifyDeviceSignature(activationId, data, signature) {
      const request = {
        activationId,
        data: base64(data),
        signature: base64(signature),
        signatureFormat: 'DER',
      } as const
      return asked(async () => (await client.verifyEcdsaSignature(request)).signatureValid, false)
    },
    // Without a userId: with one, an operation that is nobody's would become that user's.
    findOperation: (operationId) => asked(() => client.operationDetail({ operationId }), null),
    async ensureOperationTemplate() {
      if (hasTemplate) return
      try {
        await client.createOperationTemplate(cloudSignatureTemplate)
      } catch (error) {
        // It is there already; what it says is checked with each operation.
        if (!(error instanceof PowerAuthClientError) || error.code !== 'ERR0039') throw noAnswer(error)
      }
      hasTemplate = true
    },
  }
}

/** A refusal of the request itself (4xx with a code) is an answer: nothing there verifies. All else is no answer. */
async function asked<Answer, Refused>(call: () => Promise<Answer>, refused: Refused): Promise<Answer | Refused> {
  try {
    return await call()
  } catch (cause) {
    if (cause instanceof PowerAuthClientError && cause.status === 400 && cause.code !== 'UNEXPECTED_ANSWER') {
      return refused
    }
    throw noAnswer(cause)
  }
}

function noAnswer(cause: unknown): SignerProblem {
  return new SignerProblem('CSR_SIGNATURE_VERIFICATION_ERROR', 'PowerAuth could not be asked', {}, { cause })
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
