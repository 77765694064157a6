import { SignerApiError } from '@cloudsigner/clients/signer'
import type { ActivationResponse } from '@cloudsigner/contracts/orchestrator'
import { askSigner } from '../adapters/signer-refusal.ts'
import type { OrchestratorContext } from '../context.ts'

/** An activation as PowerAuth and the signer know it. */
export async function activationView(context: OrchestratorContext, activationId: string): Promise<ActivationResponse> {
  const { status, fingerprint } = await context.powerAuth.getActivation(activationId)
  return {
    activationId,
    activationStatus: status,
    devicePublicKeyFingerprint: fingerprint,
    signerStatus: await askSigner('REQUEST_INVALID', () => signerStatus(context, activationId)),
  }
}

/** Null until the phone has enrolled. */
async function signerStatus(context: OrchestratorContext, activationId: string): Promise<string | null> {
  try {
    return (await context.signer.getSigner(activationId)).signerStatus
  } catch (error) {
    if (error instanceof SignerApiError && error.code === 'ERROR_RESOURCE_NOT_FOUND') return null
    throw error
  }
}
