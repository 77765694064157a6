/** The number that both sides show before an activation is committed. */
import type { CryptoProvider } from '../crypto-provider.ts'
import { p256, unsignedX } from '../curves/prime-curve.ts'
import { concat, utf8 } from '../encoding/bytes.ts'
import { decimal } from './decimal.ts'

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
    unsignedX(p256, activation.devicePublicKey),
    utf8(activation.activationId),
    unsignedX(p256, activation.serverPublicKey),
  )
  return decimal(await crypto.sha256(data), 8)
}
