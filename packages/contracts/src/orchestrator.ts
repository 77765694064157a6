/**
 * The reference bank's REST contract: the bank's side under HTTP Basic, and the phone's side (below `/app`), whose calls
 * carry PowerAuth's headers, so that a phone sees its own user's documents alone.
 */
import { type Static, Type } from 'typebox'
import { CloudKeyAlgorithm, CreateChallengeResponse, SignerMode } from './cloud-mode.ts'
import { Base64Der, Expiry, SignerStatus } from './signer-fields.ts'

export {
  CallbackHeaders,
  type CallbackOutcome,
  CallbackReceipt,
  callbackOutcomes,
  callbackPaths,
} from './orchestrator-callbacks.ts'

/** Every error code, its HTTP status and when it is sent. */
export const orchestratorProblems = {
  UNAUTHORIZED: { status: 401, when: 'no or bad credentials, or a PowerAuth code or token that does not verify' },
  REQUEST_INVALID: { status: 400, when: 'bad body or parameter' },
  SUBJECT_MISMATCH: { status: 400, when: "the CSR's subject is not the one that the bank gave" },
  CSR_REFUSED: { status: 400, when: 'the signer or the CA refused the CSR' },
  BINDING_REFUSED: { status: 400, when: "Cloud mode: the signer refused the device's signature over its challenge" },
  DOCUMENT_REFUSED: { status: 400, when: 'the signer does not take the PDF' },
  SIGNATURE_REFUSED: { status: 400, when: "the device's signature does not verify" },
  USER_UNKNOWN: { status: 404, when: 'unknown user' },
  SIGNER_UNKNOWN: { status: 404, when: 'the device is not enrolled yet' },
  ACTIVATION_UNKNOWN: { status: 404, when: 'unknown activation, or that of another user' },
  DOCUMENT_UNKNOWN: { status: 404, when: 'unknown document, or that of another user' },
  USER_EXISTS: { status: 409, when: 'the user is there already, with other data' },
  STATE_FORBIDS: { status: 409, when: "the document's or the activation's state forbids it" },
  UPSTREAM_UNAVAILABLE: { status: 503, when: 'PowerAuth or the signer does not answer' },
  INTERNAL: { status: 500, when: 'a fault of this service' },
} as const satisfies Record<string, { status: number; when: string }>

export type OrchestratorProblemCode = keyof typeof orchestratorProblems

export const orchestratorProblemCodes = Object.keys(orchestratorProblems) as readonly OrchestratorProblemCode[]

export const OrchestratorErrorResponse = Type.Object({
  status: Type.Literal('ERROR'),
  responseObject: Type.Object({ code: Type.Enum([...orchestratorProblemCodes]), message: Type.String() }),
})
export type OrchestratorErrorResponse = Static<typeof OrchestratorErrorResponse>

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]+$' })

/** Types of natural-person identity numbers of ETSI EN 319 412-1 §5.1.3: passport, national id card, personal number, tax number. */
export const IdentityType = Type.Enum(['PAS', 'IDC', 'PNO', 'TIN'])
export type IdentityType = Static<typeof IdentityType>

/** A person as the bank knows them: the subject of their certificates. */
export const User = Type.Object({
  userId: text(255),
  givenName: text(64),
  surname: text(40),
  country: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2, of the identity number' }),
  identity: Type.Object({
    type: IdentityType,
    value: Type.String({ minLength: 1, maxLength: 50, pattern: '^[A-Za-z0-9/.-]+$' }),
  }),
})
export type User = Static<typeof User>

export const UserParams = Type.Object({ userId: Type.String({ minLength: 1, maxLength: 255 }) })

export const ActivationParams = Type.Object({
  ...UserParams.properties,
  activationId: Type.String({ minLength: 1, maxLength: 37 }),
})

/** What an app is built with to talk to this bank's PowerAuth. */
export const MobileApplication = Type.Object({
  applicationId: Type.String(),
  mobileSdkConfig: Type.String(),
  enrollmentServerUrl: Type.String({ description: 'What precedes /pa/v3 on the public API' }),
})
export type MobileApplication = Static<typeof MobileApplication>

export const StartActivationResponse = Type.Object({
  activationId: Type.String(),
  activationCode: Type.String(),
  activationSignature: Type.String(),
  qrCode: Type.String({ description: 'activationCode#activationSignature' }),
})
export type StartActivationResponse = Static<typeof StartActivationResponse>

export const ActivationResponse = Type.Object({
  activationId: Type.String(),
  activationStatus: Type.String(),
  devicePublicKeyFingerprint: Type.Union([Type.String(), Type.Null()]),
  signerStatus: Type.Union([Type.String(), Type.Null()], { description: 'null until the phone has enrolled' }),
  signerMode: Type.Union([SignerMode, Type.Null()], { description: 'null until the phone has enrolled' }),
})
export type ActivationResponse = Static<typeof ActivationResponse>

export const SessionStatus = Type.Enum(['RECEIVED', 'WAITING', 'SIGNED', 'REJECTED', 'EXPIRED', 'REFUSED'])
export type SessionStatus = Static<typeof SessionStatus>

export const SessionParams = Type.Object({ documentId: Type.String({ minLength: 1, maxLength: 64 }) })

/** POST /users/{userId}/documents: the body is the PDF itself (application/pdf), the rest is in the query. */
export const SessionQuery = Type.Object({
  name: text(255),
  fileName: Type.Optional(text(255)),
  activationId: Type.Optional(Type.String({ minLength: 1, maxLength: 37 })),
})
export type SessionQuery = Static<typeof SessionQuery>

/** A document on its way to a signature: one signing session. */
export const SessionDocument = Type.Object({
  documentId: Type.String(),
  userId: Type.String(),
  activationId: Type.String(),
  name: Type.String(),
  fileName: Type.String(),
  size: Type.Integer(),
  status: SessionStatus,
  createdAt: Type.String({ format: 'date-time' }),
  expiresAt: Type.String({ format: 'date-time' }),
})
export type SessionDocument = Static<typeof SessionDocument>

export const SessionDocumentList = Type.Object({ documents: Type.Array(SessionDocument) })
export type SessionDocumentList = Static<typeof SessionDocumentList>

/** Cloud mode: what releases the key for this document. */
export const PhoneApproval = Type.Object({
  toBeSigned: Type.String({ description: 'Base64 of the DER Approval: what the device signs' }),
  expiresAt: Expiry,
  operationId: Type.String({ description: "PowerAuth operation that the user approves by the mobile token's API" }),
})
export type PhoneApproval = Static<typeof PhoneApproval>

/** The phone's view: with what is to be signed, while the document waits. */
export const PhoneDocument = Type.Object({
  ...SessionDocument.properties,
  hash: Type.Union([Type.String(), Type.Null()], {
    description: 'Base64 of the DER signed attributes, which External mode signs; null unless WAITING',
  }),
  approval: Type.Union([PhoneApproval, Type.Null()], {
    description: 'Cloud mode; null in External, and unless WAITING',
  }),
  signerDocumentId: Type.Union([Type.String(), Type.Null()], {
    description: "The document's id at the signer, as the Approval names it; null before the signer took it",
  }),
})
export type PhoneDocument = Static<typeof PhoneDocument>

export const PhoneDocumentList = Type.Object({ documents: Type.Array(PhoneDocument) })
export type PhoneDocumentList = Static<typeof PhoneDocumentList>

/** The only subject that this user's CSR may have: the DER goes into the CSR as it is. */
export const SubjectResponse = Type.Object({
  subject: Type.String({ description: 'Base64 of the DER Name' }),
  text: Type.String({ description: 'The same, to be read (RFC 4514)' }),
})
export type SubjectResponse = Static<typeof SubjectResponse>

/** POST /app/signer in External mode: the certificate is for the device's key. */
export const ExternalEnrolRequest = Type.Object({
  mode: Type.Optional(Type.Literal('EXTERNAL')),
  csr: Type.String({ minLength: 1, maxLength: 16_384, description: 'PKCS#10: PEM, or Base64 of the DER' }),
})
/** In Cloud mode: CloudSigner makes a key pair, and pins the device's key to it. */
export const CloudEnrolRequest = Type.Object({
  mode: Type.Literal('CLOUD'),
  keyAlgorithm: Type.Optional(CloudKeyAlgorithm),
  devicePublicKey: Base64Der('SubjectPublicKeyInfo of the device key'),
  challengeId: Type.String({ minLength: 1, maxLength: 64 }),
  signature: Base64Der("ECDSA-Sig-Value by the device key over the challenge's `toBeSigned`"),
})
export type CloudEnrolRequest = Static<typeof CloudEnrolRequest>
export const EnrolRequest = Type.Union([CloudEnrolRequest, ExternalEnrolRequest])
export type EnrolRequest = Static<typeof EnrolRequest>

/** POST /app/signer/challenges: Cloud mode's first step. */
export const EnrolChallenge = CreateChallengeResponse
export type EnrolChallenge = Static<typeof EnrolChallenge>

/** The signer of the device that asks. */
export const PhoneSigner = Type.Object({
  signerId: Type.String({ description: "The activation's id" }),
  mode: SignerMode,
  signerStatus: SignerStatus,
  certificate: Type.String({ description: 'Base64 of the DER certificate that new documents are signed with' }),
})
export type PhoneSigner = Static<typeof PhoneSigner>

/** POST /app/documents/{documentId}/signature: `operationId` in Cloud mode alone. */
export const PhoneSignatureRequest = Type.Object({
  signature: Base64Der(
    "ECDSA-Sig-Value by the device key, over `hash` or, in Cloud mode, over the approval's `toBeSigned`",
  ),
  operationId: Type.Optional(Type.String({ minLength: 1, maxLength: 37 })),
})
export type PhoneSignatureRequest = Static<typeof PhoneSignatureRequest>

/** The HTTP header of an authentication code, and of a token. */
export const authorizationHeader = 'x-powerauth-authorization'
export const tokenHeader = 'x-powerauth-token'
