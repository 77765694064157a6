import Type, { type Static, type TSchema } from 'typebox'

/** PostgreSQL text holds no U+0000, and no identifier has a use for it: refused at the door. */
const noNul = '^[^\\u0000]*$'

/** Required text of 1 to `maxLength` characters. */
export const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: noNul })

/** Text that may be empty. */
export const FreeText = (maxLength: number) => Type.String({ maxLength, pattern: noNul })

/** Absent or null: Java clients write unset members as null. */
export const Unset = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))

/** A member that is always present in an answer and null where there is nothing to say, as the genuine server writes it. */
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** Base64, standard alphabet with padding. What it must hold is checked by who decodes it, with its own error code. */
export const Base64 = (maxLength = 1024) => Type.String({ maxLength, pattern: '^[A-Za-z0-9+/]*={0,2}$' })

/** A moment in a request: ISO 8601, or milliseconds since the epoch as Java clients without a date format write it. */
export const Moment = Type.Union([
  Type.String({ format: 'date-time', maxLength: 40 }),
  Type.Integer({ minimum: 0, maximum: 253_402_300_799_999 }),
])
export type Moment = Static<typeof Moment>

/** A moment in an answer: `2026-11-23T22:34:36.229+00:00`. */
export const Timestamp = Type.String({ format: 'date-time' })

export const activationStatuses = ['CREATED', 'PENDING_COMMIT', 'ACTIVE', 'BLOCKED', 'REMOVED'] as const
export const ActivationStatus = Type.Enum([...activationStatuses])
export type ActivationStatus = (typeof activationStatuses)[number]

export const commitPhases = ['ON_COMMIT', 'ON_KEY_EXCHANGE'] as const
export const CommitPhase = Type.Enum([...commitPhases])
export type CommitPhase = (typeof commitPhases)[number]

export const activationOtpValidations = ['NONE', 'ON_KEY_EXCHANGE', 'ON_COMMIT'] as const
export const ActivationOtpValidation = Type.Enum([...activationOtpValidations])
export type ActivationOtpValidation = (typeof activationOtpValidations)[number]

/** Factors of an authentication code; order and spelling of the genuine model. */
export const signatureTypes = [
  'POSSESSION',
  'KNOWLEDGE',
  'BIOMETRY',
  'POSSESSION_KNOWLEDGE',
  'POSSESSION_BIOMETRY',
  'POSSESSION_KNOWLEDGE_BIOMETRY',
] as const
export const SignatureType = Type.Enum([...signatureTypes])
export type SignatureType = (typeof signatureTypes)[number]

export const ApplicationId = Text(255)
export const ActivationId = Text(37)
export const UserId = Text(255)
export const ExternalUserId = Unset(FreeText(255))
export const Flag = Text(255)
export const ProtocolVersion = Type.String({ maxLength: 8, pattern: '^[0-9.]+$' })

/** Members of a version 3 envelope (ECIES) as requests of the private API carry them beside their own. */
export const eciesRequestFields = {
  temporaryKeyId: Unset(Text(37)),
  ephemeralPublicKey: Base64(128),
  encryptedData: Base64(65_536),
  mac: Base64(64),
  nonce: Unset(Base64(64)),
  timestamp: Unset(Type.Integer({ minimum: 0 })),
  protocolVersion: ProtocolVersion,
}

/** Members of a version 3 envelope in an answer; nonce and timestamp from 3.2 on. */
export const eciesResponseFields = {
  encryptedData: Base64(65_536),
  mac: Base64(64),
  nonce: Nullable(Base64(64)),
  timestamp: Nullable(Type.Integer()),
}

export const NoMembers = Type.Object({})
