/** The number that both sides show before an activation is committed. */
import { p384, unsignedX } from '../curves/prime-curve.ts'
import { concat, utf8 } from '../encoding/bytes.ts'
import { decimal } from '../v3/decimal.ts'
import type { AgreedActivation } from './activation.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import { encodeSubjectPublicKey } from './post-quantum-keys.ts'
import type { PublicKeys } from './signature-keys.ts'
import { type Algorithm, mlDsaOf } from './suites.ts'

/** Eight digits over the suite's name, both sides' public keys and the activation id. */
export async function computeActivationFingerprint(
  crypto: CryptoProviderV4,
  activation: Pick<AgreedActivation, 'algorithm' | 'devicePublicKeys' | 'serverPublicKeys'> & {
    readonly activationId: string
  },
): Promise<string> {
  const { algorithm, activationId, devicePublicKeys, serverPublicKeys } = activation
  const data = concat(
    utf8(algorithm),
    ...encoded(algorithm, devicePublicKeys),
    utf8(activationId),
    ...encoded(algorithm, serverPublicKeys),
  )
  return decimal(await crypto.sha3(data), 8)
}

function encoded(algorithm: Algorithm, keys: PublicKeys): Uint8Array[] {
  const set = mlDsaOf(algorithm)
  const x = unsignedX(p384, keys.ecdsa)
  return set === undefined ? [x] : [x, encodeSubjectPublicKey(set, keys.mlDsa ?? new Uint8Array())]
}
