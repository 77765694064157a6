/** Temporary keys of both scopes, kept until shortly before they expire. */
import {
  createTemporaryKeyRequest,
  type TemporaryKey,
  verifyTemporaryKeyResponse,
} from '@cloudsigner/powerauth-protocol'
import type { ActivationRecord } from './activation-record.ts'
import { type ProtocolContext, readingAnswer } from './protocol-context.ts'

const EARLY_MS = 10_000

export class TemporaryKeys {
  readonly #context: ProtocolContext
  readonly #keys = new Map<string, TemporaryKey>()

  constructor(context: ProtocolContext) {
    this.#context = context
  }

  /** The key of the activation, or of the application where none is given. */
  async get(activation?: ActivationRecord): Promise<TemporaryKey> {
    const scope = activation?.activationId ?? ''
    const known = this.#keys.get(scope)
    if (known !== undefined && this.#context.time.now() < known.expiresAt - EARLY_MS) return known
    const key = await this.#fetch(activation)
    this.#keys.set(scope, key)
    return key
  }

  clear(): void {
    this.#keys.clear()
  }

  async #fetch(activation: ActivationRecord | undefined): Promise<TemporaryKey> {
    const { crypto, application, http, time } = this.#context
    const sentAt = time.deviceNow()
    const { jwt, claims } = await createTemporaryKeyRequest(crypto, {
      application,
      issuedAt: time.now(),
      ...(activation !== undefined && { activation }),
    })
    const answer = await http.postObject('/pa/v3/keystore/create', { jwt })
    const signerPublicKey = activation?.serverPublicKey ?? application.masterPublicKey
    const key = await readingAnswer(() =>
      verifyTemporaryKeyResponse(crypto, { jwt: answer.jwt, request: claims, signerPublicKey }),
    )
    // The key says, signed, what time it was at the server: as good as asking for it.
    if (!time.synchronized) time.learn(key.issuedAt, sentAt)
    return key
  }
}
