/** Every way a public entry of this package refuses, with the sentence that documents it. */
export const protocolErrors = {
  invalid_argument: 'A value has the wrong type, length or range',
  invalid_encoding: 'A text is not canonical Base64, Base64url or DER',
  invalid_public_key: 'Bytes are no public key: no point of the curve, or no ML-KEM or ML-DSA key of the suite',
  invalid_activation_code: 'A text is no activation code: wrong form or wrong check sum',
  invalid_configuration: 'A mobileSdkConfig string does not parse',
  invalid_header: 'An X-PowerAuth header is missing a member or a member has the wrong form',
  invalid_envelope: 'An encrypted object misses a member that its version needs, or carries one that it does not know',
  invalid_jwt: 'A temporary-key JWT does not parse, does not verify or answers another request',
  invalid_offline_payload: 'An offline payload does not parse or its signature does not verify',
  invalid_key_exchange: 'A shared-secret request or response misses a part, or a part has the wrong form',
  invalid_status: 'A status blob of 4.0 does not parse or does not authenticate',
  unsupported_algorithm: 'A suite of algorithms that is unknown, not available here or not the one agreed on',
  unsupported_version: 'A protocol version that this package does not speak',
  decryption_failed: 'A cryptogram does not authenticate or does not decrypt',
} as const satisfies Record<string, string>

export type ProtocolErrorCode = keyof typeof protocolErrors

/** Thrown by every public entry. Branch on `code`; `message` is for people and never carries key material. */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode

  constructor(code: ProtocolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ProtocolError'
    this.code = code
  }
}
