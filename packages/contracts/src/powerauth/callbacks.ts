/**
 * Callback URLs of an application: whom PowerAuth tells of changes, with which attributes, and how it proves who it is.
 * Names and shapes of the published private API model (1.10.0 and 2.0.1).
 */
import Type, { type Static } from 'typebox'
import { ApplicationId, FreeText, Nullable, Text, Unset } from './fields.ts'

export const callbackUrlTypes = ['ACTIVATION_STATUS_CHANGE', 'OPERATION_STATUS_CHANGE'] as const
export const CallbackUrlType = Type.Enum([...callbackUrlTypes])
export type CallbackUrlType = (typeof callbackUrlTypes)[number]

/** ISO 8601, or seconds, as Java clients without a format write durations. Never negative. */
const Duration = Type.Union([
  Type.String({
    pattern:
      '^P(?=[0-9]|T[0-9])([0-9]{1,6}D)?(T(?=[0-9])([0-9]{1,7}H)?([0-9]{1,9}M)?([0-9]{1,10}(\\.[0-9]{1,9})?S)?)?$',
    maxLength: 64,
  }),
  Type.Number({ minimum: 0 }),
])

/** Java clients write members that are off as false, and unset ones as null. */
const Switch = Type.Optional(Type.Boolean())
/** Base64 of a PKCS #12, or of PEM certificates. */
const Store = Unset(Type.String({ maxLength: 65_536, pattern: '^[A-Za-z0-9+/\\r\\n]*={0,2}[\\r\\n]*$' }))

/** A secret that is null or absent in an update stays what it was; an empty one is taken away. */
export const HttpAuthenticationPrivate = Type.Object({
  certificate: Unset(
    Type.Object({
      enabled: Switch,
      useCustomKeyStore: Switch,
      keyStoreLocation: Unset(FreeText(1024)),
      keyStoreContent: Store,
      keyStorePassword: Unset(FreeText(255)),
      keyAlias: Unset(FreeText(255)),
      keyPassword: Unset(FreeText(255)),
      useCustomTrustStore: Switch,
      trustStoreLocation: Unset(FreeText(1024)),
      trustStoreContent: Store,
      trustStorePassword: Unset(FreeText(255)),
    }),
  ),
  httpBasic: Unset(Type.Object({ enabled: Switch, username: Unset(FreeText(255)), password: Unset(FreeText(255)) })),
  oauth2: Unset(
    Type.Object({
      enabled: Switch,
      tokenUri: Unset(FreeText(1024)),
      clientId: Unset(FreeText(255)),
      clientSecret: Unset(FreeText(1024)),
      scope: Unset(FreeText(1024)),
    }),
  ),
})
export type HttpAuthenticationPrivate = Static<typeof HttpAuthenticationPrivate>

/** The same without its secrets: whether each is set. */
export const HttpAuthenticationPublic = Type.Object({
  certificate: Type.Object({
    enabled: Type.Boolean(),
    useCustomKeyStore: Type.Boolean(),
    keyStoreLocation: Nullable(Type.String()),
    keyStoreContentSet: Type.Boolean(),
    keyStorePasswordSet: Type.Boolean(),
    keyAlias: Nullable(Type.String()),
    keyPasswordSet: Type.Boolean(),
    useCustomTrustStore: Type.Boolean(),
    trustStoreLocation: Nullable(Type.String()),
    trustStoreContentSet: Type.Boolean(),
    trustStorePasswordSet: Type.Boolean(),
  }),
  httpBasic: Type.Object({ enabled: Type.Boolean(), username: Nullable(Type.String()), passwordSet: Type.Boolean() }),
  oauth2: Type.Object({
    enabled: Type.Boolean(),
    tokenUri: Nullable(Type.String()),
    clientId: Nullable(Type.String()),
    clientSecretSet: Type.Boolean(),
    scope: Nullable(Type.String()),
  }),
})
export type HttpAuthenticationPublic = Static<typeof HttpAuthenticationPublic>

const settings = {
  applicationId: ApplicationId,
  name: Text(255),
  type: CallbackUrlType,
  callbackUrl: Text(1024),
  attributes: Unset(Type.Array(Text(64), { maxItems: 64 })),
  authentication: Unset(HttpAuthenticationPrivate),
  retentionPeriod: Unset(Duration),
  initialBackoff: Unset(Duration),
  maxAttempts: Unset(Type.Integer({ minimum: 1, maximum: 0x7fff_ffff })),
}

export const CreateCallbackUrlRequest = Type.Object(settings)
export type CreateCallbackUrlRequest = Static<typeof CreateCallbackUrlRequest>

export const UpdateCallbackUrlRequest = Type.Object({ id: Text(37), ...settings })
export type UpdateCallbackUrlRequest = Static<typeof UpdateCallbackUrlRequest>

export const CallbackUrl = Type.Object({
  id: Type.String(),
  applicationId: Type.String(),
  name: Type.String(),
  type: CallbackUrlType,
  callbackUrl: Type.String(),
  attributes: Type.Array(Type.String()),
  authentication: HttpAuthenticationPublic,
  retentionPeriod: Type.String({ description: 'ISO 8601' }),
  initialBackoff: Type.String({ description: 'ISO 8601' }),
  maxAttempts: Type.Integer(),
})
export type CallbackUrl = Static<typeof CallbackUrl>

export const GetCallbackUrlListRequest = Type.Object({ applicationId: ApplicationId })
export type GetCallbackUrlListRequest = Static<typeof GetCallbackUrlListRequest>
export const GetCallbackUrlListResponse = Type.Object({ callbackUrlList: Type.Array(CallbackUrl) })
export type GetCallbackUrlListResponse = Static<typeof GetCallbackUrlListResponse>

export const RemoveCallbackUrlRequest = Type.Object({ id: Text(37) })
export type RemoveCallbackUrlRequest = Static<typeof RemoveCallbackUrlRequest>
export const RemoveCallbackUrlResponse = Type.Object({ id: Type.String(), removed: Type.Boolean() })
export type RemoveCallbackUrlResponse = Static<typeof RemoveCallbackUrlResponse>

/** Attributes that the body of an activation's callback may have, beside `type` and `activationId`. */
export const activationCallbackAttributes = [
  'userId',
  'activationName',
  'deviceInfo',
  'platform',
  'protocol',
  'activationFlags',
  'activationStatus',
  'blockedReason',
  'applicationId',
] as const

/** Attributes that the body of an operation's callback may have, beside `type` and `operationId`. */
export const operationCallbackAttributes = [
  'userId',
  'applications',
  'operationType',
  'parameters',
  'additionalData',
  'activationFlag',
  'status',
  'data',
  'failureCount',
  'maxFailureCount',
  'signatureType',
  'externalId',
  'timestampCreated',
  'timestampExpires',
  'timestampFinalized',
] as const

/** What a receiver can rely on; the attributes are those that it asked for, and may be null. */
export const PowerAuthCallback = Type.Union([
  Type.Object({ type: Type.Literal('ACTIVATION'), activationId: Text(37) }),
  Type.Object({ type: Type.Literal('OPERATION'), operationId: Text(37) }),
])
export type PowerAuthCallback = Static<typeof PowerAuthCallback>
