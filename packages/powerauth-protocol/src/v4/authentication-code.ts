/** Authentication codes of 4.0: KMAC chains over factor keys and the counter, with factor keys that may be replaced. */
import { base64Encode } from '../encoding/base64.ts'
import { concat, constantTimeEqual, requireLength, utf8, wipe } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { decimal } from '../v3/decimal.ts'
import { COUNTER_LENGTH, nextCounter } from './counter.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import { KEY_LENGTH, requireKey } from './kdf.ts'
import type { FactorKeys } from './key-tree.ts'

/** The factor keys in the order that the chain takes them. */
const factors = {
  possession: ['possessionKey'],
  possession_knowledge: ['possessionKey', 'knowledgeKey'],
  possession_biometry: ['possessionKey', 'biometryKey'],
  possession_knowledge_biometry: ['possessionKey', 'knowledgeKey', 'biometryKey'],
} as const satisfies Record<string, readonly (keyof FactorKeys)[]>

/** `pa_auth_code_type` in lower case. */
export type AuthenticationCodeType = keyof typeof factors
export const authenticationCodeTypes: readonly AuthenticationCodeType[] = [
  'possession',
  'possession_knowledge',
  'possession_biometry',
  'possession_knowledge_biometry',
]

/** Online Base64 of 32 bytes a factor; offline decimal, 4 to 8 digits a factor. */
export type AuthenticationCodeFormat = 'base64' | { readonly digits: number }

/** Either case is accepted on the wire. Throws `invalid_argument`. */
export function parseAuthenticationCodeType(text: string): AuthenticationCodeType {
  const lower = String(text).toLowerCase()
  const type = authenticationCodeTypes.find((known) => known === lower)
  if (type === undefined) throw new ProtocolError('invalid_argument', 'The authentication code type is unknown')
  return type
}

export interface AuthenticationCodeParameters {
  readonly type: AuthenticationCodeType
  /** CTR_DATA, 32 bytes. */
  readonly ctrData: Uint8Array
  /** What `dataWithSecret` made. */
  readonly data: Uint8Array
  readonly format: AuthenticationCodeFormat
}

/** The factor keys that the type needs must be there; others may be missing. */
export async function computeAuthenticationCode(
  crypto: CryptoProviderV4,
  parameters: AuthenticationCodeParameters & { readonly keys: Partial<FactorKeys> },
): Promise<string> {
  const { type, keys, ctrData, data, format } = parameters
  requireLength(ctrData, COUNTER_LENGTH, 'ctrData')
  if (format !== 'base64' && !(format.digits >= 4 && format.digits <= 8)) {
    throw new ProtocolError('invalid_argument', 'A decimal component has 4 to 8 digits')
  }
  const factorKeys = factors[type].map((name) => requireKey(keys[name], name))
  const components: Uint8Array[] = []
  // k_i = KMAC(K[i], CTR_DATA || k_(i−1)), k_(−1) empty; component i is KMAC(k_i, data).
  let chain: Uint8Array = new Uint8Array()
  for (const key of factorKeys) {
    const link = concat(ctrData, chain)
    chain = await crypto.kmac256(key, link, KEY_LENGTH, 'PA4CODE')
    wipe(link)
    components.push(await crypto.kmac256(chain, data, KEY_LENGTH, 'PA4CODE'))
  }
  wipe(chain)
  return format === 'base64'
    ? base64Encode(concat(...components))
    : components.map((component) => decimal(component, format.digits)).join('-')
}

/** A factor key that the device may have replaced: until the first use of `next`, both are good. */
export interface DynamicKey {
  readonly current: Uint8Array
  readonly next?: Uint8Array
}

/** The factor keys as the server keeps them. */
export interface ServerFactorKeys {
  readonly possessionKey: Uint8Array
  readonly knowledgeKey?: DynamicKey
  /** Missing where biometry is off. */
  readonly biometryKey?: DynamicKey
}

export type AuthenticationCodeVerification =
  | {
      readonly valid: true
      /** How far ahead of the server's counter the code was made, from 0. The counter moves on by `step + 1`. */
      readonly step: number
      /** CTR_DATA to store. */
      readonly nextCtrData: Uint8Array
      /** The factor keys to store: what the code proved to be in use stays, the other one of that factor goes. */
      readonly nextKeys: ServerFactorKeys
    }
  | { readonly valid: false }

/**
 * Tries the code at the server's counter and at the `lookAhead − 1` values after it (20 in all by default), with every
 * combination of factor keys. Throws `invalid_argument` where a key of the type is missing: a code with biometry while
 * it is off is not counted. Counting failures, and the lock on the row while this runs, are the caller's.
 */
export async function verifyAuthenticationCode(
  crypto: CryptoProviderV4,
  parameters: AuthenticationCodeParameters & {
    readonly keys: ServerFactorKeys
    readonly code: string
    readonly lookAhead: number
  },
): Promise<AuthenticationCodeVerification> {
  const given = utf8(parameters.code)
  const candidates = candidatesOf(parameters.type, parameters.keys)
  let ctrData = parameters.ctrData
  for (let step = 0; step < parameters.lookAhead; step++) {
    const nextCtrData = await nextCounter(crypto, ctrData)
    let found: Candidate | undefined
    for (const candidate of candidates) {
      const expected = await computeAuthenticationCode(crypto, { ...parameters, keys: candidate.keys, ctrData })
      if (constantTimeEqual(given, utf8(expected))) found ??= candidate
    }
    if (found) return { valid: true, step, nextCtrData, nextKeys: { ...parameters.keys, ...found.settled } }
    ctrData = nextCtrData
  }
  return { valid: false }
}

/** One choice of a key for each factor, and what the server keeps of those factors if it is the right one. */
interface Candidate {
  readonly keys: Partial<FactorKeys>
  readonly settled: Partial<ServerFactorKeys>
}

function candidatesOf(type: AuthenticationCodeType, keys: ServerFactorKeys): readonly Candidate[] {
  let candidates: readonly Candidate[] = [{ keys: { possessionKey: keys.possessionKey }, settled: {} }]
  for (const name of factors[type]) {
    if (name === 'possessionKey') continue
    const { current, next } = keys[name] ?? { current: undefined, next: undefined }
    const choices = [requireKey(current, name), ...(next === undefined ? [] : [requireKey(next, name)])]
    candidates = candidates.flatMap((candidate) =>
      choices.map((key) => ({
        keys: { ...candidate.keys, [name]: key },
        settled: { ...candidate.settled, [name]: { current: key } },
      })),
    )
  }
  return candidates
}
