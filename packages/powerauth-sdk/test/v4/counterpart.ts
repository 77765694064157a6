/** The server's half of 4.0 in its smallest form, so that answers can be lost, spoilt or forged on the way. */
import { base64Encode, dataWithSecret, normalizeRequest } from '@cloudsigner/powerauth-protocol'
import { nodeCrypto as crypto } from '@cloudsigner/powerauth-protocol/node'
import {
  type AgreedActivation,
  type Algorithm,
  answerActivation,
  answerSharedSecretRequest,
  buildMobileSdkConfig,
  buildStatusBlob,
  computeCounterHash,
  decryptRequest,
  deriveFactorKeys,
  deriveUtilityKeys,
  deriveVaultKey,
  generateKeyPairs,
  issueTemporaryKey,
  type KeyPairs,
  parseAuthorizationHeader,
  parseVaultKeyIdentifier,
  readTemporaryKeyRequest,
  type ServerFactorKeys,
  type SharedInfo1,
  sharedInfo1,
  signingKeys,
  verifyAuthenticationCode,
} from '@cloudsigner/powerauth-protocol/v4'

export const clock = { now: () => new Date('2026-06-01T12:00:00Z') }
const application = { applicationKey: 'm/oA+8eJzr4Vm2GZ/IjaHw==', applicationSecret: 'xTepXBSIeNqHXkAFguxPXQ==' }
const activationId = '2dc1edb0-b240-4f92-b62c-141c1941d308'

export class Counterpart {
  readonly algorithm: Algorithm
  readonly master: KeyPairs
  #server: KeyPairs | undefined
  #agreed: AgreedActivation | undefined
  #factorKeys: ServerFactorKeys | undefined
  #ctrData: Uint8Array = new Uint8Array()
  #counter = 0
  #failedAttempts = 0
  #confirmed = false
  readonly #temporaryKeys = new Map<string, Uint8Array>()
  /** Paths asked for, in order. */
  readonly paths: string[] = []
  /** Looks at or replaces an answer before it is sent. */
  intercept: (path: string, answer: Response) => Response | Promise<Response> = (_, answer) => answer

  private constructor(algorithm: Algorithm, master: KeyPairs) {
    this.algorithm = algorithm
    this.master = master
  }

  static async make(algorithm: Algorithm): Promise<Counterpart> {
    return new Counterpart(algorithm, await generateKeyPairs(crypto, algorithm))
  }

  get mobileSdkConfig(): string {
    const { ecdsa, mlDsa } = this.master
    const set = this.algorithm === 'EC_P384_ML_L5' ? 'ML-DSA-87' : 'ML-DSA-65'
    const masterPublicKeys = { ES384: ecdsa.publicKey, ...(mlDsa && { [set]: mlDsa.publicKey }) }
    return buildMobileSdkConfig({ ...application, masterPublicKeys })
  }

  /** Pretends that the counter moved while the device did not hear of it. */
  async verifyUnheard(headers: Readonly<Record<string, string>>, uriId: string, body: string): Promise<boolean> {
    return this.#verify(headers['X-PowerAuth-Authorization'] ?? '', uriId, body)
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const path = new URL(url).pathname
    this.paths.push(path)
    const headers = new Headers(init.headers)
    return this.intercept(path, await this.#answer(path, String(init.body), headers))
  }

  async #answer(path: string, body: string, headers: Headers): Promise<Response> {
    const authorization = headers.get('X-PowerAuth-Authorization')
    if (authorization !== null && !(await this.#verify(authorization, path.replace('/v4', ''), body))) {
      return error(401, 'ERR_AUTHENTICATION')
    }
    const parsed = body === '' ? {} : JSON.parse(body)
    switch (path) {
      case '/pa/v4/status':
        return ok({ serverTime: clock.now().getTime() })
      case '/pa/v4/keystore/create':
        return ok({ jwt: await this.#temporaryKey(parsed.requestObject.jwt) })
      case '/pa/v4/activation/create':
        return this.#encrypted('/pa/generic/application', parsed, (layer1) => this.#create(layer1.activationData))
      case '/pa/v4/activation/confirm':
        this.#confirmed = true
        return ok({})
      case '/pa/v4/activation/status':
        return this.#encrypted('/pa/generic/activation', parsed, () => this.#status())
      case '/pa/v4/vault/unlock':
        return this.#encrypted('/pa/vault/unlock', parsed, async ({ keyIdentifier }) => {
          const identifier = parseVaultKeyIdentifier(keyIdentifier)
          const { activationSecret } = this.#activation()
          return { vaultEncryptionKey: base64Encode(await deriveVaultKey(crypto, activationSecret, identifier)) }
        })
      case '/pa/v4/password/change':
        return this.#encrypted('/pa/password/change', parsed, (request) => this.#newKey('knowledgeKey', request))
      case '/pa/v4/biometry/add':
        return this.#encrypted('/pa/biometry/add', parsed, (request) => this.#newKey('biometryKey', request))
      case '/pa/v4/token/create':
        return this.#encrypted('/pa/token/create', parsed, async () => ({
          tokenId: activationId,
          tokenSecret: base64Encode(crypto.random(32)),
        }))
      default:
        return ok({})
    }
  }

  #activation(): AgreedActivation {
    if (this.#agreed === undefined) throw new Error('there is no activation')
    return this.#agreed
  }

  async #verify(authorization: string, uriId: string, body: string): Promise<boolean> {
    const header = parseAuthorizationHeader(authorization)
    if (this.#factorKeys === undefined) return false
    const bytes = new TextEncoder().encode(body)
    const normalized = normalizeRequest({ method: 'POST', uriId, nonce: header.nonce, body: bytes })
    const verification = await verifyAuthenticationCode(crypto, {
      ...header,
      keys: this.#factorKeys,
      ctrData: this.#ctrData,
      data: dataWithSecret(normalized, application.applicationSecret),
      format: 'base64',
      lookAhead: 20,
    })
    if (!verification.valid) this.#failedAttempts++
    else {
      this.#ctrData = verification.nextCtrData
      this.#counter += verification.step + 1
      this.#factorKeys = verification.nextKeys
    }
    return verification.valid
  }

  async #temporaryKey(jwt: unknown): Promise<string> {
    const request = readTemporaryKeyRequest(jwt)
    const issuedAt = clock.now().getTime()
    const pairs = request.activationId === undefined ? this.master : this.#server
    if (pairs === undefined) throw new Error('there is no activation')
    const id = `key-${this.#temporaryKeys.size}`
    const signers = signingKeys(this.algorithm, pairs)
    const issued = await issueTemporaryKey(crypto, { request, id, issuedAt, expiresAt: issuedAt + 300_000, signers })
    this.#temporaryKeys.set(id, issued.secret)
    return issued.jws
  }

  async #create(activationData: unknown): Promise<object> {
    const inner = await decryptRequest(crypto, await this.#parameters('/pa/activation', activationData), activationData)
    const { serverKeys, response, activation } = await answerActivation(crypto, parse(inner.plaintext))
    this.#server = serverKeys
    this.#agreed = activation
    this.#ctrData = activation.ctrData
    const { possessionKey, knowledgeKey, biometryKey } = await deriveFactorKeys(crypto, activation.activationSecret)
    this.#factorKeys = { possessionKey, knowledgeKey: { current: knowledgeKey }, biometryKey: { current: biometryKey } }
    const answer = json({ ...response, activationId })
    return { activationData: await inner.encryptResponse(answer, clock.now().getTime()) }
  }

  async #newKey(name: 'knowledgeKey' | 'biometryKey', request: unknown): Promise<object> {
    const { response, secret } = await answerSharedSecretRequest(crypto, request)
    const keys = this.#factorKeys
    const current = keys?.[name]?.current
    if (keys === undefined || current === undefined) throw new Error('there is no activation')
    this.#factorKeys = { ...keys, [name]: { current, next: secret } }
    return response
  }

  async #parameters(constant: SharedInfo1, request: unknown) {
    const { temporaryKeyId } = { temporaryKeyId: '', ...(request as object) }
    const secret = this.#temporaryKeys.get(temporaryKeyId) ?? new Uint8Array(32)
    if (sharedInfo1[constant] === 'application') return { sharedInfo1: constant, application, secret }
    const { sharedInfo2Key } = await deriveUtilityKeys(crypto, this.#activation().activationSecret)
    return { sharedInfo1: constant, application, activation: { activationId, sharedInfo2Key }, secret }
  }

  async #encrypted(
    constant: SharedInfo1,
    body: unknown,
    answer: (plaintext: Record<string, unknown>) => Promise<object>,
  ): Promise<Response> {
    const request = await decryptRequest(crypto, await this.#parameters(constant, body), body)
    const plaintext = json(await answer(parse(request.plaintext)))
    return Response.json(await request.encryptResponse(plaintext, clock.now().getTime()))
  }

  async #status(): Promise<object> {
    const keys = await deriveUtilityKeys(crypto, this.#activation().activationSecret)
    const blob = await buildStatusBlob(crypto, keys, {
      activationStatus: 'ACTIVE',
      currentVersion: 4,
      upgradeVersion: 4,
      activationConfirmationPending: !this.#confirmed,
      upgradeConfirmationPending: false,
      algorithmUnsupported: false,
      biometryEnabled: true,
      ctrByte: this.#counter & 0xff,
      failedAttempts: this.#failedAttempts,
      maxFailedAttempts: 5,
      ctrLookAhead: 20,
      ctrDataHash: await computeCounterHash(crypto, keys, this.#ctrData),
    })
    return { activationStatus: base64Encode(blob), customObject: {} }
  }
}

export function ok(responseObject: object): Response {
  return Response.json({ status: 'OK', responseObject })
}

export function error(status: number, code: string): Response {
  return Response.json({ status: 'ERROR', responseObject: { code, message: 'x' } }, { status })
}

function json(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(bytes))
}
