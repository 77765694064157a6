import {
  CloudSignerResponse,
  CreateChallengeRequest,
  CreateChallengeResponse,
  CreateCloudSignerRequest,
} from '@cloudsigner/contracts/cloud-mode'
import type { HttpServer } from '@cloudsigner/service'
import { createChallenge } from '../actions/create-challenge.ts'
import { enrolCloudSigner } from '../actions/enrol-cloud-signer.ts'
import type { SignerContext } from '../context.ts'
import { fromBase64, toBase64 } from './base64.ts'
import { refusals } from './problem-answer.ts'

/** Enrolment in Cloud mode, beside the reference's contract. */
export function cloudSignerRoutes(server: HttpServer, context: SignerContext): void {
  server.post(
    '/v2/signers/challenges',
    {
      schema: {
        summary: 'What a device is to sign to have its key pinned',
        tags: ['cloud mode'],
        body: CreateChallengeRequest,
        response: { 200: CreateChallengeResponse, ...refusals(400, 503) },
      },
    },
    async (request) => {
      const { challengeId, toBeSigned, expiresAt } = await createChallenge(context, request.body)
      return { challengeId, toBeSigned: toBase64(toBeSigned), expiresAt: expiresAt.toISOString() }
    },
  )

  server.post(
    '/v2/signers',
    {
      schema: {
        summary: 'Enrol a signer whose key pair is kept here, or an existing one again with a new key pair',
        tags: ['cloud mode'],
        body: CreateCloudSignerRequest,
        response: { 200: CloudSignerResponse, ...refusals(400, 500, 503) },
      },
    },
    async (request) => {
      const { signerId, userId, mode, challengeId, keyAlgorithm = 'EC_P256', subject = null } = request.body
      const certificate = await enrolCloudSigner(context, {
        signerId,
        userId,
        keyAlgorithm,
        subject,
        devicePublicKey: fromBase64('body/devicePublicKey', request.body.devicePublicKey),
        challengeId,
        signature: fromBase64('body/signature', request.body.signature),
      })
      return { signerId, userId, signerStatus: 'ACTIVE' as const, mode, certificate: toBase64(certificate) }
    },
  )
}
