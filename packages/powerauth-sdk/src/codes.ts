/** Authentication codes: one counter step each, stored before anything leaves the device. */
import {
  type AuthenticationKeys,
  base64Encode,
  canonicalQuery,
  computeAuthenticationCode,
  dataWithSecret,
  formatAuthorizationHeader,
  nextCounter,
  normalizeRequest,
} from '@cloudsigner/powerauth-protocol'
import type { ActivationRecord } from './activation-record.ts'
import type { ActivationStore } from './activation-store.ts'
import type { Authentication, BiometryStore } from './authentication.ts'
import { unlockKnowledge } from './knowledge.ts'
import { PowerAuthError } from './power-auth-error.ts'
import { PROTOCOL_VERSION, type ProtocolContext } from './protocol-context.ts'

export interface RequestToAuthenticate {
  /** The HTTP method. For GET, `body` is not read and `query` stands in its place. */
  readonly method: string
  /** The constant that the API's designer chose (`/pa/token/create`, `/operation/authorize` …), not the address. */
  readonly uriId: string
  /** The exact bytes of the body, or its text. */
  readonly body?: Uint8Array | string
  readonly query?: string
}

export class Codes {
  readonly #context: ProtocolContext
  readonly #store: ActivationStore
  readonly #biometry: BiometryStore | undefined

  constructor(context: ProtocolContext, store: ActivationStore, biometry: BiometryStore | undefined) {
    this.#context = context
    this.#store = store
    this.#biometry = biometry
  }

  /** X-PowerAuth-Authorization. The counter has moved on when this fulfils, whether the request is then sent or not. */
  async header(
    authentication: Authentication,
    request: RequestToAuthenticate,
  ): Promise<Readonly<Record<string, string>>> {
    const { crypto, application } = this.#context
    const record = this.#store.get()
    const nonce = base64Encode(crypto.random(16))
    const { method, uriId } = request
    const normalized = normalizeRequest({ method, uriId, nonce, body: signedBytes(request) })
    const code = await this.#code(
      record,
      authentication,
      dataWithSecret(normalized, application.applicationSecret),
      'base64',
    )
    const header = formatAuthorizationHeader({
      activationId: record.activationId,
      applicationKey: application.applicationKey,
      nonce,
      type: authentication.type,
      code,
      version: PROTOCOL_VERSION,
    })
    return { 'X-PowerAuth-Authorization': header }
  }

  /** The decimal code of an offline operation. It takes a counter step, like any other. */
  async offline(authentication: Authentication, data: Uint8Array, digits: number): Promise<string> {
    return this.#code(this.#store.get(), authentication, data, { digits })
  }

  async #code(
    record: ActivationRecord,
    authentication: Authentication,
    data: Uint8Array,
    format: 'base64' | { readonly digits: number },
  ): Promise<string> {
    const { crypto } = this.#context
    const keys = await this.#keys(record, authentication)
    const code = await computeAuthenticationCode(crypto, {
      type: authentication.type,
      keys,
      ctrData: record.ctrData,
      data,
      format,
    })
    keys.signatureKnowledgeKey?.fill(0)
    keys.signatureBiometryKey?.fill(0)
    // A lost answer costs the server's window one step. A counter used twice would lose the activation.
    await this.#store.change({
      ctrData: await nextCounter(crypto, record.ctrData),
      ctrByte: (record.ctrByte + 1) & 0xff,
    })
    return code
  }

  async #keys(record: ActivationRecord, authentication: Authentication): Promise<AuthenticationKeys> {
    const { signaturePossessionKey } = record
    switch (authentication.type) {
      case 'possession':
        return { signaturePossessionKey }
      case 'possession_knowledge': {
        const signatureKnowledgeKey = await unlockKnowledge(this.#context.crypto, record, authentication.password)
        return { signaturePossessionKey, signatureKnowledgeKey }
      }
      case 'possession_biometry': {
        const signatureBiometryKey = await this.#biometry?.load()
        if (signatureBiometryKey === undefined) throw new PowerAuthError('biometry_missing')
        return { signaturePossessionKey, signatureBiometryKey: signatureBiometryKey.slice() }
      }
    }
  }
}

function signedBytes(request: RequestToAuthenticate): Uint8Array {
  if (request.method.toUpperCase() === 'GET') return canonicalQuery(request.query ?? '')
  const body = request.body ?? ''
  return typeof body === 'string' ? new TextEncoder().encode(body) : body
}
