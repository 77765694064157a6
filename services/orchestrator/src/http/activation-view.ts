import { SignerApiError } from '@cloudsigner/clients/signer'
import type { ActivationResponse } from '@cloudsigner/contracts/orchestrator'
import { askSigner } from '../adapters/signer-refusal.ts'
import type { OrchestratorContext } from '../context.ts'

/** An activation as PowerAuth and the signer know it. */
export async function activationView(context: OrchestratorContext, activationId: string): Promise<ActivationResponse> {
  const { status, fingerprint } = await context.powerAuth.getActivation(activationId)
  const signer = await askSigner('REQUEST_INVALID', () => findSigner(context, activationId))
  return {
    activationId,
    activationStatus: status,
    devicePublicKeyFingerprint: fingerprint,
    signerStatus: signer?.signerStatus ?? null,
    signerMode: signer?.mode ?? null,
  }
}

/** Null until the phone has enrolled. */
async function findSigner(context: OrchestratorContext, activationId: string) {
  try {
    return await context.signer.getSignerDetail(activationId)
  } catch (error) {
    if (error instanceof SignerApiError && error.code === 'ERROR_RESOURCE_NOT_FOUND') return null
    throw error
  }
}
