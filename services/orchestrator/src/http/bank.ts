import type { Readable } from 'node:stream'
import {
  ActivationParams,
  ActivationResponse,
  MobileApplication,
  SessionDocument,
  SessionDocumentList,
  SessionParams,
  SessionQuery,
  StartActivationResponse,
  User,
  UserParams,
} from '@cloudsigner/contracts/orchestrator'
import type { HttpServer } from '@cloudsigner/service'
import { Type } from 'typebox'
import { createSession } from '../actions/create-session.ts'
import { currentSession, refreshedSession } from '../actions/signing-session.ts'
import type { OrchestratorContext } from '../context.ts'
import { Problem } from '../domain/problem.ts'
import { addActivation, addUser, getUser, requireActivation } from '../store/people.ts'
import { listSessions } from '../store/sessions.ts'
import { activationView } from './activation-view.ts'
import { refusals } from './problem-answer.ts'
import { RangeHeader, rangeResponses, sendSignedFile } from './session-file.ts'
import { sessionView } from './views.ts'

const UserSessionParams = Type.Object({ ...UserParams.properties, ...SessionParams.properties })
const listed = 100

/** The bank's own side. */
export function bankRoutes(server: HttpServer, context: OrchestratorContext): void {
  const { db, clock, powerAuth, settings } = context
  const view = (session: Parameters<typeof sessionView>[0]) =>
    sessionView(session, clock.now(), settings.waitingTimeoutSeconds)

  server.get(
    '/application',
    { schema: { summary: 'What the app is built with', response: { 200: MobileApplication, ...refusals(503) } } },
    async () => ({
      applicationId: settings.applicationId,
      mobileSdkConfig: await powerAuth.getMobileSdkConfig(),
      enrollmentServerUrl: settings.enrollmentServerUrl,
    }),
  )

  server.post(
    '/users',
    { schema: { summary: 'Add a user', body: User, response: { 200: User, ...refusals(400, 409) } } },
    async (request) => {
      await addUser(db, request.body, clock.now())
      return getUser(db, request.body.userId)
    },
  )

  server.get(
    '/users/:userId',
    { schema: { summary: 'A user', params: UserParams, response: { 200: User, ...refusals(400, 404) } } },
    async (request) => getUser(db, request.params.userId),
  )

  server.post(
    '/users/:userId/activations',
    {
      schema: {
        summary: "Start the activation of a user's phone: the code to be scanned",
        params: UserParams,
        response: { 200: StartActivationResponse, ...refusals(400, 404, 503) },
      },
    },
    async (request) => {
      const { userId } = await getUser(db, request.params.userId)
      const started = await powerAuth.startActivation(userId)
      await addActivation(db, userId, started.activationId, clock.now())
      return { ...started, qrCode: `${started.activationCode}#${started.activationSignature}` }
    },
  )

  server.get(
    '/users/:userId/activations/:activationId',
    {
      schema: {
        summary: 'An activation, with the fingerprint to compare',
        params: ActivationParams,
        response: { 200: ActivationResponse, ...refusals(400, 404, 503) },
      },
    },
    async (request) => {
      const { userId, activationId } = request.params
      await requireActivation(db, userId, activationId)
      return activationView(context, activationId)
    },
  )

  server.post(
    '/users/:userId/activations/:activationId/commit',
    {
      schema: {
        summary: 'Commit an activation, once the user has compared the fingerprints',
        params: ActivationParams,
        response: { 200: ActivationResponse, ...refusals(400, 404, 409, 503) },
      },
    },
    async (request) => {
      const { userId, activationId } = request.params
      await requireActivation(db, userId, activationId)
      await powerAuth.commitActivation(activationId)
      return activationView(context, activationId)
    },
  )

  // The PDF is handed on as a stream: no parser gathers it.
  server.addContentTypeParser('application/pdf', (_request, payload, done) => done(null, payload))
  server.post(
    '/users/:userId/documents',
    {
      schema: {
        summary: 'Hand in a PDF for a user to sign',
        consumes: ['application/pdf'],
        params: UserParams,
        querystring: SessionQuery,
        response: { 200: SessionDocument, ...refusals(400, 404, 409, 503) },
      },
    },
    async (request) => {
      const content = request.body as Readable | undefined
      if (request.headers['content-type']?.split(';')[0] !== 'application/pdf' || content === undefined) {
        throw new Problem('REQUEST_INVALID', 'The body is to be a PDF (application/pdf)')
      }
      return view(await createSession(context, request.params.userId, request.query, content))
    },
  )

  server.get(
    '/users/:userId/documents',
    {
      schema: {
        summary: "A user's documents, newest first",
        params: UserParams,
        response: { 200: SessionDocumentList, ...refusals(400, 404) },
      },
    },
    async (request) => {
      const { userId } = await getUser(db, request.params.userId)
      return { documents: (await listSessions(db, userId, listed)).map(view) }
    },
  )

  server.get(
    '/users/:userId/documents/:documentId',
    {
      schema: {
        summary: 'A document',
        params: UserSessionParams,
        response: { 200: SessionDocument, ...refusals(400, 404, 503) },
      },
    },
    async (request) => view(await refreshedSession(context, request.params.userId, request.params.documentId)),
  )

  server.get(
    '/users/:userId/documents/:documentId/file',
    {
      schema: {
        summary: 'The signed file, or ranges of it',
        params: UserSessionParams,
        headers: RangeHeader,
        response: { ...rangeResponses, ...refusals(400, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { userId, documentId } = request.params
      const session = await currentSession(context, userId, documentId)
      return sendSignedFile(context, session, request.headers.range, reply)
    },
  )
}
