/** The kinds of request that the protocol knows, each in its one right order: encrypted first, then authenticated. */
import type { SharedInfo1 } from '@cloudsigner/powerauth-protocol/v4'
import type { Authentication } from '../authentication.ts'
import { Exclusive } from '../exclusive.ts'
import { type Members, responseObject } from '../http-client.ts'
import { PowerAuthError } from '../power-auth-error.ts'
import type { ApplicationRequest } from '../requests.ts'
import type { ActivationStore } from './activation-store.ts'
import type { Codes } from './codes.ts'
import type { Context } from './context.ts'
import type { Encryption } from './encryption.ts'

export class Requests {
  readonly #context: Context
  readonly #store: ActivationStore
  readonly #codes: Codes
  readonly #encryption: Encryption
  readonly #exclusive = new Exclusive()

  constructor(context: Context, store: ActivationStore, codes: Codes, encryption: Encryption) {
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
    requestObject: object | undefined,
    authentication: Authentication,
  ): Promise<Members> {
    const path = uriId.replace('/pa/', '/pa/v4/')
    return responseObject(await this.answerTo({ uriId, path, requestObject }, authentication))
  }

  /** The same to any address; answers the whole body, which applications may have put more into. */
  answerTo(request: ApplicationRequest, authentication: Authentication): Promise<unknown> {
    return this.#exclusive.run(() => this.send(request, authentication))
  }

  /** The same for who runs exclusively already. */
  async send(request: ApplicationRequest, authentication: Authentication): Promise<unknown> {
    const { uriId, path, requestObject, headers } = request
    const body = requestObject === undefined ? '' : JSON.stringify({ requestObject })
    const header = await this.#codes.header(authentication, { method: 'POST', uriId, body })
    return this.#context.http.post(path, body, { ...headers, ...header })
  }

  /** Encrypted, then a code over what is sent. Answers the decrypted object. */
  authenticatedAndEncrypted(
    request: { readonly uriId: string; readonly path?: string; readonly sharedInfo1: SharedInfo1 },
    plaintext: object,
    authentication: Authentication,
  ): Promise<unknown> {
    const { uriId, sharedInfo1, path = uriId.replace('/pa/', '/pa/v4/') } = request
    return this.#exclusive.run(async () => {
      const exchange = await this.#encryption.encrypt(sharedInfo1, plaintext, this.#store.get())
      const header = await this.#codes.header(authentication, { method: 'POST', uriId, body: exchange.body })
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
    const { http, time, application } = this.#context
    const sentAt = time.deviceNow()
    const { serverTime } = await http.postObject('/pa/v4/status', { applicationKey: application.applicationKey })
    if (typeof serverTime !== 'number') throw new PowerAuthError('invalid_response', 'The answer lacks serverTime')
    time.learn(serverTime, sentAt)
  }
}
