import { mobileTokenErrors } from '@cloudsigner/contracts/mobile-token'
import { type PublicErrorCode, type PublicErrorResponse, publicErrors } from '@cloudsigner/contracts/powerauth-public'
import { HttpFault, ServiceError } from '@cloudsigner/service'
import { domainErrorOf, isPowerAuthError } from '../../domain/errors.ts'
import { isMobileTokenCode } from './mobile-token-errors.ts'

/** Messages that go with the codes, as clients of 3.x know them (server-api, RESTful errors). */
export const publicMessages = {
  signatureInvalid: ['ERR_AUTHENTICATION', 'POWER_AUTH_SIGNATURE_INVALID'],
  signatureTypeInvalid: ['ERR_AUTHENTICATION', 'POWER_AUTH_SIGNATURE_TYPE_INVALID'],
  signatureError: ['ERR_AUTHENTICATION', 'POWER_AUTH_SIGNATURE_ERROR'],
  tokenInvalid: ['ERR_AUTHENTICATION', 'POWER_AUTH_TOKEN_INVALID'],
  tokenError: ['ERR_AUTHENTICATION', 'POWER_AUTH_TOKEN_ERROR'],
  headerMissing: ['ERR_AUTHENTICATION', 'POWER_AUTH_HTTP_HEADER_MISSING'],
  activation: ['ERR_ACTIVATION', 'POWER_AUTH_ACTIVATION_INVALID'],
  encryption: ['ERR_ENCRYPTION', 'POWER_AUTH_ENCRYPTION_FAILED'],
  secureVault: ['ERR_SECURE_VAULT', 'POWER_AUTH_SECURE_VAULT_INVALID'],
  temporaryKey: ['ERR_TEMPORARY_KEY', 'POWER_AUTH_TEMPORARY_KEY_FAILURE'],
  userInfo: ['ERR_USER_INFO', 'POWER_AUTH_USER_INFO_ERROR'],
} as const satisfies Record<string, readonly [PublicErrorCode, string]>
export type PublicRefusal = keyof typeof publicMessages

/** A refusal for a device. Why exactly is in the facts, for the log: the device is not told. */
export function refusePublicly(
  refusal: PublicRefusal,
  facts: ServiceError['facts'] = {},
  cause?: unknown,
): ServiceError {
  const [code, message] = publicMessages[refusal]
  return new ServiceError(code, message, facts, cause === undefined ? undefined : { cause })
}

export function invalidRequest(message: string): ServiceError {
  return new ServiceError('ERR_VALIDATION', message)
}

/** Runs a step whose refusals by the domain or the protocol all mean the same to a device. */
export async function orRefuse<T>(refusal: PublicRefusal, step: () => Promise<T> | T): Promise<T> {
  try {
    return await step()
  } catch (thrown) {
    const error = domainErrorOf(thrown)
    if (!isPowerAuthError(error)) throw error
    throw refusePublicly(refusal, { ...error.facts, domain: error.code }, error)
  }
}

export function formatPublicError(error: ServiceError | HttpFault): {
  readonly status: number
  readonly body: PublicErrorResponse
} {
  if (error instanceof ServiceError && isPublicCode(error.code)) {
    return { status: publicErrors[error.code], body: bodyOf(error.code, error.message) }
  }
  if (error instanceof ServiceError && isMobileTokenCode(error.code)) {
    return { status: mobileTokenErrors[error.code].status, body: bodyOf(error.code, error.message) }
  }
  if (error instanceof HttpFault && error.status < 500) {
    return { status: error.status, body: bodyOf('ERR_VALIDATION', error.message) }
  }
  const status = error instanceof HttpFault ? error.status : 500
  return { status, body: bodyOf('ERROR_GENERIC', 'UNKNOWN_ERROR') }
}

function isPublicCode(code: string): code is PublicErrorCode {
  return Object.hasOwn(publicErrors, code)
}

function bodyOf(code: string, message: string): PublicErrorResponse {
  return { status: 'ERROR', responseObject: { code, message } }
}
