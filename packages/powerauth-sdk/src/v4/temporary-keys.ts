/** Temporary keys of both scopes, kept until shortly before they expire. */
import {
  expandUtilityKeys,
  masterVerifyingKeys,
  requestTemporaryKey,
  type TemporaryKey,
  verifyingKeys,
} from '@cloudsigner/powerauth-protocol/v4'
import { readingAnswer } from '../protocol-context.ts'
import type { ActivationRecord } from './activation-record.ts'
import type { Context } from './context.ts'

const EARLY_MS = 10_000

export class TemporaryKeys {
  readonly #context: Context
  readonly #keys = new Map<string, TemporaryKey>()

  constructor(context: Context) {
    this.#context = context
  }

  /** The key of the activation, or of the application where none is given. */
  async get(activation?: ActivationRecord): Promise<TemporaryKey> {
    const scope = activation?.activationId ?? ''
    const known = this.#keys.get(scope)
    if (known !== undefined && this.#context.time.now() < known.expiresAt - EARLY_MS) return known
    const key = await this.#fetch(activation)
    known?.secret.fill(0)
    this.#keys.set(scope, key)
    return key
  }

  clear(): void {
    for (const key of this.#keys.values()) key.secret.fill(0)
    this.#keys.clear()
  }

  async #fetch(activation: ActivationRecord | undefined): Promise<TemporaryKey> {
    const { crypto, application, http, time } = this.#context
    const algorithm = activation?.algorithm ?? this.#context.algorithm
    const sentAt = time.deviceNow()
    const asked = await requestTemporaryKey(crypto, await this.#scope(activation), algorithm)
    const answer = await http.postObject('/pa/v4/keystore/create', { jwt: asked.jwt })
    const signers =
      activation === undefined
        ? masterVerifyingKeys(algorithm, application.masterPublicKeys)
        : verifyingKeys(algorithm, activation.serverPublicKeys)
    const key = await readingAnswer(() => asked.accept(answer.jwt, signers))
    // The key says, signed, what time it was at the server: as good as asking for it.
    if (!time.synchronized) time.learn(key.issuedAt, sentAt)
    return key
  }

  async #scope(activation: ActivationRecord | undefined) {
    const { crypto, application } = this.#context
    if (activation === undefined) return { application }
    const { temporaryKeyMacKey } = await expandUtilityKeys(crypto, activation.kdkUtility)
    return { application, activation: { activationId: activation.activationId, temporaryKeyMacKey } }
  }
}
