import { SignerDetailResponse } from '@cloudsigner/contracts/cloud-mode'
import {
  CreateSignerRequest,
  SetSignerStatusRequest,
  SignerParams,
  SignerResponse,
} from '@cloudsigner/contracts/signer'
import type { HttpServer } from '@cloudsigner/service'
import { putSignerStatus } from '../actions/change-signer-status.ts'
import { enrolSigner } from '../actions/enrol-signer.ts'
import type { SignerContext } from '../context.ts'
import { getCertificate, getSigner } from '../store/signer-store.ts'
import { noBody, refusals } from './problem-answer.ts'
import { signerIdOf } from './signer-id.ts'

export function signerRoutes(server: HttpServer, context: SignerContext): void {
  server.post(
    '/signers',
    {
      schema: {
        summary: 'Enrol a signer, or an existing one again',
        tags: ['signers'],
        body: CreateSignerRequest,
        response: { 200: noBody('Done'), ...refusals(400, 500, 503) },
      },
    },
    async (request, reply) => {
      const { userId, csr } = request.body
      await enrolSigner(context, { signerId: signerIdOf(request.body), userId, csr })
      return reply.code(200).send(undefined)
    },
  )

  server.get(
    '/signers/:signerId',
    {
      schema: {
        summary: 'A signer and its status',
        tags: ['signers'],
        params: SignerParams,
        response: { 200: SignerResponse, ...refusals(400) },
      },
    },
    async (request) => {
      const { signerId, userId, status } = await getSigner(context.db, request.params.signerId)
      return { signerId, externalSignerId: signerId, userId, signerStatus: status }
    },
  )

  server.get(
    '/v2/signers/:signerId/certificate',
    {
      schema: {
        summary: 'A signer, its mode and its certificate',
        tags: ['signers'],
        params: SignerParams,
        response: { 200: SignerDetailResponse, ...refusals(400) },
      },
    },
    async (request) => {
      const { signerId, userId, status, certificateId } = await getSigner(context.db, request.params.signerId)
      const { der, credentialId } = await getCertificate(context.db, certificateId)
      const mode = credentialId === null ? ('EXTERNAL' as const) : ('CLOUD' as const)
      return { signerId, userId, signerStatus: status, mode, certificate: Buffer.from(der).toString('base64') }
    },
  )

  server.put(
    '/signers/:signerId',
    {
      schema: {
        summary: 'Change the status of a signer',
        tags: ['signers'],
        params: SignerParams,
        body: SetSignerStatusRequest,
        response: { 200: noBody('Done'), ...refusals(400, 503) },
      },
    },
    async (request, reply) => {
      await putSignerStatus(context, request.params.signerId, request.body)
      return reply.code(200).send(undefined)
    },
  )
}
