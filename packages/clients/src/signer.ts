/**
 * Client of CloudSigner Server's REST API. Runs wherever `fetch` does; the file of an upload is streamed, never
 * gathered, and a download is handed on as a stream.
 */
import {
  CloudSignerResponse,
  type CreateChallengeRequest,
  CreateChallengeResponse,
  type CreateCloudSignerRequest,
  SignerDetailResponse,
} from '@cloudsigner/contracts/cloud-mode'
import {
  type CreateSignerRequest,
  RejectDocumentResponse,
  type SetSignerStatusRequest,
  type SignDocumentRequest,
  SignDocumentResponse,
  SignerErrorResponse,
  type SignerProblemCode,
  SignerResponse,
  UploadDocumentResponse,
} from '@cloudsigner/contracts/signer'
import type { Static, TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { encodeMultipart, type FileContent } from './multipart.ts'

export interface SignerClientOptions {
  /** What precedes `/signers`, without a trailing slash. */
  readonly baseUrl: string
  /** Value of the Authorization header, asked before every call. */
  readonly authorization: () => string | Promise<string>
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds until a call is given up; uploads and downloads included. Default 60 000. */
  readonly timeoutMs?: number
}

/** What the server refused, with its code; or `UNREACHABLE` (no answer) and `UNEXPECTED_ANSWER` (not of the contract). */
export class SignerApiError extends Error {
  readonly code: SignerProblemCode | 'UNREACHABLE' | 'UNEXPECTED_ANSWER'
  /** HTTP status; 0 where there was no answer. */
  readonly status: number

  constructor(code: SignerApiError['code'], status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SignerApiError'
    this.code = code
    this.status = status
  }
}

export interface DocumentUpload {
  readonly signerId: string
  readonly externalId: string
  readonly name: string
  readonly fileName: string
  readonly file: FileContent
  /** The JSON part `visualSignature`, as the contract describes it. */
  readonly visualSignature?: unknown
}

export interface FileDownload {
  readonly status: 200 | 206
  readonly headers: Headers
  readonly body: ReadableStream<Uint8Array>
}

export interface SignerClient {
  /** Enrols, or re-enrols an existing signer with a new CSR. */
  createSigner(request: CreateSignerRequest): Promise<void>
  getSigner(signerId: string): Promise<SignerResponse>
  /** Of either mode, with its mode and certificate. */
  getSignerDetail(signerId: string): Promise<SignerDetailResponse>
  setSignerStatus(signerId: string, request: SetSignerStatusRequest): Promise<void>
  /** Cloud mode: what the device signs to have its key pinned. */
  createChallenge(request: CreateChallengeRequest): Promise<CreateChallengeResponse>
  /** Cloud mode: enrols with the challenge signed, or enrols an existing signer again with a new key pair. */
  createCloudSigner(request: CreateCloudSignerRequest): Promise<CloudSignerResponse>
  /** The answer has `approval` where the signer is of Cloud mode. */
  uploadDocument(upload: DocumentUpload): Promise<UploadDocumentResponse>
  signDocument(documentId: string, request: SignDocumentRequest): Promise<SignDocumentResponse>
  /** `range` is the value of the Range header, for example `bytes=0-999`. */
  downloadDocument(documentId: string, range?: string): Promise<FileDownload>
  /** The file as it is to be signed, its signature still empty. */
  downloadPrepared(documentId: string, range?: string): Promise<FileDownload>
  rejectDocument(documentId: string): Promise<RejectDocumentResponse>
  deleteDocument(documentId: string): Promise<void>
}

interface Call {
  readonly method: string
  readonly path: string
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: BodyInit
}

export function createSignerClient(options: SignerClientOptions): SignerClient {
  const fetch = options.fetch ?? globalThis.fetch

  async function send(call: Call): Promise<Response> {
    const headers = new Headers({ accept: 'application/json, application/pdf', ...call.headers })
    headers.set('authorization', await authorizationOf(options))
    if (call.json !== undefined) headers.set('content-type', 'application/json')
    const body = call.json === undefined ? call.body : JSON.stringify(call.json)
    const init = {
      method: call.method,
      headers,
      signal: AbortSignal.timeout(options.timeoutMs ?? 60_000),
      // Fetch §5.4: a stream as a body needs half duplex said aloud.
      ...(body === undefined ? {} : { body, duplex: 'half' }),
    }
    let response: Response
    try {
      response = await fetch(options.baseUrl + call.path, init)
    } catch (cause) {
      throw new SignerApiError('UNREACHABLE', 0, 'The signer could not be reached', { cause })
    }
    if (!response.ok) throw await refusal(response)
    return response
  }

  async function answer<Schema extends TSchema>(schema: Schema, call: Call): Promise<Static<Schema>> {
    const response = await send(call)
    const value: unknown = await response.json().catch(() => undefined)
    if (!Check(schema, value)) throw unexpected(response, `${call.method} ${call.path}`)
    return value
  }

  async function nothing(call: Call): Promise<void> {
    const response = await send(call)
    await response.body?.cancel()
  }

  async function file(path: string, range: string | undefined): Promise<FileDownload> {
    const headers: Record<string, string> = range === undefined ? {} : { range }
    const response = await send({ method: 'GET', path, headers })
    if (response.body === null) throw unexpected(response, 'The download')
    return { status: response.status === 206 ? 206 : 200, headers: response.headers, body: response.body }
  }

  const signer = (id: string) => `/signers/${encodeURIComponent(id)}`
  const document = (id: string) => `/documents/${encodeURIComponent(id)}`

  return {
    createSigner: (json) => nothing({ method: 'POST', path: '/signers', json }),
    getSigner: (id) => answer(SignerResponse, { method: 'GET', path: signer(id) }),
    getSignerDetail: (id) => answer(SignerDetailResponse, { method: 'GET', path: `/v2${signer(id)}/certificate` }),
    setSignerStatus: (id, json) => nothing({ method: 'PUT', path: signer(id), json }),
    createChallenge: (json) =>
      answer(CreateChallengeResponse, { method: 'POST', path: '/v2/signers/challenges', json }),
    createCloudSigner: (json) => answer(CloudSignerResponse, { method: 'POST', path: '/v2/signers', json }),
    uploadDocument(upload) {
      const { signerId, externalId, name, fileName, file, visualSignature } = upload
      const form = encodeMultipart({
        fields: { signerId, externalId, name },
        json: visualSignature === undefined ? {} : { visualSignature },
        file: { name: 'file', fileName, contentType: 'application/pdf', content: file },
      })
      const headers = { 'content-type': form.contentType }
      return answer(UploadDocumentResponse, { method: 'POST', path: '/documents', headers, body: form.body })
    },
    signDocument: (id, json) =>
      answer(SignDocumentResponse, { method: 'POST', path: `${document(id)}/signature`, json }),
    downloadDocument: (id, range) => file(`${document(id)}/file`, range),
    downloadPrepared: (id, range) => file(`/v2${document(id)}/prepared`, range),
    rejectDocument: (id) =>
      answer(RejectDocumentResponse, { method: 'PUT', path: document(id), json: { status: 'REJECTED' } }),
    deleteDocument: (id) => nothing({ method: 'DELETE', path: document(id) }),
  }
}

async function authorizationOf(options: SignerClientOptions): Promise<string> {
  try {
    return await options.authorization()
  } catch (cause) {
    throw new SignerApiError('UNREACHABLE', 0, 'There is no authorization to call the signer with', { cause })
  }
}

async function refusal(response: Response): Promise<SignerApiError> {
  const value: unknown = await response.json().catch(() => undefined)
  if (!Check(SignerErrorResponse, value)) return unexpected(response, 'The refusal')
  const { code, message } = value.responseObject
  return new SignerApiError(code, response.status, message)
}

function unexpected(response: Response, what: string): SignerApiError {
  return new SignerApiError('UNEXPECTED_ANSWER', response.status, `${what} was answered outside the contract`)
}
