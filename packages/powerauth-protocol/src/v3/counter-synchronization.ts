/** The counter of 3.x in a status: its hash, and how a client follows it. */
import {
  type CounterFunctions,
  type CounterSynchronization,
  findCounter as find,
  type LocalCounter,
  type ServerCounter,
  synchronize,
} from '../counter/synchronize.ts'
import type { CryptoProvider } from '../crypto-provider.ts'
import { requireLength } from '../encoding/bytes.ts'
import { COUNTER_LENGTH, nextCounter } from './counter.ts'
import { kdf, kdfInternal } from './kdf.ts'
import { keyIndex } from './keys.ts'

/** CTR_DATA_HASH = KDF_INTERNAL(KEY_TRANSPORT_CTR, CTR_DATA) */
export async function computeCounterHash(
  crypto: CryptoProvider,
  transportKey: Uint8Array,
  ctrData: Uint8Array,
): Promise<Uint8Array> {
  requireLength(ctrData, COUNTER_LENGTH, 'ctrData')
  const key = await kdf(crypto, requireLength(transportKey, 16, 'transportKey'), keyIndex.transportCounterKey)
  return kdfInternal(crypto, key, ctrData)
}

/** Compares the client's counter with a status of 3.1 or later. */
export async function synchronizeCounter(
  crypto: CryptoProvider,
  transportKey: Uint8Array,
  local: LocalCounter,
  status: ServerCounter,
): Promise<CounterSynchronization> {
  return synchronize(functionsOf(crypto, transportKey), local, status)
}

/** Steps (0 … window − 1) after which the hash of the local counter is the server's. */
export async function findCounter(
  crypto: CryptoProvider,
  transportKey: Uint8Array,
  from: Uint8Array,
  hash: Uint8Array,
  window: number,
): Promise<{ readonly steps: number; readonly ctrData: Uint8Array } | null> {
  return find(functionsOf(crypto, transportKey), from, hash, window)
}

function functionsOf(crypto: CryptoProvider, transportKey: Uint8Array): CounterFunctions {
  return {
    hash: (ctrData) => computeCounterHash(crypto, transportKey, ctrData),
    next: (ctrData) => nextCounter(crypto, ctrData),
  }
}
