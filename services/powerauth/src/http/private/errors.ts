import {
  type PrivateErrorCode,
  type PrivateErrorResponse,
  privateErrors,
} from '@cloudsigner/contracts/powerauth-private'
import { HttpFault, type ServiceError } from '@cloudsigner/service'
import { isPowerAuthError } from '../../domain/errors.ts'

/** Body and status of a refusal: 400 with a code of server-api §3; what HTTP itself refuses keeps its own status. */
export function formatPrivateError(error: ServiceError | HttpFault): {
  readonly status: number
  readonly body: PrivateErrorResponse
} {
  if (isPowerAuthError(error)) return { status: 400, body: bodyOf(error.code, privateErrors[error.code]) }
  if (!(error instanceof HttpFault) || error.status >= 500) {
    const status = error instanceof HttpFault ? error.status : 500
    return { status, body: bodyOf('ERR0000', privateErrors.ERR0000) }
  }
  const code = error.code === 'unauthenticated' ? 'HTTP_401' : 'ERROR_HTTP_REQUEST'
  return { status: error.status, body: bodyOf(code, error.message) }
}

function bodyOf(code: PrivateErrorCode, message: string): PrivateErrorResponse {
  return { status: 'ERROR', responseObject: { code, message, localizedMessage: message } }
}
