import { type MobileTokenErrorCode, mobileTokenErrors } from '@cloudsigner/contracts/mobile-token'
import type { OperationStatus, PrivateErrorCode } from '@cloudsigner/contracts/powerauth-private'
import { type Facts, ServiceError } from '@cloudsigner/service'
import { domainErrorOf, isPowerAuthError } from '../../domain/errors.ts'

export type MobileTokenError = ServiceError<MobileTokenErrorCode>

export function refuseMobile(code: MobileTokenErrorCode, facts: Facts = {}, options?: ErrorOptions): MobileTokenError {
  return new ServiceError(code, messageOf(code), facts, options)
}

export function isMobileTokenCode(code: string): code is MobileTokenErrorCode {
  return Object.hasOwn(mobileTokenErrors, code)
}

/** What an operation that does not wait any more is refused with. */
const finishedCodes: Readonly<Record<Exclude<OperationStatus, 'PENDING'>, MobileTokenErrorCode>> = {
  APPROVED: 'OPERATION_ALREADY_FINISHED',
  REJECTED: 'OPERATION_ALREADY_FINISHED',
  FAILED: 'OPERATION_ALREADY_FAILED',
  CANCELED: 'OPERATION_ALREADY_CANCELED',
  EXPIRED: 'OPERATION_EXPIRED',
}

export function requirePending(status: OperationStatus): void {
  if (status !== 'PENDING') throw refuseMobile(finishedCodes[status], { status })
}

/** What refusals of the domain are called here. */
const codeOfDomainError: Readonly<Partial<Record<PrivateErrorCode, MobileTokenErrorCode>>> = {
  ERR0015: 'INVALID_APPLICATION',
  ERR0024: 'INVALID_REQUEST',
  ERR0034: 'INVALID_OPERATION',
  ERR0037: 'INVALID_OPERATION',
  ERR0038: 'INVALID_OPERATION',
}

/** Runs a handler whose refusals, from wherever they come, are told by the codes of this API. */
export async function inMobileTerms<T>(handler: () => Promise<T>): Promise<T> {
  try {
    return await handler()
  } catch (thrown) {
    const error = domainErrorOf(thrown)
    const code = error instanceof ServiceError ? mobileCodeOf(error) : undefined
    if (!(error instanceof ServiceError) || code === undefined) throw error
    throw refuseMobile(code, { ...error.facts, said: error.code }, { cause: error })
  }
}

function mobileCodeOf(error: ServiceError): MobileTokenErrorCode | undefined {
  if (error.code === 'ERR_AUTHENTICATION') return 'POWERAUTH_AUTH_FAIL'
  if (error.code === 'ERR_VALIDATION') return 'INVALID_REQUEST'
  return isPowerAuthError(error) ? codeOfDomainError[error.code] : undefined
}

function messageOf(code: MobileTokenErrorCode): string {
  const { when } = mobileTokenErrors[code]
  return `${when.charAt(0).toUpperCase()}${when.slice(1)}.`
}
