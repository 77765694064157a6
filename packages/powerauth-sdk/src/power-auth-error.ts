/** Every way the SDK refuses, with the sentence that documents it. */
export const powerAuthErrors = {
  invalid_configuration: 'The mobileSdkConfig or an address does not parse',
  invalid_argument: 'An argument of a call has the wrong form',
  invalid_activation_code: 'The activation code has a typing error',
  activation_signature_invalid: 'The activation code was not signed by this application’s server',
  activation_exists: 'There is an activation already; remove it first',
  activation_missing: 'There is no activation, or it was not persisted yet',
  activation_removed: 'The server does not know the activation any more; remove it here and activate again',
  counter_deadlock: 'The counters of device and server can not meet again; remove the activation and activate again',
  biometry_missing: 'Biometry is not set up on this device',
  biometry_refused: 'The person refused, or the device did not recognise them in time',
  biometry_unavailable: 'This device can not keep a key behind its biometry',
  token_missing: 'There is no token of that name',
  storage_unreadable: 'The stored state does not decrypt or does not parse',
  network: 'The server could not be reached, or did not answer in time',
  authentication_failed: 'The server refused the authentication: a wrong PIN, or an activation that is not active',
  request_refused: 'The server refused the request; serverCode says why',
  server_failed: 'The server failed',
  invalid_response: 'The answer of the server does not have the form of the protocol, or does not authenticate',
} as const satisfies Record<string, string>

export type PowerAuthErrorCode = keyof typeof powerAuthErrors

/** Thrown by every call of the SDK. Branch on `code`; `message` is for people and never carries secrets. */
export class PowerAuthError extends Error {
  readonly code: PowerAuthErrorCode
  /** HTTP status, where a server answered. */
  readonly status: number | undefined
  /** The server's own code (`ERR_ACTIVATION` …), where it gave one. */
  readonly serverCode: string | undefined

  constructor(
    code: PowerAuthErrorCode,
    message: string = powerAuthErrors[code],
    facts: { readonly status?: number; readonly serverCode?: string; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: facts.cause })
    this.name = 'PowerAuthError'
    this.code = code
    this.status = facts.status
    this.serverCode = facts.serverCode
  }
}
