import {
  type CryptoProvider,
  type MobileSdkConfig,
  ProtocolError,
  parseMobileSdkConfig,
} from '@cloudsigner/powerauth-protocol'
import { type ActivationRequest, type ExchangedActivation, exchangeKeys, recordOf } from './activation.ts'
import { type ActivationStatusView, synchronizeStatus } from './activation-status.ts'
import { type ActivationStore, openActivationStore } from './activation-store.ts'
import { type Authentication, type BiometryStore, possession, possessionWithPassword } from './authentication.ts'
import { Codes, type RequestToAuthenticate } from './codes.ts'
import { Encryption } from './encryption.ts'
import { type Fetch, HttpClient, type Members, members, responseObject, textMember } from './http-client.ts'
import { protectKnowledge, unlockKnowledge } from './knowledge.ts'
import { readOfflinePayload, type VerifiedOfflinePayload } from './offline.ts'
import { PowerAuthError } from './power-auth-error.ts'
import type { ProtocolContext } from './protocol-context.ts'
import { type ApplicationRequest, Requests } from './requests.ts'
import { type Clock, ServerTime } from './server-time.ts'
import type { StateStorage } from './state-storage.ts'
import { Tokens } from './tokens.ts'
import { biometryKeyOf, openVaultKey, signInVault, type VaultUnlockReason } from './vault.ts'

export interface PowerAuthOptions {
  /** The Base64 string that the server's application detail gives. */
  readonly mobileSdkConfig: string
  /** What precedes `/pa/v3`. */
  readonly baseUrl: string
  readonly storage: StateStorage
  readonly crypto: CryptoProvider
  readonly fetch: Fetch
  readonly clock: Clock
  readonly biometry?: BiometryStore
  /** Milliseconds that the server has for an answer; 30,000 by default. */
  readonly timeoutMs?: number
}

/** The device side of one PowerAuth activation. All calls throw `PowerAuthError`. */
export class PowerAuth {
  readonly tokens: Tokens
  readonly #context: ProtocolContext
  readonly #store: ActivationStore
  readonly #biometry: BiometryStore | undefined
  readonly #codes: Codes
  readonly #encryption: Encryption
  readonly #requests: Requests
  #exchanged: ExchangedActivation | undefined

  private constructor(context: ProtocolContext, store: ActivationStore, biometry: BiometryStore | undefined) {
    this.#context = context
    this.#store = store
    this.#biometry = biometry
    this.#codes = new Codes(context, store, biometry)
    this.#encryption = new Encryption(context)
    this.#requests = new Requests(context, store, this.#codes, this.#encryption)
    this.tokens = new Tokens(context, store, this.#requests)
  }

  /** Loads what is stored. Throws `invalid_configuration` or `storage_unreadable`. */
  static async open(options: PowerAuthOptions): Promise<PowerAuth> {
    const application = parseConfiguration(options.mobileSdkConfig)
    const http = new HttpClient(options.baseUrl, options.fetch, options.timeoutMs ?? 30_000)
    const store = await openActivationStore(options.storage, application.applicationKey)
    const context = { crypto: options.crypto, application, http, time: new ServerTime(options.clock) }
    return new PowerAuth(context, store, options.biometry)
  }

  /** Whether an activation is stored. */
  get hasActivation(): boolean {
    return this.#store.find() !== undefined
  }

  /** The identifier of the activation, stored or just exchanged. */
  get activationId(): string | undefined {
    return this.#store.find()?.activationId ?? this.#exchanged?.activationId
  }

  /** KEY_DEVICE_PUBLIC, an uncompressed point of P-256. */
  get devicePublicKey(): Uint8Array {
    return this.#store.get().devicePublicKey.slice()
  }

  /**
   * Exchanges keys by an activation code; a signature beside the code is verified. Nothing is stored until
   * `persistActivation`. Throws `activation_exists`, `invalid_activation_code`, `activation_signature_invalid`, or
   * `request_refused` where the server does not know the code, or it has expired.
   */
  async createActivation(request: ActivationRequest): Promise<{ activationId: string; fingerprint: string }> {
    if (this.hasActivation) throw new PowerAuthError('activation_exists')
    this.#exchanged = await exchangeKeys(this.#context, this.#encryption, request)
    const { activationId, fingerprint } = this.#exchanged
    return { activationId, fingerprint }
  }

  /** Eight digits that the person compares with what the bank shows. Until `persistActivation` only. */
  get activationFingerprint(): string | undefined {
    return this.#exchanged?.fingerprint
  }

  /** Stores the exchanged keys, the knowledge factor under the password; with `biometry`, that factor's key too. */
  async persistActivation(factors: { readonly password: string; readonly biometry?: boolean }): Promise<void> {
    const exchanged = this.#exchanged
    if (exchanged === undefined) throw new PowerAuthError('activation_missing', 'createActivation comes first')
    if (factors.biometry && this.#biometry === undefined) throw new PowerAuthError('biometry_missing')
    const { record, signatureBiometryKey } = await recordOf(this.#context, exchanged, factors.password)
    await this.#store.put(record)
    if (factors.biometry) await this.#biometry?.save(signatureBiometryKey)
    signatureBiometryKey.fill(0)
    this.#exchanged = undefined
  }

  /**
   * Asks for the status; a counter that fell behind is moved on, clocks are compared. Throws `activation_removed`
   * where the server knows no such activation, and `counter_deadlock`.
   */
  fetchActivationStatus(): Promise<ActivationStatusView> {
    return this.#requests.exclusively(async () => {
      await this.#requests.ensureTime()
      const { view, codeAdvised } = await synchronizeStatus(this.#context, this.#store)
      if (codeAdvised) await this.#pullServerAlong()
      return view
    })
  }

  /** The header for a request of the application's own. Takes a counter step; send it before making the next one. */
  authenticationHeader(
    authentication: Authentication,
    request: RequestToAuthenticate,
  ): Promise<Readonly<Record<string, string>>> {
    return this.#requests.exclusively(() => this.#codes.header(authentication, request))
  }

  /** Posts `{"requestObject": …}` with a code over it; answers the parsed body. */
  requestAuthenticated(authentication: Authentication, request: ApplicationRequest): Promise<unknown> {
    return this.#requests.answerTo(request, authentication)
  }

  /** Posts `{"requestObject": …}` and shows a token; answers the parsed body. Throws `token_missing`. */
  async requestWithToken(tokenName: string, request: Omit<ApplicationRequest, 'uriId'>): Promise<unknown> {
    const { path, requestObject, headers } = request
    const body = requestObject === undefined ? '' : JSON.stringify({ requestObject })
    return this.#context.http.post(path, body, { ...headers, ...(await this.tokens.header(tokenName)) })
  }

  /** Posts JSON under end-to-end encryption; answers the decrypted JSON. `path` follows the base address. */
  requestEncrypted(
    scope: 'application' | 'activation',
    path: string,
    plaintext: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    return this.#requests.encrypted(scope, path, plaintext, headers)
  }

  /** The same in activation scope, with a code over the plaintext. */
  requestAuthenticatedAndEncrypted(
    authentication: Authentication,
    uriId: string,
    path: string,
    plaintext: object,
  ): Promise<unknown> {
    return this.#requests.authenticatedThenEncrypted(uriId, path, plaintext, authentication)
  }

  /** Proves the password at the server. Throws `authentication_failed`; a wrong one is counted there. */
  async validatePassword(password: string): Promise<void> {
    await this.#validate(possessionWithPassword(password))
  }

  /** Proves the old password at the server, then puts the knowledge factor under the new one, here. */
  async changePassword(oldPassword: string, newPassword: string): Promise<void> {
    await this.validatePassword(oldPassword)
    const { crypto } = this.#context
    const key = await unlockKnowledge(crypto, this.#store.get(), oldPassword)
    const protectedMembers = await protectKnowledge(crypto, key, newPassword)
    key.fill(0)
    await this.#requests.exclusively(() => this.#store.change(protectedMembers))
  }

  /** DER ECDSA (P-256, SHA-256) over the data by the device's private key, which one vault unlock opens. */
  async signWithDevicePrivateKey(authentication: Authentication, data: Uint8Array): Promise<Uint8Array> {
    const vaultKey = await this.#unlockVault(authentication, 'SIGN_WITH_DEVICE_PRIVATE_KEY')
    return signInVault(this.#context, this.#store.get(), vaultKey, data)
  }

  /** Sets the biometry factor up. */
  async addBiometry(password: string): Promise<void> {
    if (this.#biometry === undefined) throw new PowerAuthError('biometry_missing')
    const vaultKey = await this.#unlockVault(possessionWithPassword(password), 'ADD_BIOMETRY')
    const key = await biometryKeyOf(this.#context, this.#store.get(), vaultKey)
    await this.#biometry.save(key)
    key.fill(0)
  }

  async removeBiometry(): Promise<void> {
    await this.#biometry?.clear()
  }

  /** Verifies an offline payload and computes the code that the person types. Takes a counter step. */
  async offlineCode(authentication: Authentication, payload: string, digits = 8): Promise<string> {
    const { covered } = await readOfflinePayload(this.#context, this.#store.get().serverPublicKey, payload)
    return this.#requests.exclusively(() => this.#codes.offline(authentication, covered, digits))
  }

  /** What an offline payload says, once its signature verified. Throws `invalid_argument`. */
  async verifyOfflinePayload(payload: string): Promise<VerifiedOfflinePayload> {
    const { kind, data, nonce } = await readOfflinePayload(this.#context, this.#store.get().serverPublicKey, payload)
    return { kind, data, nonce }
  }

  /** What the server calls the activation; shows a token that was created with knowledge or biometry. */
  async activationDetail(tokenName: string): Promise<{ activationId: string; activationName: string }> {
    const header = await this.tokens.header(tokenName)
    return detailOf(await this.#requests.encrypted('activation', '/pa/v3/activation/detail', {}, header))
  }

  async renameActivation(
    authentication: Authentication,
    activationName: string,
  ): Promise<{ activationId: string; activationName: string }> {
    const path = '/pa/v3/activation/rename'
    return detailOf(
      await this.#requests.authenticatedThenEncrypted(
        '/pa/activation/rename',
        path,
        { activationName },
        authentication,
      ),
    )
  }

  /** Claims about the user, as the bank gives them. */
  async fetchUserInfo(): Promise<Members> {
    return members(await this.#requests.encrypted('activation', '/pa/v3/user/info', {}))
  }

  /** Compares the device's clock with the server's. Other calls do it by themselves when they need it. */
  synchronizeTime(): Promise<void> {
    return this.#requests.synchronizeTime()
  }

  /** Removes the activation at the server, then here. */
  async removeActivation(authentication: Authentication): Promise<void> {
    await this.#requests.authenticated('/pa/activation/remove', '/pa/v3/activation/remove', undefined, authentication)
    await this.removeActivationLocal()
  }

  /** Forgets the activation here: for one that the server removed, or that is beyond help. */
  async removeActivationLocal(): Promise<void> {
    this.#exchanged = undefined
    this.#encryption.clear()
    await this.#store.clear()
    await this.#biometry?.clear()
  }

  async #validate(authentication: Authentication): Promise<void> {
    const uriId = '/pa/signature/validate'
    await this.#requests.authenticated(uriId, '/pa/v3/signature/validate', {}, authentication)
  }

  /** A code of possession is never counted as a failure, and moves the server's counter to ours. */
  async #pullServerAlong(): Promise<void> {
    const body = JSON.stringify({ requestObject: {} })
    const request = { method: 'POST', uriId: '/pa/signature/validate', body }
    const header = await this.#codes.header(possession(), request)
    await this.#context.http.post('/pa/v3/signature/validate', body, header)
  }

  async #unlockVault(authentication: Authentication, reason: VaultUnlockReason): Promise<Uint8Array> {
    const uriId = '/pa/vault/unlock'
    const path = '/pa/v3/vault/unlock'
    const plaintext = await this.#requests.authenticatedAndEncrypted(uriId, path, { reason }, authentication)
    return openVaultKey(this.#context, this.#store.get(), plaintext)
  }
}

function parseConfiguration(text: string): MobileSdkConfig {
  try {
    return parseMobileSdkConfig(text)
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new PowerAuthError('invalid_configuration', cause.message, { cause })
  }
}

/** Servers wrap these two answers once more inside the envelope; both forms are read. */
function detailOf(plaintext: unknown): { activationId: string; activationName: string } {
  const object = members(plaintext)
  const detail = 'responseObject' in object ? responseObject(object) : object
  return { activationId: textMember(detail, 'activationId'), activationName: textMember(detail, 'activationName') }
}
