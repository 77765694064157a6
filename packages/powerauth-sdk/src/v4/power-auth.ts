import { ProtocolError } from '@cloudsigner/powerauth-protocol'
import {
  type Algorithm,
  bestAlgorithm,
  isHybrid,
  type MobileSdkConfig,
  masterVerifyingKeys,
  type PublicKeys,
  parseMobileSdkConfig,
  type Signatures,
  signDeviceJws,
  signWithDeviceKeys,
  verifyDeviceSignatures,
} from '@cloudsigner/powerauth-protocol/v4'
import type { ActivationRequest } from '../activation.ts'
import { type Authentication, type BiometryStore, possession, possessionWithPassword } from '../authentication.ts'
import type { RequestToAuthenticate } from '../codes.ts'
import { type Fetch, HttpClient, type Members, members, responseObject, textMember } from '../http-client.ts'
import type { VerifiedOfflinePayload } from '../offline.ts'
import { PowerAuthError } from '../power-auth-error.ts'
import type { ApplicationRequest } from '../requests.ts'
import { type Clock, ServerTime } from '../server-time.ts'
import type { StateStorage } from '../state-storage.ts'
import { type ExchangedActivation, exchangeKeys, recordOf } from './activation.ts'
import { type ActivationStatusView, synchronizeStatus } from './activation-status.ts'
import { ActivationStore } from './activation-store.ts'
import { Codes } from './codes.ts'
import type { Context, SdkCrypto } from './context.ts'
import { Encryption } from './encryption.ts'
import { changedKnowledge, newFactorKey } from './factor-keys.ts'
import { readOfflinePayload } from './offline.ts'
import { Requests } from './requests.ts'
import { Tokens } from './tokens.ts'
import { startUpgrade } from './upgrade.ts'
import { applicationVaultKey, unlockVault, withDeviceKeys } from './vault.ts'

export interface PowerAuthOptions {
  /** The Base64 string that the server's application detail gives. */
  readonly mobileSdkConfig: string
  /** The suite to speak; by default the strongest of which the configuration has all master keys. */
  readonly algorithm?: Algorithm
  /** What precedes `/pa/v4`. */
  readonly baseUrl: string
  readonly storage: StateStorage
  /** `browserCrypto` makes one, `nodeCrypto` of the protocol package is one. */
  readonly crypto: SdkCrypto
  readonly fetch: Fetch
  readonly clock: Clock
  readonly biometry?: BiometryStore
  /** Milliseconds that the server has for an answer; 30,000 by default. */
  readonly timeoutMs?: number
}

/** The device side of one PowerAuth activation of protocol 4.0. All calls throw `PowerAuthError`. */
export class PowerAuth {
  readonly tokens: Tokens
  readonly #context: Context
  readonly #store: ActivationStore
  readonly #biometry: BiometryStore | undefined
  readonly #codes: Codes
  readonly #encryption: Encryption
  readonly #requests: Requests
  #exchanged: ExchangedActivation | undefined

  private constructor(context: Context, store: ActivationStore, biometry: BiometryStore | undefined) {
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
    const { application, algorithm } = parseConfiguration(options)
    const http = new HttpClient(options.baseUrl, options.fetch, options.timeoutMs ?? 30_000)
    const store = await ActivationStore.open(options.storage, application.applicationKey)
    const context = { crypto: options.crypto, application, algorithm, http, time: new ServerTime(options.clock) }
    return new PowerAuth(context, store, options.biometry)
  }

  /** Whether an activation of 4.0 is stored. */
  get hasActivation(): boolean {
    return this.#store.find() !== undefined
  }

  /** Whether an activation of 3.x is stored, which `upgradeActivation` takes over. */
  get upgradeAvailable(): boolean {
    return this.#store.findFormer() !== undefined
  }

  /** The identifier of the activation, stored or just exchanged. */
  get activationId(): string | undefined {
    return this.#store.find()?.activationId ?? this.#exchanged?.activationId
  }

  /** The suite of the stored activation. */
  get algorithm(): Algorithm {
    return this.#store.get().algorithm
  }

  /** An uncompressed point of P-384, and in hybrid suites a raw key of ML-DSA. */
  get devicePublicKeys(): PublicKeys {
    return this.#store.get().devicePublicKeys
  }

  /** Eight digits that the person compares with what the bank shows. Until `persistActivation` only. */
  get activationFingerprint(): string | undefined {
    return this.#exchanged?.fingerprint
  }

  /**
   * Exchanges keys by an activation code; a signature beside the code is verified. Nothing is stored until
   * `persistActivation`. Throws `activation_exists`, `invalid_activation_code`, `activation_signature_invalid`, or
   * `request_refused` where the server does not know the code, or it has expired.
   */
  async createActivation(request: ActivationRequest): Promise<{ activationId: string; fingerprint: string }> {
    if (this.hasActivation || this.upgradeAvailable) throw new PowerAuthError('activation_exists')
    this.#exchanged = await exchangeKeys(this.#context, this.#encryption, request)
    const { activationId, fingerprint } = this.#exchanged
    return { activationId, fingerprint }
  }

  /**
   * Stores the exchanged keys, the knowledge factor under the password, then confirms to the server. Where the server is
   * out of reach, the activation is stored all the same and `confirmActivation` may be called later.
   */
  async persistActivation(factors: { readonly password: string; readonly biometry?: boolean }): Promise<void> {
    const exchanged = this.#exchanged
    if (exchanged === undefined) throw new PowerAuthError('activation_missing', 'createActivation comes first')
    if (factors.biometry && this.#biometry === undefined) throw new PowerAuthError('biometry_missing')
    const { record, biometryKey } = await recordOf(this.#context, exchanged, factors.password)
    this.#exchanged = undefined
    await this.#store.put(record)
    if (factors.biometry) await this.#biometry?.save(biometryKey)
    biometryKey.fill(0)
    await this.confirmActivation(factors)
  }

  /** Tells the server that the keys are stored. Harmless where it knows. */
  async confirmActivation(factors: { readonly password: string; readonly biometry?: boolean }): Promise<void> {
    const authentication = possessionWithPassword(factors.password)
    const enableBiometry = factors.biometry ?? false
    await this.#requests.authenticated('/pa/activation/confirm', { enableBiometry }, authentication)
    await this.#store.change(({ pending }) => (pending === 'activation' ? { pending: undefined } : {}))
  }

  /**
   * Asks for the status; a counter that fell behind is moved on, clocks are compared, an upgrade whose last answer was
   * lost is brought to its end. Throws `counter_deadlock`.
   */
  fetchActivationStatus(): Promise<ActivationStatusView> {
    return this.#requests.exclusively(async () => {
      await this.#requests.ensureTime()
      const { view, status, codeAdvised } = await synchronizeStatus(this.#context, this.#store, this.#requests)
      if (this.#store.get().pending === 'upgrade') {
        if (status.upgradeConfirmationPending) await this.#confirmUpgrade()
        else await this.#store.change({ pending: undefined })
      }
      if (codeAdvised) await this.#validate(possession())
      return view
    })
  }

  /**
   * Makes the stored activation of 3.x one of 4.0, with the same PIN; its tokens are made anew. Once the new keys are
   * stored it is safe to be interrupted: `fetchActivationStatus` brings the upgrade to its end. Throws
   * `authentication_failed`; a wrong PIN is counted at the server.
   */
  async upgradeActivation(factors: { readonly password: string; readonly biometry?: boolean }): Promise<void> {
    const biometry = factors.biometry ?? false
    if (biometry && this.#biometry === undefined) throw new PowerAuthError('biometry_missing')
    await this.#requests.exclusively(async () => {
      const former = this.#store.findFormer()
      if (former === undefined) throw new PowerAuthError('activation_missing', 'There is no activation of 3.x')
      const upgrade = { password: factors.password, biometry }
      const made = await startUpgrade(this.#context, this.#store, this.#encryption, former.former, upgrade)
      await this.#store.put(made.record)
      if (biometry) await this.#biometry?.save(made.biometryKey)
      made.biometryKey.fill(0)
      await this.#confirmUpgrade()
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

  /** The same in activation scope, with a code over what is sent. */
  requestAuthenticatedAndEncrypted(
    authentication: Authentication,
    uriId: string,
    path: string,
    plaintext: object,
  ): Promise<unknown> {
    const endpoint = { uriId, path, sharedInfo1: '/pa/generic/activation' } as const
    return this.#requests.authenticatedAndEncrypted(endpoint, plaintext, authentication)
  }

  /** Proves the password at the server. Throws `authentication_failed`; a wrong one is counted there. */
  async validatePassword(password: string): Promise<void> {
    await this.#requests.exclusively(() => this.#validate(possessionWithPassword(password)))
  }

  /** Agrees on a new knowledge key under the old password, and puts it under the new one. */
  async changePassword(oldPassword: string, newPassword: string): Promise<void> {
    const passwords = { old: oldPassword, new: newPassword }
    await this.#store.change(await changedKnowledge(this.#context, this.#requests, this.#store.get(), passwords))
  }

  /** Sets the biometry factor up, with a new key. */
  async addBiometry(password: string): Promise<void> {
    if (this.#biometry === undefined) throw new PowerAuthError('biometry_missing')
    const record = this.#store.get()
    const key = await newFactorKey(this.#context, this.#requests, record, '/pa/biometry/add', password)
    await this.#biometry.save(key)
    key.fill(0)
  }

  /** Switches the factor off at the server, then here. */
  async removeBiometry(): Promise<void> {
    await this.#requests.authenticated('/pa/biometry/remove', undefined, possession())
    await this.#biometry?.clear()
  }

  /** A signature of each algorithm of the suite (ECDSA in DER), after one vault unlock. */
  async signWithDevicePrivateKeys(authentication: Authentication, data: Uint8Array): Promise<Signatures> {
    const { crypto } = this.#context
    const { algorithm, devicePublicKeys } = this.#store.get()
    const signatures = await this.#withDeviceKeys(authentication, (keys) =>
      signWithDeviceKeys(crypto, algorithm, keys, data),
    )
    if (!(await verifyDeviceSignatures(crypto, algorithm, devicePublicKeys, data, signatures))) {
      throw new PowerAuthError('invalid_response', 'The vault key does not open the device keys')
    }
    return signatures
  }

  /** A JWS by the device's keys: compact, or general JSON in hybrid suites. */
  async signJwsWithDevicePrivateKeys(authentication: Authentication, payload: Uint8Array): Promise<string> {
    const { algorithm } = this.#store.get()
    return this.#withDeviceKeys(authentication, (keys) => signDeviceJws(this.#context.crypto, algorithm, keys, payload))
  }

  /** A key of the application's own (32 bytes), the same for the same index as long as the activation lives. */
  fetchApplicationVaultKey(
    authentication: Authentication,
    vault: { readonly kind: 'knowledge' | '2fa'; readonly index: number },
  ): Promise<Uint8Array> {
    return applicationVaultKey(this.#context, this.#requests, authentication, vault)
  }

  /** Verifies an offline payload and computes the code that the person types. Takes a counter step. */
  async offlineCode(authentication: Authentication, payload: string, digits = 8): Promise<string> {
    const { covered } = await readOfflinePayload(this.#context, this.#store.get(), payload)
    return this.#requests.exclusively(() => this.#codes.offline(authentication, covered, digits))
  }

  /** What an offline payload says, once it verified. Throws `invalid_argument`. */
  async verifyOfflinePayload(payload: string): Promise<VerifiedOfflinePayload> {
    const { kind, data, nonce } = await readOfflinePayload(this.#context, this.#store.get(), payload)
    return { kind, data, nonce }
  }

  /** What the server calls the activation; shows a token that was created with knowledge or biometry. */
  async activationDetail(tokenName: string): Promise<{ activationId: string; activationName: string }> {
    const header = await this.tokens.header(tokenName)
    return detailOf(await this.#requests.encrypted('activation', '/pa/v4/activation/detail', {}, header))
  }

  async renameActivation(
    authentication: Authentication,
    activationName: string,
  ): Promise<{ activationId: string; activationName: string }> {
    const endpoint = { uriId: '/pa/activation/rename', sharedInfo1: '/pa/generic/activation' } as const
    return detailOf(await this.#requests.authenticatedAndEncrypted(endpoint, { activationName }, authentication))
  }

  /** Claims about the user, as the bank gives them. */
  async fetchUserInfo(): Promise<Members> {
    return members(await this.#requests.encrypted('activation', '/pa/v4/user/info', {}))
  }

  /** Compares the device's clock with the server's. Other calls do it by themselves when they need it. */
  synchronizeTime(): Promise<void> {
    return this.#requests.synchronizeTime()
  }

  /** Removes the activation at the server, then here. */
  async removeActivation(authentication: Authentication): Promise<void> {
    await this.#requests.authenticated('/pa/activation/remove', undefined, authentication)
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
    const uriId = '/pa/auth/validate'
    responseObject(
      await this.#requests.send({ uriId, path: '/pa/v4/auth/validate', requestObject: {} }, authentication),
    )
  }

  async #confirmUpgrade(): Promise<void> {
    const uriId = '/pa/upgrade/confirm'
    const body = '{}'
    const header = await this.#codes.header(possession(), { method: 'POST', uriId, body })
    await this.#context.http.post('/pa/v4/upgrade/confirm', body, header)
    await this.#store.change({ pending: undefined })
  }

  async #withDeviceKeys<T>(authentication: Authentication, use: Parameters<typeof withDeviceKeys<T>>[3]): Promise<T> {
    const key = await unlockVault(this.#requests, authentication, 'KEK_DEVICE_PRIVATE', 'SIGN_DATA')
    return withDeviceKeys(this.#context, this.#store.get(), key, use)
  }
}

function parseConfiguration(options: PowerAuthOptions): { application: MobileSdkConfig; algorithm: Algorithm } {
  try {
    const application = parseMobileSdkConfig(options.mobileSdkConfig)
    const algorithm = options.algorithm ?? bestAlgorithm(application.masterPublicKeys)
    if (isHybrid(algorithm) && options.crypto.postQuantum === undefined) {
      throw new PowerAuthError('invalid_configuration', `${algorithm} needs ML-KEM and ML-DSA of the crypto provider`)
    }
    masterVerifyingKeys(algorithm, application.masterPublicKeys) // refuses a suite whose keys are not all there
    return { application, algorithm }
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
