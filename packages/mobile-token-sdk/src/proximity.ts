/** The code that another channel shows, to prove that the person is there. */
import { MobileTokenError } from './mobile-token-error.ts'

export interface ProximityCode {
  readonly operationId: string
  readonly otp: string
  readonly type: 'QR_CODE' | 'DEEPLINK'
}

const MAX_LENGTH = 4096
const otpPattern = /^\d{4,9}$/

/**
 * A scanned QR code or an opened link: a query with `oid` and `potp` (or `totp`), or a JWT of both, whose signature is the
 * server's matter. Throws `invalid_proximity_code`.
 */
export function parseProximityCode(text: string, type: ProximityCode['type']): ProximityCode {
  if (text.length > MAX_LENGTH) throw invalid()
  const found = fromLink(text) ?? fromJwt(text)
  if (found === undefined || found.operationId === '' || !otpPattern.test(found.otp)) throw invalid()
  return { ...found, type }
}

type Found = Pick<ProximityCode, 'operationId' | 'otp'>

function fromLink(text: string): Found | undefined {
  if (!URL.canParse(text)) return undefined
  const { searchParams } = new URL(text)
  const operationId = searchParams.get('oid')
  const otp = searchParams.get('potp') ?? searchParams.get('totp')
  if (operationId !== null && otp !== null) return { operationId, otp }
  const jwt = searchParams.get('code') ?? searchParams.get('jwt')
  return jwt === null ? undefined : fromJwt(jwt)
}

/** RFC 7519 §3: three parts, the second the claims. */
function fromJwt(text: string): Found | undefined {
  const [, claims] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(text) ?? []
  if (claims === undefined) return undefined
  try {
    const binary = atob(claims.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
    const { oid, potp, totp } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) ?? {}
    const otp = potp ?? totp
    return typeof oid === 'string' && typeof otp === 'string' ? { operationId: oid, otp } : undefined
  } catch {
    return undefined
  }
}

function invalid(): MobileTokenError {
  return new MobileTokenError('invalid_proximity_code')
}
