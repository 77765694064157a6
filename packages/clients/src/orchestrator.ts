/** Clients of the reference bank: its own side, and the phone's. Both run wherever `fetch` does. */
import {
  ActivationResponse,
  type CloudEnrolRequest,
  EnrolChallenge,
  MobileApplication,
  OrchestratorErrorResponse,
  type OrchestratorProblemCode,
  PhoneDocument,
  PhoneDocumentList,
  type PhoneSignatureRequest,
  PhoneSigner,
  SessionDocument,
  SessionDocumentList,
  StartActivationResponse,
  SubjectResponse,
  User,
} from '@cloudsigner/contracts/orchestrator'
import type { Static, TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { bodyOf, type FileContent } from './multipart.ts'

/** What the bank refused, with its code; or `UNREACHABLE` (no answer) and `UNEXPECTED_ANSWER` (not of the contract). */
export class OrchestratorApiError extends Error {
  override readonly name = 'OrchestratorApiError'
  readonly code: OrchestratorProblemCode | 'UNREACHABLE' | 'UNEXPECTED_ANSWER'
  /** HTTP status; 0 where there was no answer. */
  readonly status: number

  constructor(code: OrchestratorApiError['code'], status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = status
  }
}

export interface OrchestratorClientOptions {
  /** What precedes the paths, without a trailing slash. */
  readonly baseUrl: string
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds until a call is given up. Default 60 000. */
  readonly timeoutMs?: number
}

export interface BankClientOptions extends OrchestratorClientOptions {
  /** Value of the Authorization header. */
  readonly authorization: () => string | Promise<string>
}

export interface SessionUpload {
  readonly name: string
  readonly fileName: string
  readonly file: FileContent
  /** Which of the user's devices is to sign; may be left out where one alone is enrolled. */
  readonly activationId?: string
}

/** The bank's own side. */
export interface BankClient {
  /** Where the user is there already with the same data, nothing happens. */
  createUser(user: User): Promise<User>
  getUser(userId: string): Promise<User>
  /** What the app is built with. */
  getMobileApplication(): Promise<MobileApplication>
  startActivation(userId: string): Promise<StartActivationResponse>
  /** After the user has compared the fingerprints. */
  commitActivation(userId: string, activationId: string): Promise<ActivationResponse>
  getActivation(userId: string, activationId: string): Promise<ActivationResponse>
  createDocument(userId: string, upload: SessionUpload): Promise<SessionDocument>
  listDocuments(userId: string): Promise<SessionDocumentList>
  getDocument(userId: string, documentId: string): Promise<SessionDocument>
  /** The signed file. */
  downloadDocument(userId: string, documentId: string, range?: string): Promise<FileAnswer>
}

export interface FileAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: ReadableStream<Uint8Array>
}

/** What PowerAuth's code is computed over, and the headers that carry it. `uriId` is the path. */
export type PhoneAuthorize = (call: {
  readonly method: 'GET' | 'POST'
  readonly uriId: string
  readonly body: Uint8Array
}) => Promise<Readonly<Record<string, string>>>

export interface PhoneClientOptions extends OrchestratorClientOptions {
  /** Authentication code (any call) or token (GET only); see the headers' names in the contract. */
  readonly authorize: PhoneAuthorize
}

/** The phone's side. */
export interface PhoneClient {
  getSubject(): Promise<SubjectResponse>
  /** External mode: the certificate is for the device's own key. */
  enrol(csr: string): Promise<PhoneSigner>
  /** Cloud mode: what the device signs to have its key pinned. */
  createEnrolChallenge(): Promise<EnrolChallenge>
  /** Cloud mode: with the challenge signed. */
  enrolInCloud(request: Omit<CloudEnrolRequest, 'mode'>): Promise<PhoneSigner>
  /** This device's signer: its mode, and the certificate that documents are signed with. */
  getSigner(): Promise<PhoneSigner>
  listDocuments(): Promise<PhoneDocumentList>
  getDocument(documentId: string): Promise<PhoneDocument>
  /** The document to be read before it is signed. */
  downloadDocument(documentId: string): Promise<FileAnswer>
  /** The very file that is to be signed, its signature still empty: what a phone shows and computes the hash of. */
  downloadPrepared(documentId: string, range?: string): Promise<FileAnswer>
  /** `operationId` in Cloud mode, where `signature` is over the approval. */
  signDocument(documentId: string, signature: string, operationId?: string): Promise<PhoneDocument>
  rejectDocument(documentId: string): Promise<PhoneDocument>
}

/** What the app is made with: the one call that a phone makes before it can prove anything. */
export async function fetchMobileApplication(options: OrchestratorClientOptions): Promise<MobileApplication> {
  return read(MobileApplication, await caller(options)({ method: 'GET', path: '/app/configuration' }))
}

export function createBankClient(options: BankClientOptions): BankClient {
  const call = caller(options)
  const bank = async (method: 'GET' | 'POST', path: string, extra: Partial<Call> = {}) =>
    call({ method, path, ...extra, headers: { ...extra.headers, authorization: await options.authorization() } })
  const user = (id: string) => `/users/${encodeURIComponent(id)}`
  const activation = (userId: string, id: string) => `${user(userId)}/activations/${encodeURIComponent(id)}`
  const document = (userId: string, id: string) => `${user(userId)}/documents/${encodeURIComponent(id)}`
  return {
    createUser: async (json) => read(User, await bank('POST', '/users', jsonBody(json))),
    getUser: async (id) => read(User, await bank('GET', user(id))),
    getMobileApplication: async () => read(MobileApplication, await bank('GET', '/application')),
    startActivation: async (id) => read(StartActivationResponse, await bank('POST', `${user(id)}/activations`)),
    commitActivation: async (userId, id) =>
      read(ActivationResponse, await bank('POST', `${activation(userId, id)}/commit`)),
    getActivation: async (userId, id) => read(ActivationResponse, await bank('GET', activation(userId, id))),
    async createDocument(userId, upload) {
      const { name, fileName, file, activationId } = upload
      const query = new URLSearchParams({ name, fileName, ...(activationId === undefined ? {} : { activationId }) })
      const extra = { body: bodyOf(file), headers: { 'content-type': 'application/pdf' } }
      return read(SessionDocument, await bank('POST', `${user(userId)}/documents?${query}`, extra))
    },
    listDocuments: async (id) => read(SessionDocumentList, await bank('GET', `${user(id)}/documents`)),
    getDocument: async (userId, id) => read(SessionDocument, await bank('GET', document(userId, id))),
    downloadDocument: async (userId, id, range) =>
      fileOf(await bank('GET', `${document(userId, id)}/file`, range === undefined ? {} : { headers: { range } })),
  }
}

export function createPhoneClient(options: PhoneClientOptions): PhoneClient {
  const call = caller(options)
  async function phone(method: 'GET' | 'POST', path: string, json?: unknown, range?: string): Promise<Response> {
    const body = json === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(json))
    const authorization = await options.authorize({ method, uriId: path, body })
    const headers = { ...authorization, ...(range === undefined ? {} : { range }) }
    const content = json === undefined ? {} : { body, headers: { ...headers, 'content-type': 'application/json' } }
    return call({ method, path, headers, ...content })
  }
  const document = (id: string) => `/app/documents/${encodeURIComponent(id)}`
  return {
    getSubject: async () => read(SubjectResponse, await phone('GET', '/app/subject')),
    enrol: async (csr) => read(PhoneSigner, await phone('POST', '/app/signer', { csr })),
    createEnrolChallenge: async () => read(EnrolChallenge, await phone('POST', '/app/signer/challenges')),
    enrolInCloud: async (request) =>
      read(PhoneSigner, await phone('POST', '/app/signer', { mode: 'CLOUD', ...request })),
    getSigner: async () => read(PhoneSigner, await phone('GET', '/app/signer')),
    listDocuments: async () => read(PhoneDocumentList, await phone('GET', '/app/documents')),
    getDocument: async (id) => read(PhoneDocument, await phone('GET', document(id))),
    downloadDocument: async (id) => fileOf(await phone('GET', `${document(id)}/file`)),
    downloadPrepared: async (id, range) => fileOf(await phone('GET', `${document(id)}/prepared`, undefined, range)),
    async signDocument(id, signature, operationId) {
      const json: PhoneSignatureRequest = { signature, ...(operationId === undefined ? {} : { operationId }) }
      return read(PhoneDocument, await phone('POST', `${document(id)}/signature`, json))
    },
    rejectDocument: async (id) => read(PhoneDocument, await phone('POST', `${document(id)}/rejection`)),
  }
}

interface Call {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: BodyInit
}

function jsonBody(value: unknown): Partial<Call> {
  return { body: JSON.stringify(value), headers: { 'content-type': 'application/json' } }
}

function caller(options: OrchestratorClientOptions): (call: Call) => Promise<Response> {
  const fetch = options.fetch ?? globalThis.fetch
  return async ({ method, path, headers, body }) => {
    const init = {
      method,
      headers: { accept: 'application/json, application/pdf', ...headers },
      signal: AbortSignal.timeout(options.timeoutMs ?? 60_000),
      // Fetch §5.4: a stream as a body needs half duplex said aloud.
      ...(body === undefined ? {} : { body, duplex: 'half' }),
    }
    let response: Response
    try {
      response = await fetch(options.baseUrl + path, init)
    } catch (cause) {
      throw new OrchestratorApiError('UNREACHABLE', 0, 'The orchestrator could not be reached', { cause })
    }
    if (!response.ok) throw await refusal(response)
    return response
  }
}

async function read<Schema extends TSchema>(schema: Schema, response: Response): Promise<Static<Schema>> {
  const value: unknown = await response.json().catch(() => undefined)
  if (!Check(schema, value)) throw unexpected(response)
  return value
}

function fileOf(response: Response): FileAnswer {
  if (response.body === null) throw unexpected(response)
  return { status: response.status, headers: response.headers, body: response.body }
}

async function refusal(response: Response): Promise<OrchestratorApiError> {
  const value: unknown = await response.json().catch(() => undefined)
  if (!Check(OrchestratorErrorResponse, value)) return unexpected(response)
  const { code, message } = value.responseObject
  return new OrchestratorApiError(code, response.status, message)
}

function unexpected(response: Response): OrchestratorApiError {
  const message = `The orchestrator answered outside its contract (${response.status})`
  return new OrchestratorApiError('UNEXPECTED_ANSWER', response.status, message)
}
