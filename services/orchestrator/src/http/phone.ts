import {
  EnrolChallenge,
  EnrolRequest,
  PhoneDocument,
  PhoneDocumentList,
  PhoneSignatureRequest,
  PhoneSigner,
  SessionParams,
  SubjectResponse,
} from '@cloudsigner/contracts/orchestrator'
import { bytesResponse, type HttpServer } from '@cloudsigner/service'
import { createEnrolChallenge, enrol, enrolInCloud } from '../actions/enrol.ts'
import { getPhoneSigner } from '../actions/phone-signer.ts'
import { currentSession, refreshedSession, reject, sign } from '../actions/signing-session.ts'
import type { OrchestratorContext } from '../context.ts'
import { subjectOf } from '../domain/subject.ts'
import { getUser } from '../store/people.ts'
import { listSessions, type Session } from '../store/sessions.ts'
import { phoneOf } from './phone-authentication.ts'
import { refusals } from './problem-answer.ts'
import { RangeHeader, rangeResponses, sendOriginal, sendPreparedFile, sendSignedFile } from './session-file.ts'
import { phoneView } from './views.ts'

const listed = 100

/** The phone's side: a caller sees what is its own user's, and signs what was prepared for its own device. */
export function phoneRoutes(scope: HttpServer, context: OrchestratorContext): void {
  const { db, clock, settings } = context
  const view = (session: Session) => phoneView(session, clock.now(), settings.waitingTimeoutSeconds)

  scope.get(
    '/app/subject',
    { schema: { summary: 'The subject to put into the CSR', response: { 200: SubjectResponse, ...refusals(404) } } },
    async (request) => {
      const { der, rfc4514 } = subjectOf(await getUser(db, phoneOf(request).userId))
      return { subject: der.toBase64(), text: rfc4514 }
    },
  )

  scope.post(
    '/app/signer',
    {
      schema: {
        summary: 'Enrol this device: with a CSR, or in Cloud mode with a challenge that it signed',
        body: EnrolRequest,
        response: { 200: PhoneSigner, ...refusals(400, 404, 409, 503) },
      },
    },
    async (request) => {
      const { body } = request
      const phone = phoneOf(request)
      return body.mode === 'CLOUD' ? enrolInCloud(context, phone, body) : enrol(context, phone, body.csr)
    },
  )

  scope.post(
    '/app/signer/challenges',
    {
      schema: {
        summary: 'Cloud mode: what the device signs to have its key pinned',
        response: { 200: EnrolChallenge, ...refusals(400, 404, 409, 503) },
      },
    },
    async (request) => createEnrolChallenge(context, phoneOf(request)),
  )

  scope.get(
    '/app/signer',
    { schema: { summary: "This device's signer", response: { 200: PhoneSigner, ...refusals(400, 404, 409, 503) } } },
    async (request) => getPhoneSigner(context, phoneOf(request)),
  )

  scope.get(
    '/app/documents',
    { schema: { summary: 'My documents, newest first', response: { 200: PhoneDocumentList, ...refusals() } } },
    async (request) => {
      const sessions = await listSessions(db, phoneOf(request).userId, listed)
      return { documents: sessions.map(view) }
    },
  )

  scope.get(
    '/app/documents/:documentId',
    {
      schema: {
        summary: 'A document',
        params: SessionParams,
        response: { 200: PhoneDocument, ...refusals(400, 404, 409, 503) },
      },
    },
    async (request) => view(await refreshedSession(context, phoneOf(request).userId, request.params.documentId)),
  )

  scope.get(
    '/app/documents/:documentId/file',
    {
      schema: {
        summary: 'The file to read: signed where it is signed',
        params: SessionParams,
        response: { 200: bytesResponse('The file', 'application/pdf'), ...refusals(400, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const session = await currentSession(context, phoneOf(request).userId, request.params.documentId)
      return session.state.status === 'SIGNED'
        ? sendSignedFile(context, session, undefined, reply)
        : sendOriginal(context, session, reply)
    },
  )

  scope.get(
    '/app/documents/:documentId/prepared',
    {
      schema: {
        summary: 'The very file that is to be signed, or ranges of it',
        params: SessionParams,
        headers: RangeHeader,
        response: { ...rangeResponses, ...refusals(400, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const session = await currentSession(context, phoneOf(request).userId, request.params.documentId)
      return sendPreparedFile(context, session, request.headers.range, reply)
    },
  )

  scope.post(
    '/app/documents/:documentId/signature',
    {
      schema: {
        summary: "Sign a document with the device's signature",
        params: SessionParams,
        body: PhoneSignatureRequest,
        response: { 200: PhoneDocument, ...refusals(400, 404, 409, 503) },
      },
    },
    async (request) => {
      const { userId } = phoneOf(request)
      const { signature, operationId = null } = request.body
      return view(await sign(context, userId, request.params.documentId, { signature, operationId }))
    },
  )

  scope.post(
    '/app/documents/:documentId/rejection',
    {
      schema: {
        summary: 'Reject a document',
        params: SessionParams,
        response: { 200: PhoneDocument, ...refusals(400, 404, 409, 503) },
      },
    },
    async (request) => view(await reject(context, phoneOf(request).userId, request.params.documentId)),
  )
}
