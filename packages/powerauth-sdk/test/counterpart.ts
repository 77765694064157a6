/** The server's half of the protocol in its smallest form, so that answers can be lost, spoilt or forged on the way. */
import {
  activationStates,
  agreeActivationKeys,
  base64Decode,
  base64Encode,
  buildMobileSdkConfig,
  computeCounterHash,
  decryptRequest,
  encryptStatusBlob,
  encryptVaultKey,
  issueTemporaryKey,
  type P256KeyPair,
  readTemporaryKeyRequest,
  type SharedInfo1,
} from '@cloudsigner/powerauth-protocol'
import { nodeCrypto as crypto } from '@cloudsigner/powerauth-protocol/node'

export const clock = { now: () => new Date('2026-06-01T12:00:00Z') }
const application = { applicationKey: 'm/oA+8eJzr4Vm2GZ/IjaHw==', applicationSecret: 'xTepXBSIeNqHXkAFguxPXQ==' }
const activationId = '2dc1edb0-b240-4f92-b62c-141c1941d308'

export class Counterpart {
  readonly master: P256KeyPair
  readonly #server: P256KeyPair
  readonly #temporary: P256KeyPair
  #devicePublicKey: Uint8Array = new Uint8Array()
  readonly ctrData: Uint8Array = new Uint8Array(16).fill(1)
  /** Paths asked for, in order. */
  readonly paths: string[] = []
  /** Looks at or replaces an answer before it is sent. */
  intercept: (path: string, answer: Response) => Response | Promise<Response> = (_, answer) => answer

  private constructor(master: P256KeyPair, server: P256KeyPair, temporary: P256KeyPair) {
    this.master = master
    this.#server = server
    this.#temporary = temporary
  }

  static async make(): Promise<Counterpart> {
    const pair = () => crypto.generateP256KeyPair()
    return new Counterpart(await pair(), await pair(), await pair())
  }

  get mobileSdkConfig(): string {
    return buildMobileSdkConfig({ ...application, masterPublicKey: this.master.publicKey })
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const path = new URL(url).pathname
    this.paths.push(path)
    const body = init.body === '' ? undefined : JSON.parse(String(init.body))
    return this.intercept(path, await this.#answer(path, body))
  }

  async #answer(path: string, body: { requestObject: Record<string, string> }): Promise<Response> {
    switch (path) {
      case '/pa/v3/status':
        return ok({ serverTime: clock.now().getTime() })
      case '/pa/v3/keystore/create':
        return ok({ jwt: await this.#temporaryKey(body.requestObject.jwt) })
      case '/pa/v3/activation/create':
        return this.#create(body)
      case '/pa/v3/activation/status':
        return ok(await this.#status(body.requestObject.challenge ?? ''))
      case '/pa/v3/vault/unlock':
        return this.#encrypted('/pa/vault/unlock', body, async () => {
          const { transportKey, vaultEncryptionKey } = await this.#keys()
          return {
            encryptedVaultEncryptionKey: base64Encode(await encryptVaultKey(crypto, transportKey, vaultEncryptionKey)),
          }
        })
      default:
        return ok({})
    }
  }

  #keys() {
    return agreeActivationKeys(crypto, this.#server, this.#devicePublicKey)
  }

  async #temporaryKey(jwt: unknown): Promise<string> {
    const request = readTemporaryKeyRequest(jwt)
    const issuedAt = clock.now().getTime()
    const signer = request.activationId === undefined ? this.master : this.#server
    const { publicKey } = this.#temporary
    return issueTemporaryKey(crypto, {
      request,
      id: 'temporary',
      publicKey,
      issuedAt,
      expiresAt: issuedAt + 300_000,
      signer,
    })
  }

  async #create(body: unknown): Promise<Response> {
    return this.#encrypted('/pa/generic/application', body, async (layer1) => {
      const parameters = {
        version: '3.3',
        sharedInfo1: '/pa/activation',
        application,
        recipient: this.#temporary,
      } as const
      const inner = await decryptRequest(crypto, parameters, layer1.activationData)
      this.#devicePublicKey = base64Decode(parse(inner.plaintext).devicePublicKey as string, 'devicePublicKey')
      const serverPublicKey = base64Encode(this.#server.publicKey)
      const answer = { activationId, serverPublicKey, ctrData: base64Encode(this.ctrData) }
      return { activationData: await inner.encryptResponse(json(answer), clock.now().getTime()) }
    })
  }

  async #encrypted(
    sharedInfo1: SharedInfo1,
    body: unknown,
    answer: (plaintext: Record<string, unknown>) => Promise<object>,
  ): Promise<Response> {
    const activation =
      sharedInfo1 === '/pa/generic/application'
        ? {}
        : { activation: { activationId, transportKey: (await this.#keys()).transportKey } }
    const parameters = { version: '3.3', sharedInfo1, application, ...activation, recipient: this.#temporary } as const
    const request = await decryptRequest(crypto, parameters, body)
    const plaintext = json(await answer(parse(request.plaintext)))
    return Response.json(await request.encryptResponse(plaintext, clock.now().getTime()))
  }

  async #status(challenge: string) {
    const { transportKey } = await this.#keys()
    const nonce = crypto.random(16)
    const context = { transportKey, challenge: base64Decode(challenge, 'challenge'), nonce }
    const blob = await encryptStatusBlob(crypto, context, {
      activationStatus: 'ACTIVE',
      currentVersion: activationStates.ACTIVE,
      upgradeVersion: 3,
      ctrByte: 0,
      failedAttempts: 0,
      maxFailedAttempts: 5,
      ctrLookAhead: 20,
      ctrDataHash: await computeCounterHash(crypto, transportKey, this.ctrData),
    })
    return { activationId, encryptedStatusBlob: base64Encode(blob), nonce: base64Encode(nonce) }
  }
}

export function ok(responseObject: object): Response {
  return Response.json({ status: 'OK', responseObject })
}

function json(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(bytes))
}
