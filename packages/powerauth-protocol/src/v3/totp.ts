/** RFC 6238 with HMAC-SHA256: the proximity check of operations. */
import type { CryptoProvider } from '../crypto-provider.ts'
import { constantTimeEqual, long8, utf8 } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'

export interface TotpParameters {
  readonly seed: Uint8Array
  /** Milliseconds since 1970. */
  readonly time: number
  /** 30 by default in the server. */
  readonly stepSeconds: number
  /** 8 by default in the server. */
  readonly digits: number
}

export async function computeTotp(crypto: CryptoProvider, parameters: TotpParameters): Promise<string> {
  return hotp(crypto, parameters, stepOf(parameters))
}

/** Accepts the current step and `pastSteps` before it. */
export async function verifyTotp(
  crypto: CryptoProvider,
  parameters: TotpParameters & { readonly totp: string; readonly pastSteps: number },
): Promise<boolean> {
  const current = stepOf(parameters)
  let valid = false
  for (let step = current; step >= Math.max(0, current - parameters.pastSteps); step--) {
    const expected = await hotp(crypto, parameters, step)
    valid = constantTimeEqual(utf8(expected), utf8(parameters.totp)) || valid
  }
  return valid
}

function stepOf({ time, stepSeconds, digits }: TotpParameters): number {
  if (!(stepSeconds > 0) || !(digits >= 4 && digits <= 9)) {
    throw new ProtocolError('invalid_argument', 'A TOTP has a positive step and 4 to 9 digits')
  }
  return Math.floor(time / 1000 / stepSeconds)
}

/** RFC 4226 §5.3: dynamic truncation. */
async function hotp(crypto: CryptoProvider, { seed, digits }: TotpParameters, step: number): Promise<string> {
  const hash = await crypto.hmacSha256(seed, long8(step))
  const offset = (hash.at(-1) ?? 0) & 0x0f
  const value = new DataView(hash.buffer, hash.byteOffset + offset, 4).getUint32(0) & 0x7fffffff
  return (value % 10 ** digits).toString().padStart(digits, '0')
}
