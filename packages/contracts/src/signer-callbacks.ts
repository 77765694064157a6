/**
 * What CloudSigner Server tells an integrator by callbacks: the bodies of its POST requests. EXPIRED and RENEWED are the
 * reference's, with its members; the others are told beside them. A receiver ignores members that it does not know.
 */
import { type Static, Type } from 'typebox'
import { SignerStatus } from './signer-fields.ts'

/** Every event, and when it happens. */
export const signerCallbackTypes = {
  EXPIRED: "the signer's certificate has run out",
  RENEWED: 'the signer has a new certificate for its key',
  SIGNER_STATUS_CHANGED: 'PUT /signers/{signerId} changed the status',
  DOCUMENT_SIGNED: 'the signed file is there',
  DOCUMENT_REJECTED: 'the document was rejected',
  DOCUMENT_EXPIRED: 'the document waited in vain for a signature',
} as const satisfies Record<string, string>

export type SignerCallbackType = keyof typeof signerCallbackTypes

/** Sent with every attempt of an event, always the same. */
export const idempotencyKeyHeader = 'idempotency-key'

const common = {
  signerId: Type.String(),
  externalSignerId: Type.String({ description: 'The same, by its older name' }),
  userId: Type.String(),
  timestamp: Type.String({ format: 'date-time', description: 'When it happened' }),
}

const certificate = {
  certificateSerialNumber: Type.String({ pattern: '^[0-9]+$', description: 'Decimal' }),
  certificateExpiration: Type.String({ format: 'date-time' }),
}

export const SignerCertificateCallback = Type.Object({
  ...common,
  callbackType: Type.Enum(['EXPIRED', 'RENEWED']),
  ...certificate,
})
export type SignerCertificateCallback = Static<typeof SignerCertificateCallback>

export const SignerStatusCallback = Type.Object({
  ...common,
  callbackType: Type.Literal('SIGNER_STATUS_CHANGED'),
  signerStatus: SignerStatus,
})
export type SignerStatusCallback = Static<typeof SignerStatusCallback>

const document = {
  documentId: Type.String(),
  externalId: Type.String({ description: 'As the upload named it' }),
}

export const DocumentSignedCallback = Type.Object({
  ...common,
  callbackType: Type.Literal('DOCUMENT_SIGNED'),
  ...document,
  signatureLevel: Type.String(),
  deviceSignature: Type.String({
    description: "Base64 of what the device sent: its signature over `hash`, or over the approval's `toBeSigned`",
  }),
})
export type DocumentSignedCallback = Static<typeof DocumentSignedCallback>

export const DocumentEndedCallback = Type.Object({
  ...common,
  callbackType: Type.Enum(['DOCUMENT_REJECTED', 'DOCUMENT_EXPIRED']),
  ...document,
})
export type DocumentEndedCallback = Static<typeof DocumentEndedCallback>

export const SignerCallback = Type.Union([
  SignerCertificateCallback,
  SignerStatusCallback,
  DocumentSignedCallback,
  DocumentEndedCallback,
])
export type SignerCallback = Static<typeof SignerCallback>
