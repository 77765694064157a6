/** Offline operations: a signed payload, and the code that the person types where the phone is not on the net. */
import { offlineCodeData, verifyOfflinePayload } from '@cloudsigner/powerauth-protocol'
import { PowerAuthError } from './power-auth-error.ts'
import type { ProtocolContext } from './protocol-context.ts'

/** What the code covers, out of a payload whose signature verifies. Throws `invalid_argument`. */
export async function readOfflinePayload(
  context: ProtocolContext,
  serverPublicKey: Uint8Array,
  payload: string,
): Promise<Uint8Array> {
  const { crypto, application } = context
  const keys = { masterPublicKey: application.masterPublicKey, serverPublicKey }
  try {
    const { data, nonce } = await verifyOfflinePayload(crypto, payload, keys)
    const [operationId = '', , , operationData = ''] = data.split('\n')
    return offlineCodeData({ operationId, operationData, nonce })
  } catch (cause) {
    throw new PowerAuthError('invalid_argument', 'The offline payload is refused', { cause })
  }
}
