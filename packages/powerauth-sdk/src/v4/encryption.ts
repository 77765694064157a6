/** End-to-end encryption of requests, under a temporary key of the right scope. */
import {
  type EncryptedRequest,
  encryptRequest,
  expandUtilityKeys,
  formatEncryptionHeader,
  type SharedInfo1,
} from '@cloudsigner/powerauth-protocol/v4'
import { PowerAuthError } from '../power-auth-error.ts'
import { readingAnswer } from '../protocol-context.ts'
import type { ActivationRecord } from './activation-record.ts'
import type { Context } from './context.ts'
import { TemporaryKeys } from './temporary-keys.ts'

export interface EncryptedExchange {
  readonly request: EncryptedRequest
  /** The body to send: the request as JSON. */
  readonly body: string
  /** Posts the body; answers the plaintext of the answer, parsed as JSON. Throws `invalid_response`. */
  send(path: string, headers: Readonly<Record<string, string>>): Promise<unknown>
  /** The same of an answer that came in another one's plaintext. */
  decrypt(answer: unknown): Promise<unknown>
}

export class Encryption {
  readonly #context: Context
  readonly #keys: TemporaryKeys

  constructor(context: Context) {
    this.#context = context
    this.#keys = new TemporaryKeys(context)
  }

  /** Encrypts in the activation's scope, or in the application's where none is given. */
  async encrypt(
    sharedInfo1: SharedInfo1,
    plaintext: object,
    activation?: ActivationRecord,
  ): Promise<EncryptedExchange> {
    const { crypto, application, time } = this.#context
    const key = await this.#keys.get(activation)
    const outgoing = await encryptRequest(
      crypto,
      {
        sharedInfo1,
        application,
        ...(activation !== undefined && { activation: await this.#scope(activation) }),
        secret: key.secret,
        temporaryKeyId: key.id,
        timestamp: time.now(),
      },
      new TextEncoder().encode(JSON.stringify(plaintext)),
    )
    const decrypt = (answer: unknown) =>
      readingAnswer(async () => {
        const bytes = await outgoing.decryptResponse(answer)
        return JSON.parse(new TextDecoder().decode(bytes)) as unknown
      })
    const body = JSON.stringify(outgoing.request)
    const send = async (path: string, headers: Readonly<Record<string, string>>) =>
      decrypt(await this.#post(path, body, headers))
    return { request: outgoing.request, body, send, decrypt }
  }

  /** X-PowerAuth-Encryption, for requests that carry no authentication code of 4.0. */
  header(activation?: ActivationRecord): Readonly<Record<string, string>> {
    const { applicationKey } = this.#context.application
    const scope = activation === undefined ? {} : { activationId: activation.activationId }
    return { 'X-PowerAuth-Encryption': formatEncryptionHeader({ applicationKey, ...scope }) }
  }

  /** Forgets the keys, with the activation. */
  clear(): void {
    this.#keys.clear()
  }

  async #scope({ activationId, kdkUtility }: ActivationRecord) {
    const { sharedInfo2Key } = await expandUtilityKeys(this.#context.crypto, kdkUtility)
    return { activationId, sharedInfo2Key }
  }

  /** A server that refuses an envelope has lost the key, or sees another time: both are asked for anew the next time. */
  async #post(path: string, body: string, headers: Readonly<Record<string, string>>): Promise<unknown> {
    try {
      return await this.#context.http.post(path, body, headers)
    } catch (error) {
      if (error instanceof PowerAuthError && error.serverCode === 'ERR_ENCRYPTION') {
        this.#keys.clear()
        this.#context.time.forget()
      }
      throw error
    }
  }
}
