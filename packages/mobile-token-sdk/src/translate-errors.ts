/** What PowerAuth's errors, and the server's codes in them, are called here. */
import { PowerAuthError, type PowerAuthErrorCode } from '@cloudsigner/powerauth-sdk'
import { MobileTokenError, type MobileTokenErrorCode } from './mobile-token-error.ts'

const ofServerCode: Readonly<Record<string, MobileTokenErrorCode>> = {
  INVALID_OPERATION: 'operation_unknown',
  INVALID_ACTIVATION: 'operation_unknown',
  OPERATION_ALREADY_FINISHED: 'operation_finished',
  OPERATION_ALREADY_FAILED: 'operation_failed',
  OPERATION_ALREADY_CANCELED: 'operation_canceled',
  OPERATION_EXPIRED: 'operation_expired',
  OPERATION_FAILED: 'approval_refused',
  OPERATION_REQUIRES_ACTIVATION_FLAG: 'activation_flag_missing',
  POWERAUTH_AUTH_FAIL: 'authentication_failed',
}

const ofPowerAuth: Readonly<Partial<Record<PowerAuthErrorCode, MobileTokenErrorCode>>> = {
  network: 'network',
  server_failed: 'server_failed',
  invalid_response: 'invalid_response',
  authentication_failed: 'authentication_failed',
  request_refused: 'request_refused',
}

/** Runs a call of PowerAuth; its refusals become this SDK's, those of `special` first. */
export async function translating<T>(
  call: () => Promise<T>,
  special: Readonly<Partial<Record<PowerAuthErrorCode, MobileTokenErrorCode>>> = {},
): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    if (!(cause instanceof PowerAuthError)) throw cause
    const { serverCode } = cause
    const known =
      serverCode !== undefined && Object.hasOwn(ofServerCode, serverCode) ? ofServerCode[serverCode] : undefined
    throw new MobileTokenError(known ?? special[cause.code] ?? ofPowerAuth[cause.code] ?? 'power_auth', undefined, {
      serverCode,
      cause,
    })
  }
}
