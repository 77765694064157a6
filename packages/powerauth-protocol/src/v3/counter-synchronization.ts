/** How a client finds out, from the status blob, where the server's counter stands (Activation-status). */
import type { CryptoProvider } from '../crypto-provider.ts'
import { constantTimeEqual, requireLength } from '../encoding/bytes.ts'
import { COUNTER_LENGTH, nextCounter } from './counter.ts'
import { kdf, kdfInternal } from './kdf.ts'
import { keyIndex } from './keys.ts'
import type { ActivationStatus } from './status-blob.ts'

const MAX_LOOK_AHEAD = 64

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

export type CounterSynchronization =
  /** The same value on both sides, or the client ahead by a little: nothing to do. */
  | { readonly kind: 'in_sync' }
  /** More than half the window ahead: send some code soon, so that the server follows. */
  | { readonly kind: 'code_advised' }
  /** The server is ahead (its answer was lost): store these. */
  | { readonly kind: 'server_ahead'; readonly ctrData: Uint8Array; readonly ctrByte: number }
  /** The two can not meet again: remove the activation. */
  | { readonly kind: 'deadlock' }

/** Compares the client's counter (CTR_DATA and the low byte of its number) with a status of 3.1 or later. */
export async function synchronizeCounter(
  crypto: CryptoProvider,
  transportKey: Uint8Array,
  local: { readonly ctrData: Uint8Array; readonly ctrByte: number },
  status: Pick<ActivationStatus, 'ctrByte' | 'ctrDataHash' | 'ctrLookAhead'>,
): Promise<CounterSynchronization> {
  const window = Math.min(Math.max(status.ctrLookAhead, 1), MAX_LOOK_AHEAD)
  const ahead = signedDistance(local.ctrByte, status.ctrByte)
  const match = await findCounter(crypto, transportKey, local.ctrData, status.ctrDataHash, window)
  if (match === null) {
    if (ahead <= 0 || ahead > window) return { kind: 'deadlock' }
    return { kind: ahead > window / 2 ? 'code_advised' : 'in_sync' }
  }
  if (match.steps !== -ahead) return { kind: 'deadlock' }
  if (match.steps === 0) return { kind: 'in_sync' }
  return { kind: 'server_ahead', ctrData: match.ctrData, ctrByte: status.ctrByte }
}

/** Steps (0 … window − 1) after which the hash of the local counter is the server's. */
export async function findCounter(
  crypto: CryptoProvider,
  transportKey: Uint8Array,
  from: Uint8Array,
  hash: Uint8Array,
  window: number,
): Promise<{ readonly steps: number; readonly ctrData: Uint8Array } | null> {
  let ctrData = from
  for (let steps = 0; steps < window; steps++) {
    if (constantTimeEqual(await computeCounterHash(crypto, transportKey, ctrData), hash)) return { steps, ctrData }
    ctrData = await nextCounter(crypto, ctrData)
  }
  return null
}

/** Smallest signed distance modulo 256; positive where the first is ahead. */
function signedDistance(client: number, server: number): number {
  const distance = (client - server) & 0xff
  return distance > 127 ? distance - 256 : distance
}
