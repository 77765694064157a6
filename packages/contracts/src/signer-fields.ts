/** What the bodies of both modes are made of. */
import { type Static, Type } from 'typebox'

/** The PowerAuth activation (registration) id. No control characters or lone surrogates: it becomes the CA's user name. */
export const SignerId = Type.String({
  minLength: 1,
  maxLength: 250,
  pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]+$',
})
export const UserId = Type.String({
  minLength: 1,
  maxLength: 250,
  pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]+$',
})

export const SignerStatus = Type.Enum(['ACTIVE', 'BLOCKED', 'REMOVED', 'REVOKED', 'EXPIRED'])
export type SignerStatus = Static<typeof SignerStatus>

/** Base64 of a short DER value. */
export const Base64Der = (what: string) =>
  Type.String({ minLength: 1, maxLength: 1024, description: `Base64 of the DER ${what}` })

export const Expiry = Type.String({ format: 'date-time', description: 'RFC 3339, UTC, in whole seconds' })

/** What POST /documents answers besides for a signer of Cloud mode. */
export const SigningApproval = Type.Object({
  approvalId: Type.String(),
  toBeSigned: Type.String({ description: 'Base64 of the DER Approval that the device signs' }),
  expiresAt: Expiry,
})
export type SigningApproval = Static<typeof SigningApproval>

/** What releases one use of a key that CloudSigner keeps. */
export const ReleaseRequest = Type.Object({
  approvalId: Type.String({ minLength: 1, maxLength: 64 }),
  operationId: Type.String({
    minLength: 1,
    maxLength: 37,
    pattern: '^[!-~]+$',
    description: 'PowerAuth operation of the template cloud_signature, APPROVED by the user',
  }),
  signature: Base64Der("ECDSA-Sig-Value by the signer's device key over the bytes that `toBeSigned` decodes to"),
})
export type ReleaseRequest = Static<typeof ReleaseRequest>
