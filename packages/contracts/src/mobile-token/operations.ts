import Type, { type Static } from 'typebox'
import { FreeText, Text, Unset } from '../powerauth/fields.ts'
import { OperationStatus } from '../powerauth/operations.ts'
import { FormData } from './form.ts'
import { UiExtensions } from './ui-extensions.ts'

const OperationId = Text(37)

/** Free, and kept as `additionalData.mobileTokenData`: what a bank's fraud detection wants to know. */
const MobileTokenData = Unset(Type.Record(Text(255), Type.Unknown(), { maxProperties: 100 }))

/** The body of list and history: nothing is asked. */
export const ListMobileOperationsRequest = Type.Object({})

export const MobileOperationRequest = Type.Object({ id: OperationId })
export type MobileOperationRequest = Static<typeof MobileOperationRequest>

/** What another channel showed; the moments are hints and decide nothing. */
const ProximityCheck = Type.Object({
  otp: FreeText(32),
  type: Type.Enum(['QR_CODE', 'DEEPLINK']),
  timestampReceived: Unset(FreeText(64)),
  timestampSent: Unset(FreeText(64)),
})

/** `data` as the server gave it, byte for byte. */
export const AuthorizeOperationRequest = Type.Object({
  id: OperationId,
  data: FreeText(65_536),
  proximityCheck: Unset(ProximityCheck),
  mobileTokenData: MobileTokenData,
})
export type AuthorizeOperationRequest = Static<typeof AuthorizeOperationRequest>

/** reason: UNKNOWN, INCORRECT_DATA, UNEXPECTED_OPERATION or another word; kept as `additionalData.rejectReason`. */
export const RejectMobileOperationRequest = Type.Object({
  id: OperationId,
  reason: Unset(FreeText(255)),
  mobileTokenData: MobileTokenData,
})
export type RejectMobileOperationRequest = Static<typeof RejectMobileOperationRequest>

/** `2018-07-02T14:43:13+0000` */
const MobileTimestamp = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\+0000$' })

/** `1FA`: the device alone is enough. Else the device and one of the variants' second factors. */
const AllowedSignatureType = Type.Object({
  type: Type.Enum(['1FA', '2FA', 'ECDSA']),
  variants: Type.Array(Type.String()),
})

/** An operation as a phone sees it. `name` is the operation's type. */
export const MobileOperation = Type.Object({
  id: Type.String(),
  name: Type.String(),
  data: Type.String(),
  status: OperationStatus,
  statusReason: Type.Optional(Type.String()),
  operationCreated: MobileTimestamp,
  operationExpires: MobileTimestamp,
  ui: Type.Optional(UiExtensions),
  allowedSignatureType: AllowedSignatureType,
  formData: FormData,
})
export type MobileOperation = Static<typeof MobileOperation>

const answered = { status: Type.Literal('OK'), currentTimestamp: MobileTimestamp }
/** The server's time is beside the operation, for countdowns. */
export const MobileOperationResponse = Type.Object({ ...answered, responseObject: MobileOperation })
export type MobileOperationResponse = Static<typeof MobileOperationResponse>
export const MobileOperationListResponse = Type.Object({ ...answered, responseObject: Type.Array(MobileOperation) })
export type MobileOperationListResponse = Static<typeof MobileOperationListResponse>
