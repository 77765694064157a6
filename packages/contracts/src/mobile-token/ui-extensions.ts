import Type, { type Static } from 'typebox'

const PreApprovalScreen = Type.Object({
  type: Type.Enum(['WARNING', 'INFO', 'QR_SCAN']),
  heading: Type.String(),
  message: Type.String(),
  items: Type.Optional(Type.Array(Type.String())),
  approvalType: Type.Optional(Type.Literal('SLIDER')),
})

/** payload: REVIEW `{attributes}`, MERCHANT_REDIRECT `{redirectText, redirectUrl, countdown}` (seconds), GENERIC anything. */
const PostApprovalScreen = Type.Object({
  type: Type.Enum(['REVIEW', 'MERCHANT_REDIRECT', 'GENERIC']),
  heading: Type.String(),
  message: Type.String(),
  payload: Type.Record(Type.String(), Type.Unknown()),
})

/** How an operation wants to be shown beyond its attributes. */
export const UiExtensions = Type.Object({
  flipButtons: Type.Optional(Type.Boolean()),
  blockApprovalOnCall: Type.Optional(Type.Boolean()),
  preApprovalScreen: Type.Optional(PreApprovalScreen),
  postApprovalScreen: Type.Optional(PostApprovalScreen),
  templates: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})
export type UiExtensions = Static<typeof UiExtensions>
