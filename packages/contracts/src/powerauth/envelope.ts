import Type, { type Static, type TSchema } from 'typebox'

/** `{"requestObject": …}`: how every method of the private API and every unencrypted one of the public API is asked. */
export const ObjectRequest = <T extends TSchema>(schema: T) => Type.Object({ requestObject: schema })

/** `{"status": "OK", "responseObject": …}`. */
export const ObjectResponse = <T extends TSchema>(schema: T) =>
  Type.Object({ status: Type.Literal('OK'), responseObject: schema })

/** `{"status": "OK"}`: methods that have nothing to say. */
export const EmptyResponse = Type.Object({ status: Type.Literal('OK') })

/** Error codes of the private API with the texts the server gives them (wultra/powerauth-server docs/Server-Error-Codes.md). */
export const privateErrors = {
  ERR0000: 'Unknown error occurred.',
  ERR0001: 'No user ID was set.',
  ERR0002: 'No application ID was set.',
  ERR0003: 'No master server key pair configured.',
  ERR0004: 'Master server key pair contains a private key in an incorrect format.',
  ERR0005: 'Too many failed attempts to generate an activation ID.',
  ERR0006: 'Too many failed attempts to generate an activation code.',
  ERR0007: 'This activation is already expired.',
  ERR0008: 'Only activations in a correct state may be used for this operation.',
  ERR0009: 'Activation with given activation ID was not found.',
  ERR0010: 'A key is in an incorrect format.',
  ERR0011: 'The input has an incorrect format.',
  ERR0012: 'The signature or its type is invalid.',
  ERR0013: 'The signature could not be computed.',
  ERR0014: 'The URL is invalid.',
  ERR0015: 'The application or its version is not known or not supported.',
  ERR0016: 'The token is invalid.',
  ERR0017: 'The data could not be encrypted.',
  ERR0018: 'The data could not be decrypted.',
  ERR0019: 'A token could not be generated.',
  ERR0020: 'The database encryption key is missing.',
  ERR0021: 'The encryption mode is not supported.',
  ERR0022: 'A cryptographic operation failed.',
  ERR0023: 'The cryptographic provider is not initialised.',
  ERR0024: 'The request is invalid.',
  ERR0031: 'The activation OTP is wrong.',
  ERR0032: 'The activation OTP mode is wrong.',
  ERR0033: 'The operation template was not found.',
  ERR0034: 'The operation was not found.',
  ERR0035: 'Too many failed attempts to generate an operation ID.',
  ERR0036: 'The operation is in an incorrect state.',
  ERR0037: 'The operation cannot be approved.',
  ERR0038: 'The operation cannot be rejected.',
  ERR0039: 'An operation template of this name exists.',
  ERR0040: 'The activation cannot be created.',
  ERR0041: 'The operation failed.',
  ERR0042: 'The operation template failed.',
  ERR0043: 'An application or version of this identifier exists.',
  ERR0045: 'The temporary key is missing or expired.',
  ERR0046: 'The algorithm is not supported.',
  ERR0047: 'The protocol version is not supported.',
  ERROR_HTTP_REQUEST: 'The HTTP request is not acceptable.',
  HTTP_401: 'Credentials are missing or wrong.',
} as const satisfies Record<string, string>

export type PrivateErrorCode = keyof typeof privateErrors

/** Body of every refusal of the private API. */
export const PrivateErrorResponse = Type.Object({
  status: Type.Literal('ERROR'),
  responseObject: Type.Object({
    code: Type.String(),
    message: Type.String(),
    localizedMessage: Type.String(),
  }),
})
export type PrivateErrorResponse = Static<typeof PrivateErrorResponse>
