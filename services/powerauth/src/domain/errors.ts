import { type PrivateErrorCode, privateErrors } from '@cloudsigner/contracts/powerauth-private'
import { ProtocolError, type ProtocolErrorCode } from '@cloudsigner/powerauth-protocol'
import { type Facts, ServiceError } from '@cloudsigner/service'

/** An error of the domain, by the codes of server-api §3. The private API tells the code; the public API maps it. */
export type PowerAuthError = ServiceError<PrivateErrorCode>

/** The code's documented sentence goes to the caller, `facts` to the log. */
export function refuse(code: PrivateErrorCode, facts: Facts = {}, options?: ErrorOptions): PowerAuthError {
  return new ServiceError(code, privateErrors[code], facts, options)
}

export function isPowerAuthError(error: unknown): error is PowerAuthError {
  return error instanceof ServiceError && Object.hasOwn(privateErrors, error.code)
}

/** What the protocol's own refusals are called in this API. */
const codeOfProtocolError: Readonly<Record<ProtocolErrorCode, PrivateErrorCode>> = {
  invalid_argument: 'ERR0011',
  invalid_encoding: 'ERR0011',
  invalid_public_key: 'ERR0010',
  invalid_activation_code: 'ERR0009',
  invalid_configuration: 'ERR0011',
  invalid_header: 'ERR0024',
  invalid_envelope: 'ERR0024',
  invalid_jwt: 'ERR0024',
  invalid_offline_payload: 'ERR0011',
  invalid_key_exchange: 'ERR0024',
  invalid_status: 'ERR0011',
  unsupported_algorithm: 'ERR0046',
  unsupported_version: 'ERR0047',
  decryption_failed: 'ERR0018',
}

/** A refusal of the protocol as one of the domain; anything else as it is. */
export function domainErrorOf(error: unknown): unknown {
  if (!(error instanceof ProtocolError)) return error
  return refuse(codeOfProtocolError[error.code], { protocol: error.code, reason: error.message }, { cause: error })
}
