/**
 * Cloud mode: what CloudSigner Server offers under `/v2`, beside the reference's contract in signer.ts. CloudSigner keeps
 * the key pair; what releases one use of it is an `Approval` signed by the device key that was pinned at enrolment. The
 * DER structures are `DeviceKeyBinding` and `Approval` of @cloudsigner/pki.
 */
import { type Static, Type } from 'typebox'
import { Base64Der, Expiry, SignerId, SignerStatus, UserId } from './signer-fields.ts'

export { ReleaseRequest, SigningApproval } from './signer-fields.ts'

/** POST /v2/signers/challenges. `signerId` is the PowerAuth activation's id, and `userId` the user's that holds it. */
export const CreateChallengeRequest = Type.Object({ signerId: SignerId, userId: UserId })
export type CreateChallengeRequest = Static<typeof CreateChallengeRequest>

export const CreateChallengeResponse = Type.Object({
  challengeId: Type.String(),
  toBeSigned: Type.String({ description: 'Base64 of the DER DeviceKeyBinding that the device signs' }),
  expiresAt: Expiry,
})
export type CreateChallengeResponse = Static<typeof CreateChallengeResponse>

/** Kinds of key that are generated here. */
export const cloudKeyAlgorithms = ['EC_P256', 'EC_P384', 'RSA_3072', 'RSA_4096', 'ML_DSA_65'] as const
export const CloudKeyAlgorithm = Type.Enum([...cloudKeyAlgorithms])
export type CloudKeyAlgorithm = (typeof cloudKeyAlgorithms)[number]

/** POST /v2/signers: enrols a signer of Cloud mode, or an existing one again with a new key pair. */
export const CreateCloudSignerRequest = Type.Object({
  signerId: SignerId,
  userId: UserId,
  mode: Type.Literal('CLOUD'),
  keyAlgorithm: Type.Optional(CloudKeyAlgorithm),
  subject: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1000,
      description: 'RFC 4514: who the certificate names, as the caller vouches for it; a pseudonym where absent',
    }),
  ),
  devicePublicKey: Base64Der('SubjectPublicKeyInfo of the device key'),
  challengeId: Type.String({ minLength: 1, maxLength: 64 }),
  signature: Base64Der('ECDSA-Sig-Value by the device key over the bytes that `toBeSigned` decodes to'),
})
export type CreateCloudSignerRequest = Static<typeof CreateCloudSignerRequest>

export const CloudSignerResponse = Type.Object({
  signerId: Type.String(),
  userId: Type.String(),
  signerStatus: SignerStatus,
  mode: Type.Literal('CLOUD'),
  certificate: Type.String({ description: 'Base64 of the DER certificate of the key pair that was generated' }),
})
export type CloudSignerResponse = Static<typeof CloudSignerResponse>

/** Where the signer's key is: EXTERNAL, on the device; CLOUD, at CloudSigner. */
export const SignerMode = Type.Enum(['EXTERNAL', 'CLOUD'])
export type SignerMode = Static<typeof SignerMode>

/** GET /v2/signers/{signerId}/certificate: a signer of either mode, with the certificate that new documents are signed with. */
export const SignerDetailResponse = Type.Object({
  signerId: Type.String(),
  userId: Type.String(),
  signerStatus: SignerStatus,
  mode: SignerMode,
  certificate: Type.String({ description: 'Base64 of the DER certificate' }),
})
export type SignerDetailResponse = Static<typeof SignerDetailResponse>
