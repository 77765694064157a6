import { SignerApiError } from '@cloudsigner/clients/signer'
import type { PhoneSigner } from '@cloudsigner/contracts/orchestrator'
import type { Caller } from '../adapters/power-auth.ts'
import { askSigner } from '../adapters/signer-refusal.ts'
import type { OrchestratorContext } from '../context.ts'
import { Problem } from '../domain/problem.ts'

/** The signer of the calling device, as the signer knows it now; SIGNER_UNKNOWN until the device has enrolled. */
export async function getPhoneSigner(context: OrchestratorContext, { activationId }: Caller): Promise<PhoneSigner> {
  return askSigner('REQUEST_INVALID', async () => {
    try {
      const { signerId, mode, signerStatus, certificate } = await context.signer.getSignerDetail(activationId)
      return { signerId, mode, signerStatus, certificate }
    } catch (error) {
      if (error instanceof SignerApiError && error.code === 'ERROR_RESOURCE_NOT_FOUND') {
        throw new Problem('SIGNER_UNKNOWN', 'The device is not enrolled yet')
      }
      throw error
    }
  })
}
