/** The kinds of request that the protocol knows, each in its one right order. */
import type { SharedInfo1 } from '@cloudsigner/powerauth-protocol'
import type { ActivationStore } from './activation-store.ts'
import type { Authentication } from './authentication.ts'
import type { Codes } from './codes.ts'
import type { Encryption } from './encryption.ts'
import { Exclusive } from './exclusive.ts'
import { type Members, responseObject } from './http-client.ts'
import { PowerAuthError } from './power-auth-error.ts'
import type { ProtocolContext } from './protocol-context.ts'

/** A request to an API of the application's own, at the server that has the public API. */
export interface ApplicationRequest {
  /** The constant that the API's designer chose, such as `/operation/authorize`. */
  readonly uriId: string
  /** Follows the base address. */
  readonly path: string
  readonly requestObject: object | undefined
  readonly headers?: Readonly<Record<string, string>>
}

export class Requests {
  readonly #context: ProtocolContext
  readonly #store: ActivationStore
  readonly #codes: Codes
  readonly #encryption: Encryption
  readonly #exclusive = new Exclusive()

  constructor(context: ProtocolContext, store: ActivationStore, codes: Codes, encryption: Encryption) {
    this.#context = context
    this.#store = store
    this.#codes = codes
    this.#encryption = encryption
  }

  /** Runs what takes counter steps, one after the other. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    return this.#exclusive.run(task)
  }

  /** A code over a plain body `{"requestObject": …}`, or over no body at all. Answers the responseObject. */
  async authenticated(
    uriId: string,
    path: string,
    requestObject: object | undefined,
    authentication: Authentication,
  ): Promise<Members> {
    return responseObject(await this.answerTo({ uriId, path, requestObject }, authentication))
  }

  /** The same; answers the whole body, which applications may have put more into. */
  answerTo(request: ApplicationRequest, authentication: Authentication): Promise<unknown> {
    const { uriId, path, requestObject, headers } = request
    return this.#exclusive.run(async () => {
      const body = requestObject === undefined ? '' : JSON.stringify({ requestObject })
      const header = await this.#codes.header(authentication, { method: 'POST', uriId, body })
      return this.#context.http.post(path, body, { ...headers, ...header })
    })
  }

  /** Vault and tokens: encrypted, then a code over what is sent. Answers the decrypted object. */
  authenticatedAndEncrypted(
    uriId: SharedInfo1,
    path: string,
    plaintext: object,
    authentication: Authentication,
  ): Promise<unknown> {
    return this.#exclusive.run(async () => {
      const exchange = await this.#encryption.encrypt(uriId, plaintext, this.#store.get())
      const header = await this.#codes.header(authentication, { method: 'POST', uriId, body: exchange.body })
      return exchange.send(path, header)
    })
  }

  /**
   * An application's own endpoints, and renaming: a code over the plaintext, which is then encrypted. So sends the
   * genuine client 1.10.0, whatever its documents say of the order.
   */
  authenticatedThenEncrypted(
    uriId: string,
    path: string,
    plaintext: object,
    authentication: Authentication,
  ): Promise<unknown> {
    return this.#exclusive.run(async () => {
      const exchange = await this.#encryption.encrypt('/pa/generic/activation', plaintext, this.#store.get())
      const body = JSON.stringify(plaintext)
      const header = await this.#codes.header(authentication, { method: 'POST', uriId, body })
      return exchange.send(path, header)
    })
  }

  /** Encrypted in either scope, without a code. */
  async encrypted(
    scope: 'application' | 'activation',
    path: string,
    plaintext: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const activation = scope === 'activation' ? this.#store.get() : undefined
    const exchange = await this.#encryption.encrypt(`/pa/generic/${scope}`, plaintext, activation)
    return exchange.send(path, { ...this.#encryption.header(activation), ...headers })
  }

  /** Compares the clocks, unless that was done. */
  async ensureTime(): Promise<void> {
    if (!this.#context.time.synchronized) await this.synchronizeTime()
  }

  async synchronizeTime(): Promise<void> {
    const { http, time } = this.#context
    const sentAt = time.deviceNow()
    const { serverTime } = await http.postObject('/pa/v3/status', {})
    if (typeof serverTime !== 'number') throw new PowerAuthError('invalid_response', 'The answer lacks serverTime')
    time.learn(serverTime, sentAt)
  }
}
