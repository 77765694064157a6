/** MAC tokens: what a device shows where no code is wanted, as for lists and details. */
import { base64Decode, base64Encode } from '@cloudsigner/powerauth-protocol'
import { computeTokenDigest, formatTokenHeader } from '@cloudsigner/powerauth-protocol/v4'
import type { Authentication } from '../authentication.ts'
import { members, textMember } from '../http-client.ts'
import { PowerAuthError } from '../power-auth-error.ts'
import { readingAnswer } from '../protocol-context.ts'
import type { StoredToken } from './activation-record.ts'
import type { ActivationStore } from './activation-store.ts'
import type { Context } from './context.ts'
import type { Requests } from './requests.ts'

export class Tokens {
  readonly #context: Context
  readonly #store: ActivationStore
  readonly #requests: Requests

  constructor(context: Context, store: ActivationStore, requests: Requests) {
    this.#context = context
    this.#store = store
    this.#requests = requests
  }

  /** Asks for a token and keeps it under the name, in place of one that was there. */
  async create(name: string, authentication: Authentication): Promise<void> {
    const endpoint = { uriId: '/pa/token/create', sharedInfo1: '/pa/token/create' } as const
    const plaintext = await this.#requests.authenticatedAndEncrypted(endpoint, {}, authentication)
    const token = await readingAnswer((): StoredToken => {
      const object = members(plaintext)
      const tokenSecret = base64Decode(textMember(object, 'tokenSecret'), 'tokenSecret', 32)
      return { tokenId: textMember(object, 'tokenId'), tokenSecret }
    })
    await this.#store.change(({ tokens }) => ({ tokens: { ...tokens, [name]: token } }))
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#store.get().tokens, name)
  }

  /** X-PowerAuth-Token, for one request. Throws `token_missing`. */
  async header(name: string): Promise<Readonly<Record<string, string>>> {
    const { tokenId, tokenSecret } = this.#get(name)
    const { crypto, time } = this.#context
    await this.#requests.ensureTime()
    const digested = { nonce: base64Encode(crypto.random(16)), timestamp: time.now() }
    const tokenDigest = await computeTokenDigest(crypto, { ...digested, tokenSecret })
    return { 'X-PowerAuth-Token': formatTokenHeader({ tokenId, tokenDigest, ...digested }) }
  }

  /** Removes the token at the server, then here. */
  async remove(name: string, authentication: Authentication): Promise<void> {
    const { tokenId } = this.#get(name)
    await this.#requests.authenticated('/pa/token/remove', { tokenId }, authentication)
    await this.#store.change((record) => {
      const { [name]: _, ...tokens } = record.tokens
      return { tokens }
    })
  }

  #get(name: string): StoredToken {
    const { tokens } = this.#store.get()
    const token = Object.hasOwn(tokens, name) ? tokens[name] : undefined
    if (token === undefined) throw new PowerAuthError('token_missing')
    return token
  }
}
