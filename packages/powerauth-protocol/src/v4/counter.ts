/** CTR_DATA of 4.0: 32 bytes, each value the SHA3-256 of the one before. */
import { requireLength } from '../encoding/bytes.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'

export const COUNTER_LENGTH = 32

export async function nextCounter(crypto: CryptoProviderV4, ctrData: Uint8Array): Promise<Uint8Array> {
  return crypto.sha3(requireLength(ctrData, COUNTER_LENGTH, 'ctrData'))
}

export async function advanceCounter(
  crypto: CryptoProviderV4,
  ctrData: Uint8Array,
  steps: number,
): Promise<Uint8Array> {
  let counter = requireLength(ctrData, COUNTER_LENGTH, 'ctrData')
  for (let step = 0; step < steps; step++) counter = await nextCounter(crypto, counter)
  return counter
}
