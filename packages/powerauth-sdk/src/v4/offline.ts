/** Offline operations: an authenticated payload, and the code that the person types where the phone is not on the net. */
import { offlineCodeData } from '@cloudsigner/powerauth-protocol'
import { expandUtilityKeys, verifyOfflinePayload } from '@cloudsigner/powerauth-protocol/v4'
import type { VerifiedOfflinePayload } from '../offline.ts'
import { PowerAuthError } from '../power-auth-error.ts'
import type { ActivationRecord } from './activation-record.ts'
import type { Context } from './context.ts'

/** The payload, and what its code covers. Throws `invalid_argument`. */
export async function readOfflinePayload(
  context: Context,
  record: ActivationRecord,
  payload: string,
): Promise<VerifiedOfflinePayload & { readonly covered: Uint8Array }> {
  const { crypto, application } = context
  const { personalizedDataMacKey } = await expandUtilityKeys(crypto, record.kdkUtility)
  const keys = { masterPublicKey: application.masterPublicKeys.ES384, personalizedDataMacKey }
  try {
    const { kind, data, nonce } = await verifyOfflinePayload(crypto, payload, keys)
    const [operationId = '', , , operationData = '', , totp] = data.split('\n')
    const covered = offlineCodeData({ operationId, operationData, nonce, ...(totp !== undefined && { totp }) })
    return { kind, data, nonce, covered }
  } catch (cause) {
    throw new PowerAuthError('invalid_argument', 'The offline payload is refused', { cause })
  }
}
