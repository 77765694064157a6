import { PowerAuthClientError, type PowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import { SignerProblem } from '../domain/signer-problem.ts'

/** What this service asks of PowerAuth: who holds a device, and whether that device signed. */
export interface DeviceRegistry {
  /** Unknown activations are REMOVED ones, as PowerAuth has it. Throws CSR_SIGNATURE_VERIFICATION_ERROR. */
  getActivation(activationId: string): Promise<DeviceActivation>
  /** Under the activation's device key; `signature` is DER. Throws CSR_SIGNATURE_VERIFICATION_ERROR. */
  verifyDeviceSignature(activationId: string, data: Uint8Array, signature: Uint8Array): Promise<boolean>
}

export interface DeviceActivation {
  readonly status: 'CREATED' | 'PENDING_COMMIT' | 'ACTIVE' | 'BLOCKED' | 'REMOVED'
  readonly userId: string
}

type Client = Pick<PowerAuthPrivateClient, 'getActivationStatus' | 'verifyEcdsaSignature'>

export function createDeviceRegistry(client: Client): DeviceRegistry {
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
    throw new SignerProblem(
      'CSR_SIGNATURE_VERIFICATION_ERROR',
      'PowerAuth could not be asked to verify the signature of the CSR',
      {},
      { cause },
    )
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
