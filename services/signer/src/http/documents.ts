import {
  DocumentFields,
  DocumentParams,
  RejectDocumentRequest,
  RejectDocumentResponse,
  SignDocumentRequest,
  SignDocumentResponse,
  UploadDocumentResponse,
  VisualSignature,
} from '@cloudsigner/contracts/signer'
import type { HttpServer } from '@cloudsigner/service'
import multipart from '@fastify/multipart'
import { Type } from 'typebox'
import { putRejected, removeDocument } from '../actions/dispose-document.ts'
import { signByApproval } from '../actions/sign-by-approval.ts'
import { signDocument } from '../actions/sign-document.ts'
import { createDocument, type NewApproval } from '../actions/upload-document.ts'
import type { SignerContext } from '../context.ts'
import { fromBase64, toBase64 } from './base64.ts'
import { formLimits, readDocumentForm } from './document-form.ts'
import { noBody, refusals } from './problem-answer.ts'

/** Of POST /documents, for its documentation: the form is read as a stream, and checked where it is read. */
const DocumentForm = Type.Object({
  ...DocumentFields.properties,
  file: Type.Unsafe<never>({ type: 'string', format: 'binary', description: 'The PDF' }),
  visualSignature: Type.Optional(VisualSignature),
})

function approvalAnswer({ approvalId, der, notAfter }: NewApproval) {
  return { approvalId, toBeSigned: toBase64(der), expiresAt: notAfter.toISOString() }
}

export async function documentRoutes(server: HttpServer, context: SignerContext): Promise<void> {
  await server.register(multipart, {
    limits: { ...formLimits, fileSize: Number.MAX_SAFE_INTEGER },
  })

  server.post(
    '/documents',
    {
      validatorCompiler: () => () => true,
      schema: {
        summary: 'Upload a PDF to be signed',
        tags: ['documents'],
        consumes: ['multipart/form-data'],
        body: DocumentForm,
        response: { 200: UploadDocumentResponse, ...refusals(400, 500) },
      },
    },
    async (request) => {
      const { file, ...upload } = await readDocumentForm(context, request)
      const { approval, ...document } = await createDocument(context, file, upload)
      const { documentId, signerId, externalId, name, fileName } = document
      const hash = toBase64(document.signedAttributes)
      const answer = {
        documentId,
        signerId,
        externalSignerId: signerId,
        externalId,
        name,
        fileName,
        size: file.size,
        hash,
      }
      return approval === null ? answer : { ...answer, approval: approvalAnswer(approval) }
    },
  )

  server.post(
    '/documents/:documentId/signature',
    {
      schema: {
        summary: "Complete a document with the device's signature, or with the approval that releases the signer's key",
        tags: ['documents'],
        params: DocumentParams,
        body: SignDocumentRequest,
        response: { 200: SignDocumentResponse, ...refusals(400, 500, 503) },
      },
    },
    async (request) => {
      const { documentId } = request.params
      const { body } = request
      const level = body.signatureLevel ?? 'PADES_B_B'
      if ('approval' in body) {
        const { approvalId, operationId, signature } = body.approval
        const release = { approvalId, operationId, signature: fromBase64('body/approval/signature', signature) }
        await signByApproval(context, documentId, release, level)
      } else await signDocument(context, documentId, fromBase64('body/signature', body.signature), level)
      return { documentId, uri: `${context.settings.publicUrl()}/documents/${documentId}` }
    },
  )

  server.put(
    '/documents/:documentId',
    {
      schema: {
        summary: 'Reject a document',
        tags: ['documents'],
        params: DocumentParams,
        body: RejectDocumentRequest,
        response: { 200: RejectDocumentResponse, ...refusals(400) },
      },
    },
    async (request) => {
      const { documentId, name, fileName, size, signedAttributes } = await putRejected(
        context,
        request.params.documentId,
      )
      return { documentId, name, fileName, size, hash: toBase64(signedAttributes) }
    },
  )

  server.delete(
    '/documents/:documentId',
    {
      schema: {
        summary: 'Delete a document',
        tags: ['documents'],
        params: DocumentParams,
        response: { 204: noBody('Deleted'), ...refusals(400) },
      },
    },
    async (request, reply) => {
      await removeDocument(context, request.params.documentId)
      return reply.code(204).send(undefined)
    },
  )
}
