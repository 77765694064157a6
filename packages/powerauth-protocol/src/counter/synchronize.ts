/** How a client finds out, from a status, where the server's counter stands (Activation-status). The same in 3.x and 4.0. */
import { constantTimeEqual } from '../encoding/bytes.ts'

const MAX_LOOK_AHEAD = 64

export type CounterSynchronization =
  /** The same value on both sides, or the client ahead by a little: nothing to do. */
  | { readonly kind: 'in_sync' }
  /** More than half the window ahead: send some code soon, so that the server follows. */
  | { readonly kind: 'code_advised' }
  /** The server is ahead (its answer was lost), or the client knew no byte yet: store these. */
  | { readonly kind: 'server_ahead'; readonly ctrData: Uint8Array; readonly ctrByte: number }
  /** The two can not meet again: remove the activation. */
  | { readonly kind: 'deadlock' }

/** The client's counter: CTR_DATA, and the low byte of its number where the client has one already. */
export interface LocalCounter {
  readonly ctrData: Uint8Array
  readonly ctrByte?: number
}

/** What a status says of the server's. */
export interface ServerCounter {
  readonly ctrByte: number
  readonly ctrDataHash: Uint8Array
  readonly ctrLookAhead: number
}

/** The version's own functions of CTR_DATA. */
export interface CounterFunctions {
  hash(ctrData: Uint8Array): Promise<Uint8Array>
  next(ctrData: Uint8Array): Promise<Uint8Array>
}

export async function synchronize(
  functions: CounterFunctions,
  local: LocalCounter,
  server: ServerCounter,
): Promise<CounterSynchronization> {
  const window = Math.min(Math.max(server.ctrLookAhead, 1), MAX_LOOK_AHEAD)
  const match = await findCounter(functions, local.ctrData, server.ctrDataHash, window)
  if (local.ctrByte === undefined) {
    if (match?.steps !== 0) return { kind: 'in_sync' } // nothing can be told before the byte is known
    return { kind: 'server_ahead', ctrData: local.ctrData, ctrByte: server.ctrByte }
  }
  const ahead = signedDistance(local.ctrByte, server.ctrByte)
  if (match === null) {
    if (ahead <= 0 || ahead > window) return { kind: 'deadlock' }
    return { kind: ahead > window / 2 ? 'code_advised' : 'in_sync' }
  }
  if (match.steps !== -ahead) return { kind: 'deadlock' }
  if (match.steps === 0) return { kind: 'in_sync' }
  return { kind: 'server_ahead', ctrData: match.ctrData, ctrByte: server.ctrByte }
}

/** Steps (0 … window − 1) after which the hash of the local counter is the server's. */
export async function findCounter(
  functions: CounterFunctions,
  from: Uint8Array,
  hash: Uint8Array,
  window: number,
): Promise<{ readonly steps: number; readonly ctrData: Uint8Array } | null> {
  let ctrData = from
  for (let steps = 0; steps < window; steps++) {
    if (constantTimeEqual(await functions.hash(ctrData), hash)) return { steps, ctrData }
    ctrData = await functions.next(ctrData)
  }
  return null
}

/** Smallest signed distance modulo 256; positive where the first is ahead. */
function signedDistance(client: number, server: number): number {
  const distance = (client - server) & 0xff
  return distance > 127 ? distance - 256 : distance
}
