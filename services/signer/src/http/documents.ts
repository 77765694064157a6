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
import { signDocument } from '../actions/sign-document.ts'
import { createDocument } from '../actions/upload-document.ts'
import type { SignerContext } from '../context.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { formLimits, readDocumentForm } from './document-form.ts'
import { noBody, refusals } from './problem-answer.ts'

/** Of POST /documents, for its documentation: the form is read as a stream, and checked where it is read. */
const DocumentForm = Type.Object({
  ...DocumentFields.properties,
  file: Type.Unsafe<never>({ type: 'string', format: 'binary', description: 'The PDF' }),
  visualSignature: Type.Optional(VisualSignature),
})

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
      const document = await createDocument(context, file, upload)
      const { documentId, signerId, externalId, name, fileName } = document
      const hash = base64(document.signedAttributes)
      return { documentId, signerId, externalSignerId: signerId, externalId, name, fileName, size: file.size, hash }
    },
  )

  server.post(
    '/documents/:documentId/signature',
    {
      schema: {
        summary: "Complete a document with the device's signature",
        tags: ['documents'],
        params: DocumentParams,
        body: SignDocumentRequest,
        response: { 200: SignDocumentResponse, ...refusals(400, 500, 503) },
      },
    },
    async (request) => {
      const { documentId } = request.params
      const { body } = request
      if ('approval' in body) {
        throw new SignerProblem('ILLEGAL_OPERATION_ERROR', 'The signer is of External mode, where the device signs')
      }
      await signDocument(context, documentId, fromBase64(body.signature), body.signatureLevel ?? 'PADES_B_B')
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
      return { documentId, name, fileName, size, hash: base64(signedAttributes) }
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

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

/** RFC 4648 §4, strictly: what decodes is what was encoded. */
function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) {
    throw new SignerProblem('REQUEST_VALIDATION_ERROR', 'body/signature is not Base64')
  }
  return new Uint8Array(bytes)
}
