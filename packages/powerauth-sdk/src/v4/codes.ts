/** Authentication codes: one counter step each, stored before anything leaves the device. */
import { base64Encode, canonicalQuery, dataWithSecret, normalizeRequest } from '@cloudsigner/powerauth-protocol'
import {
  computeAuthenticationCode,
  type FactorKeys,
  formatAuthorizationHeader,
  nextCounter,
  unlockKnowledgeKey,
} from '@cloudsigner/powerauth-protocol/v4'
import type { Authentication, BiometryStore } from '../authentication.ts'
import type { RequestToAuthenticate } from '../codes.ts'
import { PowerAuthError } from '../power-auth-error.ts'
import type { ActivationRecord } from './activation-record.ts'
import type { ActivationStore } from './activation-store.ts'
import type { Context } from './context.ts'

export class Codes {
  readonly #context: Context
  readonly #store: ActivationStore
  readonly #biometry: BiometryStore | undefined

  constructor(context: Context, store: ActivationStore, biometry: BiometryStore | undefined) {
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
    const normalized = normalizeRequest({ method, uriId, nonce, body: coveredBytes(request) })
    const data = dataWithSecret(normalized, application.applicationSecret)
    const code = await this.#code(record, authentication, data, 'base64')
    const header = formatAuthorizationHeader({
      activationId: record.activationId,
      applicationKey: application.applicationKey,
      nonce,
      type: authentication.type,
      code,
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
    const { type } = authentication
    const keys = await this.#keys(record, authentication)
    const { ctrData, ctrByte } = record
    const code = await computeAuthenticationCode(crypto, { type, keys, ctrData, data, format })
    keys.knowledgeKey?.fill(0)
    keys.biometryKey?.fill(0)
    // A lost answer costs the server's window one step. A counter used twice would lose the activation.
    await this.#store.change({
      ctrData: await nextCounter(crypto, ctrData),
      ...(ctrByte !== undefined && { ctrByte: (ctrByte + 1) & 0xff }),
    })
    return code
  }

  async #keys(record: ActivationRecord, authentication: Authentication): Promise<Partial<FactorKeys>> {
    const { possessionKey, protectedKnowledgeKey, knowledgeSalt } = record
    switch (authentication.type) {
      case 'possession':
        return { possessionKey }
      case 'possession_knowledge': {
        const { password } = authentication
        if (password === '') throw new PowerAuthError('invalid_argument', 'The PIN or password is empty')
        const { crypto } = this.#context
        const knowledgeKey = await unlockKnowledgeKey(crypto, protectedKnowledgeKey, password, knowledgeSalt)
        return { possessionKey, knowledgeKey }
      }
      case 'possession_biometry': {
        const biometryKey = await this.#biometry?.load()
        if (biometryKey === undefined) throw new PowerAuthError('biometry_missing')
        return { possessionKey, biometryKey: biometryKey.slice() }
      }
    }
  }
}

function coveredBytes(request: RequestToAuthenticate): Uint8Array {
  if (request.method.toUpperCase() === 'GET') return canonicalQuery(request.query ?? '')
  const body = request.body ?? ''
  return typeof body === 'string' ? new TextEncoder().encode(body) : body
}
