/**
 * CloudSigner Server's REST contract: paths, bodies and errors. What Cloud mode adds under /v2: cloud-mode.ts.
 * A client written for the public reference works against it unchanged: unknown members are ignored, the signer's
 * identifier may be named `signerId` or `externalSignerId` in requests and is named both ways in answers.
 */
import { type Static, Type } from 'typebox'
import { ReleaseRequest, SignerId, SignerStatus, SigningApproval, UserId } from './signer-fields.ts'

export { ReleaseRequest, SignerStatus, SigningApproval } from './signer-fields.ts'
export {
  Standard14FontName,
  VisualSignature,
  VisualSignatureField,
  VisualSignatureText,
} from './visual-signature.ts'

/** Every error code with the HTTP statuses it is sent with (the first is the usual one) and when it is sent. */
export const signerProblems = {
  ERROR_UNAUTHORIZED: { statuses: [401], when: 'no or bad credentials' },
  REQUEST_VALIDATION_ERROR: { statuses: [400], when: 'bad body or parameter' },
  ERROR_RESOURCE_NOT_FOUND: { statuses: [400], when: 'unknown signer, document, challenge or approval' },
  CERTIFICATE_PROCESSING_ERROR: { statuses: [500], when: 'a stored or issued certificate cannot be processed' },
  CSR_INVALID_SIGNATURE_ERROR: {
    statuses: [400],
    when: "the signature of the CSR, or of the device key's binding, does not verify",
  },
  CSR_SIGNATURE_VERIFICATION_ERROR: { statuses: [503], when: 'PowerAuth could not be asked' },
  CERTIFICATE_AUTHORITY_ERROR: { statuses: [400, 503], when: 'the CA answered 4xx, or 5xx or not at all' },
  DOCUMENT_UPLOAD_ERROR: { statuses: [400], when: 'the content is not an acceptable PDF' },
  DOCUMENT_INVALID_SIGNATURE_ERROR: {
    statuses: [400],
    when: 'the signature value, or the signature of the approval, does not verify',
  },
  DOCUMENT_SIGNING_ERROR: { statuses: [500], when: 'the signed file could not be assembled' },
  DOCUMENT_VISUAL_SIGNATURE_ERROR: { statuses: [400], when: 'the visual signature does not fit the document' },
  ILLEGAL_OPERATION_ERROR: { statuses: [400], when: "the resource's state forbids it" },
  ERROR_GENERIC: { statuses: [400], when: 'anything else' },
} as const satisfies Record<string, { statuses: readonly [number, ...number[]]; when: string }>

export type SignerProblemCode = keyof typeof signerProblems

export const signerProblemCodes = Object.keys(signerProblems) as readonly SignerProblemCode[]

export const SignerErrorResponse = Type.Object({
  status: Type.Literal('ERROR'),
  responseObject: Type.Object({
    code: Type.Enum([...signerProblemCodes]),
    message: Type.String({ description: 'An English sentence' }),
  }),
})
export type SignerErrorResponse = Static<typeof SignerErrorResponse>

/** RFC 5280 §5.3.1 reasons as EJBCA spells them. */
export const RevocationReason = Type.Enum([
  'NOT_REVOKED',
  'UNSPECIFIED',
  'KEY_COMPROMISE',
  'CA_COMPROMISE',
  'AFFILIATION_CHANGED',
  'SUPERSEDED',
  'CESSATION_OF_OPERATION',
  'CERTIFICATE_HOLD',
  'REMOVE_FROM_CRL',
  'PRIVILEGES_WITHDRAWN',
  'AA_COMPROMISE',
])
export type RevocationReason = Static<typeof RevocationReason>

export const SignerParams = Type.Object({ signerId: SignerId })

/** POST /signers. One of `signerId` and `externalSignerId`; both only if equal. */
export const CreateSignerRequest = Type.Object({
  signerId: Type.Optional(SignerId),
  externalSignerId: Type.Optional(SignerId),
  userId: UserId,
  csr: Type.String({ minLength: 1, maxLength: 16_384, description: 'PKCS#10: PEM, or Base64 of the DER' }),
})
export type CreateSignerRequest = Static<typeof CreateSignerRequest>

export const SignerResponse = Type.Object({
  signerId: Type.String(),
  externalSignerId: Type.String(),
  userId: Type.String(),
  signerStatus: SignerStatus,
})
export type SignerResponse = Static<typeof SignerResponse>

export const SetSignerStatusRequest = Type.Object({
  signerStatus: SignerStatus,
  revocationReason: Type.Optional(RevocationReason),
})
export type SetSignerStatusRequest = Static<typeof SetSignerStatusRequest>

export const DocumentStatus = Type.Enum(['WAITING', 'SIGNED', 'REJECTED'])
export type DocumentStatus = Static<typeof DocumentStatus>

export const DocumentParams = Type.Object({ documentId: Type.String({ minLength: 1, maxLength: 64 }) })

/** The text parts of POST /documents (multipart/form-data); the PDF is the part named `file`. */
export const DocumentFields = Type.Object({
  signerId: Type.Optional(SignerId),
  externalSignerId: Type.Optional(SignerId),
  externalId: Type.String({ minLength: 1, maxLength: 255 }),
  name: Type.String({ minLength: 1, maxLength: 255 }),
})
export type DocumentFields = Static<typeof DocumentFields>

const documentView = {
  documentId: Type.String(),
  name: Type.String(),
  fileName: Type.String(),
  size: Type.Integer({ minimum: 0, description: 'Bytes of the file as uploaded' }),
  hash: Type.String({ description: 'Base64 of the DER SET OF CMS signed attributes: the bytes the device signs' }),
}

export const UploadDocumentResponse = Type.Object({
  ...documentView,
  signerId: Type.String(),
  externalSignerId: Type.String(),
  externalId: Type.String(),
  /** For a signer of Cloud mode alone. */
  approval: Type.Optional(SigningApproval),
})
export type UploadDocumentResponse = Static<typeof UploadDocumentResponse>

export const SignatureLevel = Type.Enum(['PADES_B_B', 'PADES_B_T'])
export type SignatureLevel = Static<typeof SignatureLevel>

/** The device's signature, or in Cloud mode what releases CloudSigner's. */
export type SignDocumentRequest = { readonly signatureLevel?: SignatureLevel } & (
  | { readonly signature: string }
  | { readonly approval: ReleaseRequest }
)

/** POST /documents/{documentId}/signature. As one object, so that a refusal names the member that is wrong. */
export const SignDocumentRequest = Type.Unsafe<SignDocumentRequest>({
  ...Type.Object({
    signature: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1024,
        description: 'Base64 of the DER ECDSA-Sig-Value over the bytes that `hash` decodes to',
      }),
    ),
    approval: Type.Optional(ReleaseRequest),
    signatureLevel: Type.Optional(SignatureLevel),
  }),
  oneOf: [{ required: ['signature'] }, { required: ['approval'] }],
})

export const SignDocumentResponse = Type.Object({ documentId: Type.String(), uri: Type.String() })
export type SignDocumentResponse = Static<typeof SignDocumentResponse>

/** PUT /documents/{documentId}. */
export const RejectDocumentRequest = Type.Object({ status: Type.Literal('REJECTED') })
export type RejectDocumentRequest = Static<typeof RejectDocumentRequest>

export const RejectDocumentResponse = Type.Object(documentView)
export type RejectDocumentResponse = Static<typeof RejectDocumentResponse>
