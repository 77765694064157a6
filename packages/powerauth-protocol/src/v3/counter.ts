/** CTR_DATA, the hash-based counter that every authentication code uses up one step of. */
import type { CryptoProvider } from '../crypto-provider.ts'
import { fold, requireLength } from '../encoding/bytes.ts'

export const COUNTER_LENGTH = 16

/** The value after this one: SHA-256 folded to 16 bytes. */
export async function nextCounter(crypto: CryptoProvider, ctrData: Uint8Array): Promise<Uint8Array> {
  requireLength(ctrData, COUNTER_LENGTH, 'ctrData')
  return fold(await crypto.sha256(ctrData))
}

export async function advanceCounter(crypto: CryptoProvider, ctrData: Uint8Array, steps: number): Promise<Uint8Array> {
  let counter = requireLength(ctrData, COUNTER_LENGTH, 'ctrData')
  for (let step = 0; step < steps; step++) counter = await nextCounter(crypto, counter)
  return counter
}
