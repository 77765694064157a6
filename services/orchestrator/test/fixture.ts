/** The bank over real HTTP, database and files; PowerAuth and the signer are others, that obey the test. */
import {
  type BankClient,
  createBankClient,
  createPhoneClient,
  type PhoneClient,
} from '@cloudsigner/clients/orchestrator'
import { SignerApiError, type SignerClient } from '@cloudsigner/clients/signer'
import type { SignerProblemCode } from '@cloudsigner/contracts/signer'
import { normalizeRequest } from '@cloudsigner/powerauth-protocol'
import {
  createFixedClock,
  type FixedClock,
  openTestEnvironment,
  type TestEnvironment,
} from '@cloudsigner/service/testing'
import type { PowerAuth } from '../src/adapters/power-auth.ts'
import { createOrchestrator, type OrchestratorService } from '../src/app.ts'

export const nonce = 'kYjzVBB8Y0ZFabxSWbWovQ=='

export interface TestOutside {
  /** By activation: the user and PowerAuth's status. */
  readonly activations: Map<string, { userId: string; status: string }>
  /** What the signer has: by its document id, the bytes and the signature. */
  readonly documents: Map<string, { bytes: Uint8Array; signature: string | null; rejected: boolean }>
  readonly signers: Map<string, string>
  /** What the signer's next calls answer instead. */
  signerFault: { code: SignerProblemCode | 'UNREACHABLE'; status: number } | null
  powerAuthDown: boolean
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
    signerFault: null,
    powerAuthDown: false,
  }
  const config = {
    listen: { host: '127.0.0.1', port: 0 },
    credentials: { user: 'bank', password: 'vault door' },
    powerAuth: { baseUrl: 'http://127.0.0.1:1', publicUrl: 'https://bank.example/enrollment-server' },
    signer: { baseUrl: 'http://127.0.0.1:1', credentials: { user: 'a', password: 'b' } },
    maxDocumentBytes: 1024 * 1024,
  }
  const open = () =>
    createOrchestrator(config, environment, { powerAuth: testPowerAuth(outside), signer: testSigner(outside) })
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

function testPowerAuth(outside: TestOutside): PowerAuth {
  const up = () => {
    if (outside.powerAuthDown) throw new Error('PowerAuth is down')
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
  }
}

export function testSigner(outside: TestOutside): SignerClient {
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
      outside.signers.set(signerId ?? '', csr)
    },
    async getSigner(signerId) {
      check()
      if (!outside.signers.has(signerId)) throw new SignerApiError('ERROR_RESOURCE_NOT_FOUND', 400, 'no such signer')
      return { signerId, externalSignerId: signerId, userId: '', signerStatus: 'ACTIVE' }
    },
    async setSignerStatus() {},
    async uploadDocument({ signerId, externalId, name, fileName, file }) {
      check()
      const bytes = Buffer.concat(await Array.fromAsync(file as AsyncIterable<Uint8Array>))
      const documentId = `s-${externalId}`
      outside.documents.set(documentId, { bytes, signature: null, rejected: false })
      return {
        documentId,
        signerId,
        externalSignerId: signerId,
        externalId,
        name,
        fileName,
        size: bytes.length,
        hash: 'MQA=',
      }
    },
    createChallenge: () => Promise.reject(new SignerApiError('ERROR_GENERIC', 400, 'There is no Cloud mode here')),
    createCloudSigner: () => Promise.reject(new SignerApiError('ERROR_GENERIC', 400, 'There is no Cloud mode here')),
    async signDocument(documentId, request) {
      check()
      const document = documentOf(documentId)
      if (!('signature' in request)) throw new SignerApiError('ERROR_GENERIC', 400, 'There is no Cloud mode here')
      if (document.signature || document.rejected) {
        throw new SignerApiError('ILLEGAL_OPERATION_ERROR', 400, 'The document waits no longer')
      }
      document.signature = request.signature
      return { documentId, uri: '' }
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
