/** Authentication codes ("signatures" in the older documents): HMAC chains over factor keys and the counter. */
import type { CryptoProvider } from '../crypto-provider.ts'
import { base64Encode } from '../encoding/base64.ts'
import { concat, constantTimeEqual, requireLength, utf8 } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { COUNTER_LENGTH, nextCounter } from './counter.ts'
import { decimal } from './decimal.ts'
import type { ActivationKeys } from './keys.ts'
import type { ProtocolVersion } from './version.ts'

/** The factor keys in the order that the chain takes them. */
const factors = {
  possession: ['signaturePossessionKey'],
  knowledge: ['signatureKnowledgeKey'],
  biometry: ['signatureBiometryKey'],
  possession_knowledge: ['signaturePossessionKey', 'signatureKnowledgeKey'],
  possession_biometry: ['signaturePossessionKey', 'signatureBiometryKey'],
  possession_knowledge_biometry: ['signaturePossessionKey', 'signatureKnowledgeKey', 'signatureBiometryKey'],
} as const satisfies Record<string, readonly (keyof ActivationKeys)[]>

/** `pa_signature_type` in lower case. */
export type AuthenticationCodeType = keyof typeof factors
export const authenticationCodeTypes: readonly AuthenticationCodeType[] = [
  'possession',
  'knowledge',
  'biometry',
  'possession_knowledge',
  'possession_biometry',
  'possession_knowledge_biometry',
]

/** The factor keys that a type needs; others may be missing. */
export type AuthenticationKeys = Partial<
  Pick<ActivationKeys, 'signaturePossessionKey' | 'signatureKnowledgeKey' | 'signatureBiometryKey'>
>

/** `base64` from 3.1 on; decimal in 3.0 (8 digits a factor) and offline (4 to 8). */
export type AuthenticationCodeFormat = 'base64' | { readonly digits: number }

export function authenticationCodeFormat(version: ProtocolVersion): AuthenticationCodeFormat {
  return version === '3.0' ? { digits: 8 } : 'base64'
}

/** Either case is accepted on the wire. Throws `invalid_argument`. */
export function parseAuthenticationCodeType(text: string): AuthenticationCodeType {
  const lower = String(text).toLowerCase()
  const type = authenticationCodeTypes.find((known) => known === lower)
  if (type === undefined) throw new ProtocolError('invalid_argument', 'The authentication code type is unknown')
  return type
}

export interface AuthenticationCodeParameters {
  readonly type: AuthenticationCodeType
  readonly keys: AuthenticationKeys
  /** CTR_DATA, 16 bytes. */
  readonly ctrData: Uint8Array
  /** What `dataWithSecret` made. */
  readonly data: Uint8Array
  readonly format: AuthenticationCodeFormat
}

export async function computeAuthenticationCode(
  crypto: CryptoProvider,
  parameters: AuthenticationCodeParameters,
): Promise<string> {
  const { type, keys, ctrData, data, format } = parameters
  requireLength(ctrData, COUNTER_LENGTH, 'ctrData')
  if (format !== 'base64' && !(format.digits >= 4 && format.digits <= 8)) {
    throw new ProtocolError('invalid_argument', 'A decimal component has 4 to 8 digits')
  }
  const factorKeys = factors[type].map((name) => requireLength(keys[name] ?? new Uint8Array(), 16, name))
  const components: Uint8Array[] = []
  for (let index = 0; index < factorKeys.length; index++) {
    components.push(await crypto.hmacSha256(await componentKey(crypto, factorKeys, index, ctrData), data))
  }
  return format === 'base64'
    ? base64Encode(concat(...components.map((component) => component.subarray(16))))
    : components.map((component) => decimal(component, format.digits)).join('-')
}

/** k = HMAC(K[i], CTR_DATA), then for j < i: k = HMAC(HMAC(K[j+1], CTR_DATA), k). The chain starts with its own key. */
async function componentKey(
  crypto: CryptoProvider,
  factorKeys: readonly Uint8Array[],
  index: number,
  ctrData: Uint8Array,
): Promise<Uint8Array> {
  const derive = (factor: number) => crypto.hmacSha256(factorKeys[factor] ?? new Uint8Array(), ctrData)
  let key = await derive(index)
  for (let factor = 1; factor <= index; factor++) key = await crypto.hmacSha256(await derive(factor), key)
  return key
}

export type AuthenticationCodeVerification =
  | {
      readonly valid: true
      /** How far ahead of the server's counter the code was made, from 0. The counter moves on by `step + 1`. */
      readonly step: number
      /** CTR_DATA to store. */
      readonly nextCtrData: Uint8Array
    }
  | { readonly valid: false }

/**
 * Tries the code at the server's counter and at the `lookAhead − 1` values after it (20 in all by default). Counting
 * failures, and the lock on the row while this runs, are the caller's.
 */
export async function verifyAuthenticationCode(
  crypto: CryptoProvider,
  parameters: AuthenticationCodeParameters & { readonly code: string; readonly lookAhead: number },
): Promise<AuthenticationCodeVerification> {
  const given = utf8(parameters.code)
  let ctrData = parameters.ctrData
  for (let step = 0; step < parameters.lookAhead; step++) {
    const expected = utf8(await computeAuthenticationCode(crypto, { ...parameters, ctrData }))
    const nextCtrData = await nextCounter(crypto, ctrData)
    if (constantTimeEqual(given, expected)) return { valid: true, step, nextCtrData }
    ctrData = nextCtrData
  }
  return { valid: false }
}
