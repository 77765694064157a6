/** Offline operations: a signed payload, and the code that the person types where the phone is not on the net. */
import { offlineCodeData, verifyOfflinePayload } from '@cloudsigner/powerauth-protocol'
import { PowerAuthError } from './power-auth-error.ts'
import type { ProtocolContext } from './protocol-context.ts'

/** A payload whose signature verified. */
export interface VerifiedOfflinePayload {
  /** Signed for this activation, or for everybody by the application. */
  readonly kind: 'personalized' | 'nonPersonalized'
  /** The lines before the nonce: identifier, title, message, operation data, flags, and a TOTP where there is one. */
  readonly data: string
  /** Base64 of 16 bytes. */
  readonly nonce: string
}

/** The payload, and what its code covers. Throws `invalid_argument`. */
export async function readOfflinePayload(
  context: ProtocolContext,
  serverPublicKey: Uint8Array,
  payload: string,
): Promise<VerifiedOfflinePayload & { readonly covered: Uint8Array }> {
  const { crypto, application } = context
  const keys = { masterPublicKey: application.masterPublicKey, serverPublicKey }
  try {
    const { kind, data, nonce } = await verifyOfflinePayload(crypto, payload, keys)
    const [operationId = '', , , operationData = '', , totp] = data.split('\n')
    const covered = offlineCodeData({ operationId, operationData, nonce, ...(totp !== undefined && { totp }) })
    return { kind, data, nonce, covered }
  } catch (cause) {
    throw new PowerAuthError('invalid_argument', 'The offline payload is refused', { cause })
  }
}
