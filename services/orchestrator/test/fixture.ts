/** The bank over real HTTP, database and files; PowerAuth and the signer are others, that obey the test. */
import {
  type BankClient,
  createBankClient,
  createPhoneClient,
  type PhoneClient,
} from '@cloudsigner/clients/orchestrator'
import { SignerApiError, type SignerClient } from '@cloudsigner/clients/signer'
import type { OperationStatus } from '@cloudsigner/contracts/powerauth-private'
import type { SignerProblemCode } from '@cloudsigner/contracts/signer'
import { normalizeRequest } from '@cloudsigner/powerauth-protocol'
import {
  createFixedClock,
  type FixedClock,
  openTestEnvironment,
  type TestEnvironment,
} from '@cloudsigner/service/testing'
import type { NewOperation } from '../src/adapters/operations.ts'
import type { PowerAuth } from '../src/adapters/power-auth.ts'
import { createOrchestrator, type OrchestratorService } from '../src/app.ts'
import { Problem } from '../src/domain/problem.ts'

/** How long the signer's approvals are good for: less than a document waits. */
export const approvalSeconds = 1800

export const nonce = 'kYjzVBB8Y0ZFabxSWbWovQ=='

export interface TestOutside {
  /** By activation: the user and PowerAuth's status. */
  readonly activations: Map<string, { userId: string; status: string }>
  /** What the signer has: by its document id, the bytes and the signature. */
  readonly documents: Map<string, TestDocument>
  /** By activation: what it enrolled with. */
  readonly signers: Map<string, { readonly mode: 'EXTERNAL' | 'CLOUD'; readonly proof: string }>
  /** PowerAuth's, by id. */
  readonly operations: Map<string, NewOperation & { status: OperationStatus }>
  /** What the signer's next calls answer instead. */
  signerFault: { code: SignerProblemCode | 'UNREACHABLE'; status: number } | null
  powerAuthDown: boolean
  /** The next operation is made, and PowerAuth's answer gets lost. */
  loseOperationAnswer: boolean
}

export interface TestDocument {
  readonly bytes: Uint8Array
  signature: string | null
  rejected: boolean
  /** Of Cloud mode. */
  readonly approval: { readonly approvalId: string; readonly toBeSigned: string; readonly expiresAt: string } | null
}

export interface Fixture {
  readonly url: string
  readonly authorization: string
  readonly bank: BankClient
  readonly outside: TestOutside
  readonly clock: FixedClock
  readonly environment: TestEnvironment
  /** A phone of this activation; `change` makes a wrong code. */
  readonly phone: (activationId: string, change?: (code: string) => string) => PhoneClient
  readonly restart: () => Promise<void>
  readonly close: () => Promise<void>
}

export const alice = {
  userId: 'alice',
  givenName: 'Alice',
  surname: 'Nováková',
  country: 'CZ',
  identity: { type: 'PNO', value: '8001011234' },
} as const

/** The test's code: the data it is over, in Base64 of 32 bytes or so; it verifies where it is the same. */
async function codeOver(activationId: string, data: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${activationId}&${data}`))
  return Buffer.from(digest).toString('base64')
}

/** The header with a code for this call; `change` makes a wrong one. */
export async function codeHeader(
  activationId: string,
  method: string,
  uriId: string,
  body: Uint8Array,
  change: (code: string) => string = (code) => code,
  signatureType = 'possession_knowledge',
): Promise<string> {
  const code = change(await codeOver(activationId, normalizeRequest({ method, uriId, nonce, body })))
  return `PowerAuth pa_activation_id="${activationId}", pa_application_key="${nonce}", pa_nonce="${nonce}", pa_signature_type="${signatureType}", pa_signature="${code}", pa_version="3.3"`
}

export async function openFixture(): Promise<Fixture> {
  const clock = createFixedClock()
  const environment = await openTestEnvironment({ clock })
  const outside: TestOutside = {
    activations: new Map(),
    documents: new Map(),
    signers: new Map(),
    operations: new Map(),
    signerFault: null,
    powerAuthDown: false,
    loseOperationAnswer: false,
  }
  const config = {
    listen: { host: '127.0.0.1', port: 0 },
    credentials: { user: 'bank', password: 'vault door' },
    powerAuth: { baseUrl: 'http://127.0.0.1:1', publicUrl: 'https://bank.example/enrollment-server' },
    signer: { baseUrl: 'http://127.0.0.1:1', credentials: { user: 'a', password: 'b' } },
    maxDocumentBytes: 1024 * 1024,
    callbacks: { access: { credentials: { user: 'callbacks', password: 'tell me' } } },
  }
  const open = () =>
    createOrchestrator(config, environment, { powerAuth: testPowerAuth(outside), signer: testSigner(outside, clock) })
  let service: OrchestratorService = await open()
  const address = () => `http://127.0.0.1:${service.listeners.http.port}`
  const authorization = `Basic ${Buffer.from('bank:vault door').toString('base64')}`
  return {
    get url() {
      return address()
    },
    authorization,
    get bank() {
      return createBankClient({ baseUrl: address(), authorization: () => authorization })
    },
    outside,
    clock,
    environment,
    phone: (activationId, change = (code) => code) =>
      createPhoneClient({
        baseUrl: address(),
        authorize: async ({ method, uriId, body }) => ({
          'x-powerauth-authorization': await codeHeader(activationId, method, uriId, body, change),
        }),
      }),
    async restart() {
      await service.close()
      service = await open()
    },
    async close() {
      await service.close()
      await environment.close()
    },
  }
}

export function testPowerAuth(outside: TestOutside): PowerAuth {
  const up = () => {
    if (outside.powerAuthDown) throw new Problem('UPSTREAM_UNAVAILABLE', 'PowerAuth is down')
  }
  const callerOf = (activationId: string) => {
    const found = outside.activations.get(activationId)
    return found?.status === 'ACTIVE' ? { activationId, userId: found.userId } : null
  }
  return {
    async getMobileSdkConfig() {
      up()
      return 'mobile-sdk-config'
    },
    async startActivation(userId) {
      const activationId = crypto.randomUUID()
      outside.activations.set(activationId, { userId, status: 'CREATED' })
      return { activationId, activationCode: 'AAAAA-BBBBB-CCCCC-DDDDD', activationSignature: 'MEUC' }
    },
    async commitActivation(activationId) {
      const found = outside.activations.get(activationId)
      if (found) found.status = 'ACTIVE'
    },
    async getActivation(activationId) {
      return { status: outside.activations.get(activationId)?.status ?? 'REMOVED', fingerprint: '12345678' }
    },
    async verifyCode(header, { method, uriId, body }) {
      const expected = await codeOver(
        header.activationId,
        normalizeRequest({ method, uriId, nonce: header.nonce, body }),
      )
      return header.code === expected ? callerOf(header.activationId) : null
    },
    async verifyToken({ tokenId }) {
      return callerOf(tokenId)
    },
    async createOperation(operation) {
      up()
      const id = crypto.randomUUID()
      outside.operations.set(id, { ...operation, status: 'PENDING' })
      if (outside.loseOperationAnswer) throw new Problem('UPSTREAM_UNAVAILABLE', 'the answer got lost')
      return id
    },
    async findOperation(externalId) {
      up()
      return [...outside.operations].find(([, operation]) => operation.externalId === externalId)?.[0] ?? null
    },
    async getOperationStatus(operationId) {
      up()
      return outside.operations.get(operationId)?.status ?? null
    },
    async cancelOperation(operationId) {
      up()
      const found = outside.operations.get(operationId)
      if (found?.status === 'PENDING') found.status = 'CANCELED'
    },
  }
}

export function testSigner(outside: TestOutside, clock: FixedClock): SignerClient {
  const check = () => {
    const fault = outside.signerFault
    if (fault) throw new SignerApiError(fault.code, fault.status, `The signer says ${fault.code}`)
  }
  const documentOf = (id: string) => {
    const document = outside.documents.get(id)
    if (!document) throw new SignerApiError('ERROR_RESOURCE_NOT_FOUND', 400, 'There is no such document')
    return document
  }
  return {
    async createSigner({ signerId, csr }) {
      check()
      outside.signers.set(signerId ?? '', { mode: 'EXTERNAL', proof: csr })
    },
    async getSigner(signerId) {
      check()
      if (!outside.signers.has(signerId)) throw new SignerApiError('ERROR_RESOURCE_NOT_FOUND', 400, 'no such signer')
      return { signerId, externalSignerId: signerId, userId: '', signerStatus: 'ACTIVE' }
    },
    async getSignerDetail(signerId) {
      check()
      const signer = outside.signers.get(signerId)
      if (!signer) throw new SignerApiError('ERROR_RESOURCE_NOT_FOUND', 400, 'no such signer')
      return { signerId, userId: '', signerStatus: 'ACTIVE', mode: signer.mode, certificate: 'MAA=' }
    },
    async setSignerStatus() {},
    async uploadDocument({ signerId, externalId, name, fileName, file }) {
      check()
      const bytes = Buffer.concat(await Array.fromAsync(file as AsyncIterable<Uint8Array>))
      const documentId = `s-${externalId}`
      const expiresAt = new Date(clock.now().getTime() + approvalSeconds * 1000).toISOString()
      const inCloud = outside.signers.get(signerId)?.mode === 'CLOUD'
      const approval = inCloud ? { approvalId: `a-${externalId}`, toBeSigned: 'QXBwcm92YWw=', expiresAt } : null
      outside.documents.set(documentId, { bytes, signature: null, rejected: false, approval })
      return {
        documentId,
        signerId,
        externalSignerId: signerId,
        externalId,
        name,
        fileName,
        size: bytes.length,
        hash: 'MQA=',
        ...(approval && { approval }),
      }
    },
    async createChallenge() {
      check()
      return { challengeId: 'challenge', toBeSigned: 'QmluZGluZw==', expiresAt: clock.now().toISOString() }
    },
    async createCloudSigner({ signerId, userId, signature, subject }) {
      check()
      if (signature !== 'Z29vZA==') throw new SignerApiError('CSR_INVALID_SIGNATURE_ERROR', 400, 'not signed')
      outside.signers.set(signerId, { mode: 'CLOUD', proof: subject ?? '' })
      return { signerId, userId, signerStatus: 'ACTIVE', mode: 'CLOUD', certificate: 'MAA=' }
    },
    async signDocument(documentId, request) {
      check()
      const document = documentOf(documentId)
      const forbidden = (why: string) => new SignerApiError('ILLEGAL_OPERATION_ERROR', 400, why)
      if ('approval' in request) {
        const { approvalId, operationId, signature } = request.approval
        if (document.signature === signature) return { documentId, uri: '' }
        if (document.approval?.approvalId !== approvalId) throw forbidden('It is another approval')
        if (outside.operations.get(operationId)?.status !== 'APPROVED') throw forbidden('The operation is not approved')
      } else if (document.approval !== null) throw forbidden('The signer is of Cloud mode')
      if (document.signature || document.rejected) throw forbidden('The document waits no longer')
      document.signature = 'approval' in request ? request.approval.signature : request.signature
      return { documentId, uri: '' }
    },
    async downloadPrepared(documentId, range) {
      check()
      const { bytes } = documentOf(documentId)
      const body = new Blob([Buffer.concat([bytes, Buffer.from(`prepared:${range ?? 'whole'}`)])])
      const headers = new Headers({ 'content-type': 'application/pdf', 'accept-ranges': 'bytes', etag: '"p"' })
      return { status: range === undefined ? 200 : 206, headers, body: body.stream() }
    },
    async downloadDocument(documentId, range) {
      check()
      const { bytes, signature } = documentOf(documentId)
      if (!signature) throw new SignerApiError('ILLEGAL_OPERATION_ERROR', 400, 'There is no signed file')
      const body = new Blob([Buffer.concat([bytes, Buffer.from(`signed:${signature}:${range ?? 'whole'}`)])])
      const headers = new Headers({ 'content-type': 'application/pdf', etag: '"e"' })
      return { status: range === undefined ? 200 : 206, headers, body: body.stream() }
    },
    async rejectDocument(documentId) {
      check()
      documentOf(documentId).rejected = true
      return { documentId, name: '', fileName: '', size: 0, hash: '' }
    },
    async deleteDocument() {},
  }
}
