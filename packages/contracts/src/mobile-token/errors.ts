import Type, { type Static } from 'typebox'

/** Error codes of the mobile token API: HTTP status, and when. */
export const mobileTokenErrors = {
  INVALID_REQUEST: {
    status: 400,
    when: "the request is malformed, the operation another user's, or there is no way to show it",
  },
  INVALID_ACTIVATION: { status: 400, when: 'the operation is meant for another device' },
  INVALID_APPLICATION: { status: 400, when: 'the application is not known' },
  INVALID_OPERATION: { status: 400, when: 'there is no such operation' },
  POWERAUTH_AUTH_FAIL: { status: 401, when: 'the authentication code or the token is not valid' },
  OPERATION_ALREADY_FINISHED: { status: 400, when: 'the operation was approved or rejected already' },
  OPERATION_ALREADY_FAILED: { status: 400, when: 'the operation has failed' },
  OPERATION_ALREADY_CANCELED: { status: 400, when: 'the operation was canceled' },
  OPERATION_EXPIRED: { status: 400, when: 'the operation has expired' },
  OPERATION_FAILED: { status: 401, when: 'the approval or rejection was refused, and the operation still waits' },
  OPERATION_REQUIRES_ACTIVATION_FLAG: { status: 400, when: 'the activation lacks the flag that the operation demands' },
} as const satisfies Record<string, { readonly status: number; readonly when: string }>
export type MobileTokenErrorCode = keyof typeof mobileTokenErrors

export const MobileTokenErrorResponse = Type.Object({
  status: Type.Literal('ERROR'),
  responseObject: Type.Object({ code: Type.String(), message: Type.String() }),
})
export type MobileTokenErrorResponse = Static<typeof MobileTokenErrorResponse>
