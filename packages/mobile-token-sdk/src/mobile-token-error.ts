/** Every way the SDK refuses, with the sentence that documents it. */
export const mobileTokenErrors = {
  operation_unknown: 'There is no such operation, or it is not for this person and device',
  operation_finished: 'The operation was approved or rejected already',
  operation_failed: 'The operation has failed: too many attempts',
  operation_canceled: 'The operation was canceled',
  operation_expired: 'The operation has expired',
  approval_refused: 'The server refused the decision and counted it; the operation still waits',
  activation_flag_missing: 'The activation lacks a flag that the operation demands',
  factor_not_allowed: 'The operation does not allow these factors',
  proximity_missing: 'The operation wants a code to be scanned first',
  invalid_proximity_code: 'What was scanned carries no code of this operation',
  invalid_operation_data: 'The operation data does not parse',
  invalid_offline_payload: 'The offline payload does not parse, or its signature does not verify',
  authentication_failed: 'The server refused the authentication: a wrong PIN, or an activation that is not active',
  request_refused: 'The server refused the request; serverCode says why',
  network: 'The server could not be reached, or did not answer in time',
  server_failed: 'The server failed',
  invalid_response: 'The answer of the server does not have the form of the API',
  power_auth: 'PowerAuth refused on this device; cause is its error',
} as const satisfies Record<string, string>

export type MobileTokenErrorCode = keyof typeof mobileTokenErrors

/** Thrown by every call of the SDK. Branch on `code`; `message` is for people and never carries secrets. */
export class MobileTokenError extends Error {
  readonly code: MobileTokenErrorCode
  /** The server's own code (`OPERATION_EXPIRED` …), where it gave one. */
  readonly serverCode: string | undefined

  constructor(
    code: MobileTokenErrorCode,
    message: string = mobileTokenErrors[code],
    facts: { readonly serverCode?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: facts.cause })
    this.name = 'MobileTokenError'
    this.code = code
    this.serverCode = facts.serverCode
  }
}
