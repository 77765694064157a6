/** The number that both sides show before an activation is committed. */
import type { CryptoProvider } from '../crypto-provider.ts'
import { concat, utf8 } from '../encoding/bytes.ts'
import { decimal } from './decimal.ts'
import { decodePublicKey } from './p256.ts'

/** Eight digits over both public keys and the activation id. */
export async function computeActivationFingerprint(
  crypto: CryptoProvider,
  activation: {
    readonly devicePublicKey: Uint8Array
    readonly activationId: string
    readonly serverPublicKey: Uint8Array
  },
): Promise<string> {
  const data = concat(
    coordinateX(activation.devicePublicKey),
    utf8(activation.activationId),
    coordinateX(activation.serverPublicKey),
  )
  return decimal(await crypto.sha256(data), 8)
}

/** As the reference's unsigned integer: without leading zero bytes. */
function coordinateX(publicKey: Uint8Array): Uint8Array {
  const x = decodePublicKey(publicKey).subarray(1, 33)
  return x.subarray(
    Math.max(
      0,
      x.findIndex((byte) => byte !== 0),
    ),
  )
}
